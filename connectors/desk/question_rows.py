"""What the agency's own ledger says of the rows of a question: the children's names, for the officer's eyes."""

from collections.abc import Sequence

from connectors.console.context import Console
from connectors.desk.ledgers import ledger_cells
from connectors.desk.question_draft import Draft
from connectors.requester.ledger_roster import ledger_store_of
from schemas.messages.match import SubjectKind

NAME_FIELD = "name"


def name_rows(console: Console, draft: Draft, row_numbers: Sequence[int]) -> dict[int, str]:
    """Return the names in rows of a question's ledger, by row number; none where the ledger is destroyed."""
    return {} if draft.ledger is None else name_ledger_rows(console, draft.ledger, row_numbers)


def name_ledger_rows(console: Console, ledger: str, row_numbers: Sequence[int]) -> dict[int, str]:
    """Return the names in rows of a ledger, by row number; none where it is destroyed."""
    kept = ledger_store_of(console.connector).find(ledger)
    if kept is None or NAME_FIELD not in kept.card.columns:
        return {}
    label = kept.card.labels[kept.card.columns[NAME_FIELD]]
    found = ledger_cells(console, kept.id, row_numbers)
    return {number: cells.get(label, "") for number, cells in found.items()}


def is_about_guardians(console: Console, draft: Draft) -> bool:
    """Return whether a question's ledger lists guardians, whose children are looked for."""
    kept = None if draft.ledger is None else ledger_store_of(console.connector).find(draft.ledger)
    return kept is not None and kept.subject is SubjectKind.GUARDIAN
