"""What is done about emergency calls by the clock: reviews told again, lifted suspensions noted, results destroyed."""

from sqlalchemy import delete

from connectors.console.actions import Action
from connectors.console.context import Console
from connectors.console.record import record_in
from connectors.desk.ledgers import destroy_ledger
from connectors.emergency.calls import Call, CallUnknownError, get_call, list_undestroyed, questions_of, set_call
from connectors.emergency.notices import note_lifted
from connectors.emergency.record_expiry import destroy_due_records
from connectors.emergency.review_call import tell_reviews
from connectors.requester.ledger_roster import ledger_store_of
from connectors.state.charges import forget_officer_use
from connectors.state.database import destroying, writing
from connectors.state.tables import question
from schemas.emergency import RESULT_LASTS
from schemas.envelope import MessageType
from schemas.messages.emergency import MAX_LIFTED_BYTES, LiftedAnswer, LiftedCall, LiftedList


def look_after_emergencies(console: Console) -> None:
    """Do all of it; raises GatewayUnreachableError, AnswerError, ProblemError where the gateway does not say."""
    destroy_emergency_results(console)
    destroy_due_records(console.connector)
    forget_officer_use(console.connector.state, console.connector.today())
    tell_reviews(console)
    note_lifted_calls(console)


def destroy_emergency_results(console: Console) -> int:
    """Destroy child and answers of the calls made 72 hours ago or earlier; returns how many."""
    until = console.seconds() - int(RESULT_LASTS.total_seconds())
    due = list_undestroyed(console.connector, until)
    for call in due:
        _destroy(console, call)
    return len(due)


def note_lifted_calls(console: Console) -> None:
    """Note which suspensions the gateway lifted, of this agency's officers and of those who asked it."""
    answered = console.client.ask(MessageType.EMERGENCY_LIFTED, LiftedList(), LiftedAnswer, MAX_LIFTED_BYTES)
    for one in answered.message.calls:
        note_lifted(console.connector, one.agreement, one.call, one.lifted_at)
        _note_own(console, one)


def _note_own(console: Console, lifted: LiftedCall) -> None:
    """Note it where the call was made here: the gateway lifts all that one call led to together."""
    try:
        call = get_call(console.connector, lifted.call)
    except CallUnknownError:
        return
    if call.facts.lifted_at is None:
        with writing(console.connector.state) as connection:
            set_call(connection, call.id, lifted_at=lifted.lifted_at)


def _destroy(console: Console, call: Call) -> None:
    """Destroy what tells of the child; that there was a call, its reason and its review stay for `RECORD_LASTS`."""
    connector = console.connector
    asked = [one.question for one in questions_of(connector, call.id)]
    with destroying(connector.state) as connection:
        connection.execute(delete(question).where(question.c.id.in_(asked)))
        set_call(connection, call.id, note=None, destroyed_at=console.seconds())
        record_in(connection, console.seconds(), None, Action.EMERGENCY_DESTROYED, call.id)
    if ledger_store_of(connector).find(call.ledger) is not None:
        destroy_ledger(console, call.ledger)
