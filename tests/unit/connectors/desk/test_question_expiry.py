"""Questions are destroyed on their day: rows, runs and the ledger, and the state says so."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import func, select

from connectors.console.actions import Action
from connectors.console.context import Console
from connectors.console.record import list_record
from connectors.desk.draft_states import DraftState
from connectors.desk.drafts import get_draft
from connectors.desk.ledgers import get_ledger
from connectors.desk.question_expiry import destroy_due_questions
from connectors.desk.question_work import ask_question
from connectors.state.database import reading
from connectors.state.ledgers import LedgerState
from connectors.state.tables import question, question_row, question_run
from tests.unit.connectors.desk.asked_ledgers import being_asked
from tests.unit.connectors.requester.asking_offices import Office, child


def after(console: Console, days: int) -> Console:
    """Return the console so many days later."""
    now = console.now() + timedelta(days=days)
    return replace(console, connector=replace(console.connector, now=lambda: now))


def test_nothing_is_left_on_the_day(console: Console, office: Office) -> None:
    office.hold(child(1))
    draft = being_asked(console, office, [child(1), child(7)])
    ask_question(console, draft.id, lambda *_: None)
    assert draft.ledger is not None
    days = office.agreement.retention_days
    assert get_ledger(console, draft.ledger).expires_on >= console.connector.today() + timedelta(days=days)
    assert destroy_due_questions(after(console, days - 1)) == 0
    assert get_draft(console, draft.id).state is DraftState.ANSWERED
    assert destroy_due_questions(after(console, days)) == 1
    assert get_draft(console, draft.id).state is DraftState.DESTROYED
    assert get_ledger(console, draft.ledger).state is LedgerState.DESTROYED
    with reading(console.connector.state) as connection:
        for table in (question, question_row, question_run):
            assert connection.execute(select(func.count()).select_from(table)).scalar_one() == 0
        assert list_record(connection, draft.id)[0].action is Action.QUESTION_DELETED
    assert destroy_due_questions(after(console, days)) == 0
