"""Delete a question that was never asked, at its author's word: at once and for good."""

from sqlalchemy import Connection, delete, select

from connectors.console.actions import Action
from connectors.console.context import Console
from connectors.console.record import record_in
from connectors.desk.draft_states import DeedRefusedError, DraftState
from connectors.desk.drafts import get_draft
from connectors.desk.ledgers import destroy_ledger
from connectors.desk.question_draft import Draft
from connectors.state.database import destroying
from connectors.state.desk_tables import question_draft
from connectors.state.dropout_tables import dropout_question_row


def delete_draft(console: Console, author: str, id_: str) -> None:
    """Delete a draft; what a ledger was made for this question alone is destroyed with it. An upload stays.

    Raises:
        DraftNotFoundError: no such question, or somebody else's.
        DeedRefusedError: it is put to approval, or was asked: take it back first, or let its results expire.
    """
    draft = get_draft(console, id_, author)
    with destroying(console.connector.state) as connection:
        is_draft = (question_draft.c.id == id_) & (question_draft.c.state == DraftState.DRAFT.value)
        if connection.execute(delete(question_draft).where(is_draft)).rowcount != 1:
            raise DeedRefusedError("not_in_this_state")
        is_ledger_left = _leave_ledger(connection, draft)
        record_in(connection, console.seconds(), author, Action.QUESTION_DELETED, id_, "draft")
    if is_ledger_left and draft.ledger is not None:
        destroy_ledger(console, draft.ledger)


def _leave_ledger(connection: Connection, draft: Draft) -> bool:
    """Return whether the ledger was made for questions about flagged pupils, and no other question stands on it."""
    rows, others = dropout_question_row.c, select(question_draft.c.id).where(question_draft.c.ledger == draft.ledger)
    if draft.ledger is None or connection.execute(others).first() is not None:
        return False
    return connection.execute(delete(dropout_question_row).where(rows.ledger == draft.ledger)).rowcount > 0
