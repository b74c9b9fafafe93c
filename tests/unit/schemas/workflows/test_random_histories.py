"""Random histories of every workflow: always one owner, no guard passed by, nothing overdue that nobody sees."""

from datetime import datetime, timedelta
from random import Random
from typing import Any, ClassVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from schemas.workflows.advance import advance, record_escalation
from schemas.workflows.copies import copy_for
from schemas.workflows.events import Act, Escalated, History, Reporter
from schemas.workflows.position import Position, position_of
from schemas.workflows.replay import replay
from schemas.workflows.roles import WRITE_ONLY, WorkflowRole
from schemas.workflows.rule_pack import Doer, Transition, Workflow
from schemas.workflows.running import due_escalations, overdue_clocks, running_clocks
from schemas.workflows.visibility import taking_part, visible_to
from tests.unit.schemas.workflows.scene import (
    BUREAU,
    CALENDAR,
    CIVIL,
    FEDERATION,
    OTHER_CIVIL,
    P07,
    POLICE,
    SCHOOL,
    TOWNSHIP,
    W1,
    W2,
    W6,
    accepted,
    act,
    china,
    new_item,
)

OFFICES = [BUREAU, SCHOOL, POLICE, CIVIL, OTHER_CIVIL, TOWNSHIP, FEDERATION, "lead_body.99"]
AGENCIES = st.sampled_from(OFFICES)
MAYBE_AGENCY = st.none() | AGENCIES
PROOFS = st.none() | st.just("paper-1")
PAUSES = st.sampled_from([0, 1, 5, 24, 72, 24 * 8, 24 * 40, 24 * 160]).map(lambda hours: timedelta(hours=hours))


class RandomHistory(RuleBasedStateMachine):
    """Does, at random, what may be done and what may not, and looks at every state after."""

    workflow: ClassVar[Workflow]

    @initialize(begun=st.integers(0, 500), random=st.randoms(use_true_random=True), steps=st.integers(10, 30))
    def begin(self, begun: int, random: Random, steps: int) -> None:
        self.now: datetime = china(2025, 9, 1, 9) + timedelta(days=begun)
        reporter = Reporter(name="某人") if self.workflow.confidential_to else None
        self.history: History = new_item(self.workflow, self.now, reporter)
        self.go_on(random, steps)

    @rule(pause=PAUSES)
    def wait(self, pause: timedelta) -> None:
        self.now += pause

    @rule(random=st.randoms(use_true_random=True), steps=st.integers(1, 8))
    def go_on(self, random: Random, steps: int) -> None:
        """Take steps that are open: most histories that are drawn at random alone never leave their first state."""
        for _ in range(steps):
            self.now += timedelta(hours=random.choice([0, 1, 30, 24 * 150]))
            if ways := self.open_ways():
                # Ends are rare, so that histories become long.
                weights = [1 if one.to and self.workflow.state(one.to).final else 8 for one, _ in ways]
                self.attempt(self.good_act(random, *random.choices(ways, weights)))

    def open_ways(self) -> list[tuple[Transition, Doer]]:
        position = self.position
        return [
            (one, doer)
            for one in self.workflow.transitions
            for doer in one.by
            if position.state.id in one.sources and position.done.issuperset(one.needs) and doer.seat in position.seats
        ]

    def good_act(self, random: Random, way: tuple[Transition, Doer]) -> Act:
        one, doer = way
        return act(
            one.id,
            self.position.seats[doer.seat],
            random.choice(sorted(doer.roles)),
            self.now,
            reason=random.choice(one.reasons) if one.reasons else None,
            next_office=random.choice(OFFICES) if one.names else None,
            proof="paper-1" if one.proof else None,
        )

    @rule(data=st.data(), agency=AGENCIES, role=st.sampled_from(WorkflowRole), office=MAYBE_AGENCY, proof=PROOFS)
    def do_anything(self, data: st.DataObject, agency: str, role: WorkflowRole, **words: Any) -> None:
        one = data.draw(st.sampled_from(self.workflow.transitions))
        reason = data.draw(st.none() | st.sampled_from([*(reason.code for reason in self.workflow.reasons), "other"]))
        made = act(one.id, agency, role, self.now, reason=reason, next_office=words["office"], proof=words["proof"])
        self.attempt(made)

    def attempt(self, made: Act) -> None:
        before = self.position
        judged = advance(self.workflow, self.history, made, self.now, CALENDAR)
        if isinstance(judged, History):
            self.check_guards(before, made)
            self.history = judged
            if self.position.owner != before.owner:
                assert self.position.owner.agency == made.actor.agency, "an office was handed the item"

    def check_guards(self, before: Position, made: Act) -> None:
        """What the engine let through, looked at once more from the data alone."""
        one = next(one for one in self.workflow.transitions if one.id == made.transition)
        assert before.state.id in one.sources
        doers = {(before.seats.get(doer.seat), role) for doer in one.by for role in doer.roles}
        assert (made.actor.agency, made.actor.role) in doers
        self.check_words(one, made)
        assert set(one.needs) <= self.acts_since_the_beginning()
        for running in running_clocks(self.workflow, self.history, CALENDAR):
            assert running.clock.id != one.waits_for or self.now >= running.due.at

    def check_words(self, one: Transition, made: Act) -> None:
        assert made.reason in (one.reasons or (None,))
        assert (made.next_office is not None) == (one.names is not None)
        assert (made.proof is not None) == one.proof
        if one.names is not None and made.next_office is not None:
            assert made.next_office != made.actor.agency
            assert made.next_office.split(".")[0] in self.workflow.seat(one.names).kinds

    def acts_since_the_beginning(self) -> set[str]:
        done: set[str] = set()
        for event in self.history.events:
            if isinstance(event, Act):
                to = next(one.to for one in self.workflow.transitions if one.id == event.transition)
                done = set() if to == self.workflow.initial else done | {event.transition}
        return done

    @rule()
    def run_the_job_twice(self) -> None:
        for _ in range(2):
            for told in due_escalations(self.workflow, self.history, self.now, CALENDAR):
                self.history = accepted(record_escalation(self.workflow, self.history, told, self.now, CALENDAR))
            assert due_escalations(self.workflow, self.history, self.now, CALENDAR) == ()

    @property
    def position(self) -> Position:
        return position_of(self.workflow, self.history)

    @invariant()
    @precondition(lambda self: hasattr(self, "history"))
    def one_office_owns_the_item(self) -> None:
        owner = self.position.owner
        assert owner.seat == self.position.state.owner
        assert owner.agency.split(".")[0] in self.workflow.seat(owner.seat).kinds

    @invariant()
    @precondition(lambda self: hasattr(self, "history"))
    def somebody_of_the_owner_sees_it(self) -> None:
        viewers = visible_to(self.workflow, self.history, self.now, CALENDAR)
        owners = {one.role for one in viewers if (one.office, one.agency) == ("self", self.position.owner.agency)}
        assert owners - WRITE_ONLY

    @invariant()
    @precondition(lambda self: hasattr(self, "history"))
    def what_is_overdue_is_seen_above(self) -> None:
        viewers = visible_to(self.workflow, self.history, self.now, CALENDAR)
        for late in overdue_clocks(self.workflow, self.history, self.now, CALENDAR):
            at_once = [step.to.value for step in late.clock.escalations if step.after is None]
            assert {(to, late.duty.agency) for to in at_once} <= {(one.office, one.agency) for one in viewers}

    @invariant()
    @precondition(lambda self: hasattr(self, "history"))
    def an_item_under_way_has_a_deadline(self) -> None:
        running = running_clocks(self.workflow, self.history, CALENDAR)
        assert bool([one for one in running if one.clock.escalations]) != self.position.state.final

    @invariant()
    @precondition(lambda self: hasattr(self, "history"))
    def nobody_is_told_twice(self) -> None:
        told = [(one.clock, one.step, one.run, one.agency) for one in self.history.events if isinstance(one, Escalated)]
        assert len(set(told)) == len(told)

    @invariant()
    @precondition(lambda self: hasattr(self, "history"))
    def the_reporter_stays_where_the_report_was_taken(self) -> None:
        taken_down_by = self.position.seats.get(self.workflow.confidential_to or "")
        for agency in {one.agency for one in taking_part(self.workflow, self.position)}:
            travelling = copy_for(self.workflow, self.history, agency)
            known = agency == taken_down_by
            assert (travelling.opened.reporter is not None) == known
            assert known or "某人" not in travelling.model_dump_json()

    def teardown(self) -> None:
        if hasattr(self, "history"):
            stored = History.model_validate_json(self.history.model_dump_json())
            assert replay(self.workflow, stored, self.now, CALENDAR) == self.history


class RandomDropoutFlag(RandomHistory):
    workflow = W1


class RandomMandatoryReport(RandomHistory):
    workflow = W2


class RandomReferral(RandomHistory):
    workflow = W6


class RandomCareNotification(RandomHistory):
    workflow = P07


FEW = settings(max_examples=20, stateful_step_count=20, deadline=None)

TestDropoutFlag = RandomDropoutFlag.TestCase
TestDropoutFlag.settings = FEW
TestMandatoryReport = RandomMandatoryReport.TestCase
TestMandatoryReport.settings = FEW
TestReferral = RandomReferral.TestCase
TestReferral.settings = FEW
TestCareNotification = RandomCareNotification.TestCase
TestCareNotification.settings = FEW
