"""Ask by the clock every standing question that is due, in the name of its officer and its approver.

Each time is a question like any other: signed, logged, charged to the agreement's budget, with receipts. What refuses
it is noted; it is tried again, and what has been answered stays.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import delete

from connectors.console.account_book import AgencyAccounts
from connectors.console.actions import Action
from connectors.console.context import Console
from connectors.console.record import record_in
from connectors.console.roles import Permission
from connectors.desk.next_day import DAY_IS_USED_UP, resumes_at
from connectors.desk.purposes_for import Askable, NotAskableError, get_askable
from connectors.desk.question_failures import LocalFailure
from connectors.desk.question_work import EXPECTED, Failure, failure_of
from connectors.gateway_client import GatewayUnreachableError, QueryContext
from connectors.identifiers import new_uuid
from connectors.requester.active_index import find_active_index
from connectors.requester.ask import Questioner
from connectors.requester.ledger_roster import ledger_store_of
from connectors.requester.open_question import Step
from connectors.standing.pick_rows import pick_rows
from connectors.standing.registration import do_standing
from connectors.standing.rhythm import Rhythm, Schedule, next_due
from connectors.standing.row_rules import BirthdayMonths, RowRule, rule_of
from connectors.standing.standing_states import StandingDeed, StandingRefusedError, StandingState
from connectors.standing.tell_changes import tell_changes
from connectors.state.agreements import find_agreement
from connectors.state.database import destroying, reading, writing
from connectors.state.questions import Question
from connectors.state.roster_ref import StoredLedger
from connectors.state.standing import (
    StandingQuestion,
    StandingRun,
    add_run,
    change_standing,
    delete_run,
    list_runs,
    list_standing,
)
from connectors.state.tables import question
from hosting.accounts.account_rules import AccountError
from hosting.accounts.accounts import get_account
from schemas.agreement import AgreementState
from schemas.problem import ProblemCode

RETRY_AFTER: Final = timedelta(hours=1)
"""What nobody refused is tried again after so long."""

_OVER: Final = frozenset({AgreementState.REVOKED, AgreementState.EXPIRED})
_RETRIED: Final = frozenset({LocalFailure.GATEWAY_UNREACHABLE, LocalFailure.ANSWER_NOT_BELIEVED})
_BEGUN_ANEW: Final = frozenset({LocalFailure.LEDGER_CHANGED, LocalFailure.LEDGER_UNREADABLE})
_DAILY: Final = Schedule(Rhythm.INDEX)


class StandingNotAskedError(RuntimeError):
    """Some standing questions could not be asked; why is noted with each."""

    def __init__(self, count: int) -> None:
        super().__init__(f"{count} 项定期查询没有完成 / standing questions not asked: {count}")


@dataclass(frozen=True)
class StandingAsker:
    """Asks one console's standing questions; when each is due is in the database."""

    console: Console

    def next_at(self, now: datetime) -> datetime:
        """Return when the next one is due; if none is, when one that is looked at every day would be."""
        due = [one.next_at for one in self._active()]
        if not due:
            return next_due(_DAILY, now, self.console.connector.agency)
        return datetime.fromtimestamp(min(due), UTC)

    def run(self) -> None:
        """Ask what is due.

        Raises:
            StandingNotAskedError: some broke off.
        """
        now = self.console.seconds()
        behind = [one.id for one in self._active() if one.next_at <= now and not self._attempt(one)]
        if behind:
            raise StandingNotAskedError(len(behind))

    def _active(self) -> list[StandingQuestion]:
        with reading(self.console.connector.state) as connection:
            return list_standing(connection, states=(StandingState.ACTIVE,))

    def _attempt(self, standing: StandingQuestion) -> bool:
        """Ask one; returns whether that came to its end."""
        over = self._over(standing)
        if over is not None:
            do_standing(self.console, standing.id, StandingDeed.END, None, {"ended_reason": over})
            return True
        failure = self._missing(standing)
        if failure is None:
            try:
                self._ask(standing)
            except StandingRefusedError:
                # It was ended, or given another roster, while it was being asked.
                return True
            except NotAskableError:
                failure = Failure(ProblemCode.AGREEMENT_NOT_ACTIVE.value, "state")
            except EXPECTED as error:
                failure = failure_of(error)
        if failure is not None:
            self._note(standing, failure)
        return failure is None

    def _over(self, standing: StandingQuestion) -> str | None:
        connector = self.console.connector
        copy = find_agreement(connector.state, standing.agreement)
        if connector.today() > standing.until_on:
            return "until_passed"
        if copy is None or copy.standing.state in _OVER or connector.seconds() >= copy.agreement.valid_until:
            return "agreement_over"
        return None

    def _missing(self, standing: StandingQuestion) -> Failure | None:
        """Return why nobody may be asked in these people's names any more, or None."""
        for account, permission in (
            (standing.author, Permission.ASK),
            (standing.approver, Permission.APPROVE_QUESTIONS),
        ):
            try:
                stored = get_account(AgencyAccounts(self.console.connector), account or "")
            except AccountError:
                return Failure(LocalFailure.OFFICER_GONE)
            if stored.is_disabled or not stored.account.may(permission):
                return Failure(LocalFailure.OFFICER_GONE)
        return None

    def _ask(self, standing: StandingQuestion) -> None:
        self.console.client.refresh_registry()
        askable = get_askable(self.console, standing.agreement)
        run = self._run_of(standing, askable)
        if run is None:
            return
        asked = None
        if run.rows:
            questioner = Questioner(self.console.connector, self.console.client, self.console.trust)
            asked = questioner.complete(self._question_of(standing, run, askable), _unseen)
            if asked.vault.owed_receipts(run.id):
                raise GatewayUnreachableError
        self._require_same(standing)
        tell_changes(self.console, standing, run, asked)

    def _run_of(self, standing: StandingQuestion, askable: Askable) -> StandingRun | None:
        """Return the run under way, or a new one; None where the provider's index is that of the last run."""
        with reading(self.console.connector.state) as connection:
            runs = list_runs(connection, standing.id)
        if runs and runs[0].ended_at is None:
            return runs[0]
        index = None
        if standing.schedule.rhythm is Rhythm.INDEX:
            index = self._active_index(standing, askable)
            if index is None or (runs and runs[0].index_id == index):
                self._wait(standing)
                return None
        return self._begin(standing, askable, index)

    def _begin(self, standing: StandingQuestion, askable: Askable, index: str | None) -> StandingRun:
        connector = self.console.connector
        months = self._months(standing, askable)
        rows = pick_rows(connector, standing.ledger, askable.agreement.regions, months)
        through = standing.asked_through if months is None else max(months.first.plus(-1), months.last)
        run = StandingRun(
            id=new_uuid(connector.random),
            standing=standing.id,
            ledger=standing.ledger,
            asked_through=through,
            index_id=index,
            begun_at=connector.seconds(),
            ended_at=None,
            rows=len(rows),
            changes=0,
            seen_at=None,
        )
        with writing(connector.state) as connection:
            add_run(connection, run)
        return run

    def _months(self, standing: StandingQuestion, askable: Askable) -> BirthdayMonths | None:
        if rule_of(askable.purpose.id) is not RowRule.TURNING_18:
            return None
        return BirthdayMonths.due(self.console.connector.today(), standing.asked_through)

    def _question_of(self, standing: StandingQuestion, run: StandingRun, askable: Askable) -> Question:
        """Return the question of a run: as it was begun, or a new one about the rows that the rule picks now."""
        connector = self.console.connector
        known = Questioner.vault_of(connector).find_question(run.id)
        if known is not None:
            return known
        rows = pick_rows(connector, run.ledger, askable.agreement.regions, self._months(standing, askable))
        return Question(
            id=run.id,
            agreement=askable.digest,
            attributes=tuple(sorted(standing.attributes)),
            region=standing.region,
            case=standing.case,
            officer=standing.author,
            approver=standing.approver,
            roster=StoredLedger(run.ledger, rows),
            roster_version=ledger_store_of(connector).get(run.ledger).version,
            asked_at=run.begun_at,
        )

    def _active_index(self, standing: StandingQuestion, askable: Askable) -> str | None:
        query = QueryContext(askable.agreement, standing.region, standing.author, standing.case, standing.approver)
        return find_active_index(self.console.connector, self.console.client, self.console.trust, query)

    def _require_same(self, standing: StandingQuestion) -> None:
        """Check that nobody has ended the question meanwhile, or given it another roster."""
        if standing.id not in {one.id for one in self._active() if one.ledger == standing.ledger}:
            raise StandingRefusedError("not_in_this_state")

    def _wait(self, standing: StandingQuestion) -> None:
        at = next_due(standing.schedule, self.console.now(), self.console.connector.agency)
        with writing(self.console.connector.state) as connection:
            change_standing(connection, standing.id, next_at=int(at.timestamp()), failure=None, clause=None)

    def _note(self, standing: StandingQuestion, failure: Failure) -> None:
        next_at = int(self._retry_at(failure).timestamp())
        with destroying(self.console.connector.state) as connection:
            change_standing(connection, standing.id, next_at=next_at, failure=failure.code, clause=failure.clause)
            if failure.code in _BEGUN_ANEW:
                for run in list_runs(connection, standing.id)[:1]:
                    if run.ended_at is None:
                        connection.execute(delete(question).where(question.c.id == run.id))
                        delete_run(connection, run.id)
            at = self.console.seconds()
            record_in(connection, at, None, Action.STANDING_FAILED, standing.id, failure.code)

    def _retry_at(self, failure: Failure) -> datetime:
        now, agency = self.console.now(), self.console.connector.agency
        if failure.code in _RETRIED:
            return now + RETRY_AFTER
        if failure.code in DAY_IS_USED_UP:
            return resumes_at(now, agency)
        return next_due(_DAILY, now, agency)


def _unseen(_step: Step, _done: int, _total: int) -> None:
    """Take progress at which nobody looks."""
