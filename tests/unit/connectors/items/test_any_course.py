"""Whatever offices do in whatever order, with a gateway that comes and goes: nothing is lost, nothing counts twice."""

import tempfile
from collections import Counter
from contextlib import ExitStack, suppress
from pathlib import Path

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from connectors.console.roles import Role
from connectors.items.actions import open_item, take_step
from connectors.items.errors import ItemNotFoundError, StepRefusedError
from connectors.items.lists import get_item
from connectors.items.outbox import deliver
from connectors.items.papers import Paper, ReferralPaper, ResultPaper, VisitPaper
from connectors.items.synchronise import synchronise
from connectors.items.views import OpenStep
from connectors.state.alerts import list_alerts
from connectors.state.database import reading
from connectors.state.item_outbox import list_waiting
from connectors.state.items import find_item
from keys.protocol.envelopes import envelope_digest
from tests.unit.connectors.items.items_gateway import BUREAU, CIVIL, FEDERATION, opened_county
from tests.unit.connectors.items.test_referral import REFERRAL, RESULT, VISIT

AGENCIES = (BUREAU, CIVIL, FEDERATION)
PAPERS: dict[type[Paper], Paper] = {ReferralPaper: REFERRAL, VisitPaper: VISIT, ResultPaper: RESULT}
MOST_ITEMS = 3


class AnyCourse(RuleBasedStateMachine):
    """Offices open referrals and take whichever step is open to them, while the gateway comes and goes."""

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        folder = Path(self.stack.enter_context(tempfile.TemporaryDirectory()))
        self.county = self.stack.enter_context(opened_county(folder, AGENCIES))
        self.items: list[str] = []
        self.proofs: Counter[str] = Counter()

    def teardown(self) -> None:
        with self.stack:
            self.bring_together()
            self.check_all_agree()

    @precondition(lambda self: len(self.items) < MOST_ITEMS)
    @rule(agency=st.sampled_from(AGENCIES))
    def open(self, agency: str) -> None:
        office = self.county[agency]
        self.items.append(open_item(office.console, office.account(Role.CASE_OWNER), "W6", {}, REFERRAL))

    @precondition(lambda self: self.items)
    @rule(agency=st.sampled_from(AGENCIES), place=st.integers(0, MOST_ITEMS - 1), choice=st.integers(0, 9))
    def take_some_step(self, agency: str, place: int, choice: int) -> None:
        office, item = self.county[agency], self.items[place % len(self.items)]
        account = office.account(Role.CASE_OWNER)
        with suppress(ItemNotFoundError):
            steps = get_item(office.console, account, item).steps
            if steps:
                self._take(agency, item, steps[choice % len(steps)], choice)

    def _take(self, agency: str, item: str, step: OpenStep, choice: int) -> None:
        office = self.county[agency]
        proof = f"paper-{len(self.proofs)}" if step.wants_proof else None
        with suppress(StepRefusedError):
            take_step(
                office.console,
                office.account(Role.CASE_OWNER),
                item,
                step.transition.id,
                reason=step.reasons[0][0] if step.reasons else None,
                next_office=step.offices[choice % len(step.offices)][0] if step.offices else None,
                proof=proof,
                own=PAPERS[step.paper] if step.paper else None,
            )
            if proof is not None:
                self.proofs[proof] += 1

    @rule(agency=st.sampled_from(AGENCIES))
    def exchange(self, agency: str) -> None:
        deliver(self.county[agency].console)
        synchronise(self.county[agency].console)

    @rule(is_away=st.booleans(), loses=st.booleans())
    def change_the_gateway(self, is_away: bool, loses: bool) -> None:
        self.county.gateway.is_away, self.county.gateway.loses_answers = is_away, loses

    @rule(hours=st.integers(1, 80))
    def let_time_pass(self, hours: int) -> None:
        self.county.pass_time(hours=hours)
        if not self.county.gateway.is_away:
            self.county.gateway.escalate()

    @rule(agency=st.sampled_from(AGENCIES))
    def restart(self, agency: str) -> None:
        self.county.restart(agency)

    @invariant()
    def nobody_was_warned(self) -> None:
        for agency in AGENCIES:
            assert not list_alerts(self.county[agency].connector.state)

    def bring_together(self) -> None:
        self.county.gateway.is_away = self.county.gateway.loses_answers = False
        self.county.gateway.refresh()
        for _ in range(2):
            for agency in AGENCIES:
                self.exchange(agency)

    def check_all_agree(self) -> None:
        recorded: Counter[str] = Counter()
        for item, course in self.county.gateway.items.items():
            digests = [event.digest for event in course.events]
            recorded.update(
                event.claims.act.proof for event in course.events if event.claims.act and event.claims.act.proof
            )
            for agency in self.county.gateway._readers(course) & set(AGENCIES):
                with reading(self.county[agency].connector.state) as connection:
                    kept = find_item(connection, item)
                assert kept is not None
                assert [envelope_digest(token) for token in kept.tokens] == digests
        assert max(recorded.values(), default=1) == 1
        for agency in AGENCIES:
            with reading(self.county[agency].connector.state) as connection:
                assert list_waiting(connection) == []
        assert set(self.items) == set(self.county.gateway.items)


TestAnyCourse = AnyCourse.TestCase
TestAnyCourse.settings = settings(
    max_examples=6,
    stateful_step_count=30,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
