"""An office with a standing question and a clock that tests move."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

from connectors.console.account_book import AgencyAccounts
from connectors.console.context import Console
from connectors.gateway_client import GatewayClient
from connectors.standing.ask_again import StandingAsker, StandingNotAskedError
from connectors.standing.registration import Registration, do_standing, register
from connectors.standing.rhythm import Rhythm, Schedule
from connectors.standing.standing_states import StandingDeed
from connectors.standing.tell_changes import standing_vault_of
from connectors.state.database import reading
from connectors.state.standing import StandingQuestion, StandingRun, get_standing, list_runs
from connectors.state.standing_answers import KeptChange
from connectors.trust import TrustStore
from tests.accounts import add_settled_account
from tests.unit.connectors.desk.asked_ledgers import HEAD, OFFICER, keep_ledger
from tests.unit.connectors.requester.asking_offices import Office
from tests.unit.connectors.requester.simulated_gateway import NOW

PASSWORD = "四棵老槐树下的风筝 1987"


@dataclass
class StandingOffice:
    """The office whose clock is `now`; the simulated gateway follows it."""

    office: Office
    now: datetime = NOW
    console: Console = field(init=False)

    def __post_init__(self) -> None:
        connector = replace(self.office.connector, now=lambda: self.now.astimezone(UTC))
        trust = TrustStore(connector.state, connector.gateway)
        http = self.office.client._http
        self.console = Console(connector, trust, GatewayClient(connector, trust, http))
        for account in (OFFICER, HEAD):
            add_settled_account(AgencyAccounts(connector), account, PASSWORD)

    def move_to(self, day: date, hour: int = 6) -> None:
        """Move the clock to an hour of a day, where the office is (UTC+8)."""
        self.now = datetime(day.year, day.month, day.day, hour, tzinfo=UTC) - timedelta(hours=8) + timedelta(minutes=1)
        self.office.gateway.seconds = int(self.now.timestamp())

    def register(
        self, rows: Sequence[dict[str, str]], schedule: Schedule, until: date, *, is_approved: bool = True
    ) -> str:
        """Register a standing question about these rows, approved by the head."""
        ledger = keep_ledger(self.console, rows)
        wanted = Registration(
            agreement=self.office.agreement.digest(),
            ledger=ledger,
            region="990101",
            case="TA-1",
            schedule=schedule,
            until_on=until,
        )
        id_ = register(self.console, OFFICER.id, wanted)
        if is_approved:
            do_standing(self.console, id_, StandingDeed.APPROVE, HEAD.id)
        return id_

    def tick(self) -> bool:
        """Do what the job does when it is looked at now; returns whether all that was due came to its end."""
        asker = StandingAsker(self.console)
        if asker.next_at(self.now) > self.now:
            return True
        try:
            asker.run()
        except StandingNotAskedError:
            return False
        return True

    def standing(self, id_: str) -> StandingQuestion:
        """Return the standing question."""
        with reading(self.console.connector.state) as connection:
            return get_standing(connection, id_)

    def runs(self, id_: str) -> list[StandingRun]:
        """Return its runs, the oldest first."""
        with reading(self.console.connector.state) as connection:
            return list(reversed(list_runs(connection, id_)))

    def changes(self, id_: str) -> list[list[KeptChange]]:
        """Return what each run has told, the oldest first."""
        vault = standing_vault_of(self.console.connector)
        return [vault.changes(run.id) for run in self.runs(id_)]


MONTHLY = Schedule(Rhythm.MONTHLY, 10)
BY_INDEX = Schedule(Rhythm.INDEX)
