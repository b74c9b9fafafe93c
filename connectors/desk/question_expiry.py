"""Destroy questions whose last answer's day has come: what came of each row, the runs, and the ledger with them."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import delete

from connectors.console.context import Console
from connectors.context import OFFICE_ZONE
from connectors.desk.draft_states import Deed, DraftState
from connectors.desk.drafts import do_deed, list_drafts
from connectors.desk.ledgers import destroy_ledger
from connectors.desk.question_draft import Draft
from connectors.requester.ask import Questioner
from connectors.state.agreements import find_agreement
from connectors.state.database import destroying
from connectors.state.tables import question

_ENDED = (DraftState.ANSWERED, DraftState.FAILED)
_GONE = frozenset({DraftState.DESTROYED, DraftState.REFUSED})


def destroy_due_questions(console: Console) -> int:
    """Destroy what is due, with a line in the record for each; returns how many.

    The ledger of a question goes with it, unless another question still stands on it.
    """
    drafts = list_drafts(console)
    due = [draft for draft in drafts if draft.state in _ENDED and _is_due(console, draft)]
    for draft in due:
        with destroying(console.connector.state) as connection:
            connection.execute(delete(question).where(question.c.id == draft.id))
        do_deed(console, draft.id, Deed.DESTROY, None, {"undecided": 0})
    gone = {draft.id for draft in due} | {draft.id for draft in drafts if draft.state in _GONE}
    in_use = {draft.ledger for draft in drafts if draft.id not in gone}
    for ledger in {draft.ledger for draft in due} - in_use:
        if ledger is not None:
            destroy_ledger(console, ledger)
    return len(due)


def _is_due(console: Console, draft: Draft) -> bool:
    """Return whether all that may be kept of a question has been kept as long as it may."""
    copy, today = find_agreement(console.connector.state, draft.agreement), console.connector.today()
    if copy is None or draft.asked_at is None:
        return False
    asked_on = datetime.fromtimestamp(draft.asked_at, UTC).astimezone(OFFICE_ZONE).date()
    last = Questioner.vault_of(console.connector).last_day(draft.id)
    return today >= asked_on + timedelta(days=copy.agreement.retention_days) and (last is None or last <= today)
