"""What is done about a question away from the pages: counting its ledger, asking it, sending a decision of review."""

from dataclasses import dataclass
from typing import Final

from connectors.console.context import Console
from connectors.desk.bulletins import ask_for_table
from connectors.desk.draft_states import Deed
from connectors.desk.drafts import RosterCount, do_deed, get_draft, note_count, note_uncountable
from connectors.desk.ledgers import keep_ledger_until
from connectors.desk.next_day import DAY_IS_USED_UP
from connectors.desk.purposes_for import NotAskableError, get_askable
from connectors.desk.question_draft import Draft
from connectors.desk.question_failures import LocalFailure
from connectors.gateway_client import AnswerError, GatewayUnreachableError
from connectors.requester.ask import Questioner, RosterChangedError
from connectors.requester.ledger_roster import ledger_store_of, read_stored_roster
from connectors.requester.open_question import Progress
from connectors.sources.errors import SourceError
from connectors.state.questions import Question
from connectors.state.roster_ref import StoredLedger
from connectors.state.runs import RunStore
from schemas.messages.match import SubjectKind
from schemas.problem import ProblemCode, ProblemError
from schemas.regions import covers

MAX_ROWS_NAMED: Final = 10
"""So many rows outside the agreed regions are named."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why something broke off: a `ProblemCode` or `LocalFailure`, and the agreement's clause where one refused."""

    code: str
    clause: str | None = None


def count_ledger(console: Console, id_: str) -> None:
    """Count what a draft would ask about: its children, their hashes, and rows outside the agreed regions.

    Raises:
        DraftNotFoundError: no such question.
    """
    draft = get_draft(console, id_)
    if draft.ledger is None or draft.region is None:
        return
    try:
        askable = get_askable(console, draft.agreement)
        regions, subject = askable.agreement.regions, subject_of(console, draft.ledger)
        roster = read_stored_roster(console.connector, draft.ledger, regions, console.connector.today(), subject)
    except (SourceError, NotAskableError) as error:
        is_ledgers = isinstance(error, SourceError)
        failure = LocalFailure.LEDGER_UNREADABLE if is_ledgers else ProblemCode.AGREEMENT_NOT_ACTIVE
        note_uncountable(console, draft, failure.value)
        return
    rows = [row for row in roster.rows if row.keys]
    outside = [row.number for row in rows if row.county is not None and not covers(regions, row.county)]
    hashes = sum(len(row.keys) for row in rows)
    count = RosterCount(roster.version, len(rows), hashes, tuple(outside[:MAX_ROWS_NAMED]))
    note_count(console, draft, count, needs_approval=askable.approver_wanted(len(rows)) is not None)


def ask_question(console: Console, id_: str, progress: Progress) -> None:
    """Ask a question that is being asked, or the rest of it, and note how that ended.

    Where the day's budget was used up and some of it brought something, it pauses, to go on with the next day's.
    """
    failure: Failure | None = Failure(LocalFailure.INTERRUPTED)
    kept_before = _count_kept(console, id_)
    try:
        failure = _ask(console, get_draft(console, id_), progress)
    finally:
        if failure is None:
            _keep_ledger(console, id_)
            do_deed(console, id_, Deed.FINISH, None, {"undecided": count_undecided(console, id_)})
        else:
            is_for_tomorrow = failure.code in DAY_IS_USED_UP and _count_kept(console, id_) > kept_before
            deed = Deed.PAUSE if is_for_tomorrow else Deed.STOP
            do_deed(console, id_, deed, None, {"failure": failure.code, "clause": failure.clause})


def _count_kept(console: Console, id_: str) -> int:
    """Count what asking has brought so far: a day's budget that brings nothing more won't suffice tomorrow either."""
    runs = RunStore(console.connector.state)
    return runs.count_answered(id_) + runs.count_parts(id_)


def _keep_ledger(console: Console, id_: str) -> None:
    """Keep the ledger as long as the results: they are written back into it."""
    last = Questioner.vault_of(console.connector).last_day(id_)
    ledger = get_draft(console, id_).ledger
    if last is not None and ledger is not None:
        keep_ledger_until(console, ledger, last)


def count_undecided(console: Console, id_: str) -> int:
    """Count the possible matches of a question that wait for a decision, or for the answer after one."""
    results = Questioner.vault_of(console.connector).each_result(id_)
    return sum(result.is_undecided or result.is_answer_due for result in results)


def question_of(console: Console, draft: Draft) -> Question:
    """Return the question that a draft is asked as: the one that was begun, or a new one of the counted version.

    Raises:
        SourceError: file_missing, without a ledger.
    """
    vault = Questioner.vault_of(console.connector)
    known = vault.find_question(draft.id)
    if known is not None:
        return known
    if draft.ledger is None or draft.region is None:
        raise SourceError("file_missing")
    question = Question(
        id=draft.id,
        agreement=draft.agreement,
        attributes=tuple(sorted(draft.attributes)),
        subject=subject_of(console, draft.ledger),
        region=draft.region,
        case=draft.case,
        officer=draft.author,
        approver=draft.approver,
        roster=StoredLedger(draft.ledger),
        roster_version=draft.roster_version,
        asked_at=draft.asked_at or console.seconds(),
    )
    vault.add_question(question)
    return question


def subject_of(console: Console, ledger: str) -> SubjectKind:
    """Return whom a ledger lists; raises SourceError (file_missing) if it is not there or was not understood."""
    kept = ledger_store_of(console.connector).find(ledger)
    if kept is None or kept.subject is None:
        raise SourceError("file_missing")
    return kept.subject


def failure_of(error: Exception) -> Failure:
    """Return what an expected error of asking is noted as."""
    match error:
        case ProblemError(code=code, clause=clause):
            return Failure(code.value, clause or None)
        case RosterChangedError():
            return Failure(LocalFailure.LEDGER_CHANGED)
        case SourceError():
            return Failure(LocalFailure.LEDGER_UNREADABLE)
        case GatewayUnreachableError():
            return Failure(LocalFailure.GATEWAY_UNREACHABLE)
        case AnswerError():
            return Failure(LocalFailure.ANSWER_NOT_BELIEVED)
    return Failure(LocalFailure.INTERRUPTED)


EXPECTED: Final = (ProblemError, RosterChangedError, SourceError, GatewayUnreachableError, AnswerError)
"""What asking is known to break off by; asked again, it goes on."""


def _ask(console: Console, draft: Draft, progress: Progress) -> Failure | None:
    try:
        console.client.refresh_registry()
        if draft.is_table:
            ask_for_table(console, draft)
            return None
        questioner = Questioner(console.connector, console.client, console.trust)
        questioner.complete(question_of(console, draft), progress)
    except EXPECTED as error:
        return failure_of(error)
    return None
