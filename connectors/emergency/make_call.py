"""Make an emergency call: one child, a reason, every provider with an agreement on emergencies, at once."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from connectors.console.actions import Action
from connectors.console.context import Console
from connectors.console.record import record_in
from connectors.desk.ledger_upload import enter_child
from connectors.desk.ledger_worker import work_on
from connectors.desk.ledgers import destroy_ledger
from connectors.desk.purposes_for import Askable, AskedBy, list_askable
from connectors.desk.question_failures import LocalFailure
from connectors.desk.question_work import EXPECTED, failure_of
from connectors.emergency.calls import (
    Call,
    CallQuestion,
    get_call,
    keep_call,
    questions_of,
    require_not_suspended,
    set_question,
)
from connectors.holidays import calendar_for
from connectors.identifiers import new_uuid
from connectors.query_roster import QUERY_ROSTER
from connectors.requester.ask import Questioner
from connectors.requester.ledger_roster import ledger_store_of, read_stored_roster
from connectors.requester.open_question import Step
from connectors.sources.errors import SourceError
from connectors.state.database import writing
from connectors.state.questions import Question
from connectors.state.roster_ref import StoredLedger
from schemas.emergency import CallFacts, EmergencyReason, may_go_on, parse_note, review_due
from schemas.messages.match import SubjectKind
from schemas.problem import ProblemCode
from schemas.regions import covers


class NobodyToAskError(LookupError):
    """No agreement on emergencies in force covers the child's region."""


class ChildNotUsableError(ValueError):
    """There is too little to find the child by."""

    def __init__(self) -> None:
        super().__init__("资料不足，无法查询 / too little to find the child by")


@dataclass(frozen=True, slots=True)
class Typed:
    """What an officer typed: the child field by field (`QUERY_ROSTER`), the reason and a note."""

    child: Mapping[str, str] = field(repr=False)
    reason: EmergencyReason
    note: str = field(repr=False)

    @property
    def region(self) -> str | None:
        """The county where the child lives or is registered, where it was typed."""
        return self.child.get("residence_region") or self.child.get("hukou_region") or None


def make_call(console: Console, officer: str, typed: Typed) -> str:
    """Keep a call and ask everybody; returns its id. What breaks off is noted with its question.

    Raises:
        ProblemError: officer_suspended.
        NoteError: the note is too long, or holds a number.
        ColumnsError: a required field is empty.
        NobodyToAskError, ChildNotUsableError: nothing was asked or kept.
    """
    connector = console.connector
    require_not_suspended(connector, officer)
    note, asked = parse_note(typed.note), askable_for(console, typed.region)
    if not asked:
        raise NobodyToAskError
    ledger = _enter(console, officer, typed, asked[0].agreement.regions)
    now = connector.now()
    due = review_due(now, calendar_for(connector))
    call = Call(
        id=new_uuid(connector.random),
        officer=officer,
        reason=typed.reason,
        note=note,
        ledger=ledger,
        facts=CallFacts(opened_at=int(now.timestamp()), due_at=int(due.at.timestamp())),
        is_provisional=due.provisional,
    )
    keep_call(connector, call, [_question(console, call, one, typed.region) for one in asked])
    with writing(connector.state) as connection:
        record_in(connection, console.seconds(), officer, Action.EMERGENCY_CALLED, call.id, typed.reason.value)
    ask_call(console, call.id)
    return call.id


def ask_call(console: Console, id_: str) -> None:
    """Ask what a call has no answer to yet, as long as the call lasts."""
    call = get_call(console.connector, id_)
    for one in questions_of(console.connector, id_):
        if not one.is_answered:
            is_open = may_go_on(call.facts, console.seconds())
            failure = _ask(console, call, one) if is_open else ProblemCode.EMERGENCY_CALL_OVER.value
            set_question(console.connector, one.question, is_answered=failure is None, failure=failure)


def askable_for(console: Console, region: str | None) -> list[Askable]:
    """Return the agreements on emergencies in force that cover a county, or any."""
    found = list_askable(console, AskedBy.EMERGENCY)
    return [one for one in found if region is None or covers(one.agreement.regions, region)]


def _enter(console: Console, officer: str, typed: Typed, regions: tuple[str, ...]) -> str:
    connector = console.connector
    ledger = enter_child(console, officer, QUERY_ROSTER, typed.child)
    work_on(connector, ledger)
    try:
        rows = read_stored_roster(connector, ledger, regions, connector.today(), SubjectKind.CHILD).rows
    except SourceError:
        rows = ()
    if len(rows) != 1 or not rows[0].keys:
        destroy_ledger(console, ledger)
        raise ChildNotUsableError
    return ledger


def _question(console: Console, call: Call, askable: Askable, region: str | None) -> CallQuestion:
    return CallQuestion(
        question=new_uuid(console.random),
        call=call.id,
        agreement=askable.digest,
        region=region or askable.agreement.regions[0],
        is_answered=False,
        failure=None,
        told_at=None,
    )


def _ask(console: Console, call: Call, one: CallQuestion) -> str | None:
    """Ask one provider; return why that broke off, or None."""
    askable = next((a for a in list_askable(console, AskedBy.EMERGENCY) if a.digest == one.agreement), None)
    kept = ledger_store_of(console.connector).find(call.ledger)
    if askable is None or kept is None:
        return (ProblemCode.AGREEMENT_NOT_ACTIVE if askable is None else LocalFailure.LEDGER_UNREADABLE).value
    question = Question(
        id=one.question,
        agreement=one.agreement,
        attributes=tuple(sorted(output.attribute for output in askable.outputs)),
        region=one.region,
        case=None,
        officer=call.officer,
        approver=None,
        roster=StoredLedger(call.ledger),
        roster_version=kept.version,
        asked_at=call.facts.opened_at,
    )
    try:
        console.client.refresh_registry()
        Questioner(console.connector, console.client, console.trust).ask(question, _unseen)
    except EXPECTED as error:
        return failure_of(error).code
    return None


def _unseen(_step: Step, _done: int, _total: int) -> None:
    """Take the progress of what takes seconds: nobody watches it."""
