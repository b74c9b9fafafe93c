"""Put right what is wrong with a row of a ledger: typed beside the file, checked at once, never lost."""

from collections.abc import Mapping

from connectors.console.actions import Action
from connectors.console.context import Console
from connectors.console.record import record_in
from connectors.desk.ledger_check import RowCheck, finish
from connectors.desk.ledger_text import as_text
from connectors.desk.ledger_upload import LedgerInUseError
from connectors.requester.ledger_roster import ledger_store_of
from connectors.sources.ledger_rows import MAX_CELL_CHARACTERS
from connectors.state.database import writing
from connectors.state.ledger_rows import Cells, LedgerRowStore, RowFinding
from connectors.state.ledgers import KeptLedger, LedgerState, LedgerUnknownError


def repair_row(
    console: Console, account: str, ledger_id: str, row_number: int, typed: Mapping[int, str]
) -> tuple[RowFinding, ...]:
    """Keep what was typed for cells of a row, by position of the column, and return what is wrong with it still.

    Raises:
        LedgerUnknownError: there is no such ledger, row or column.
        LedgerInUseError: the ledger can't be changed.
    """
    store = ledger_store_of(console.connector)
    kept = store.get(ledger_id)
    if not can_be_repaired(kept):
        raise LedgerInUseError
    rows = LedgerRowStore(store, ledger_id)
    cells = get_cells(rows, row_number)
    if not typed.keys() <= set(kept.card.columns.values()):
        raise LedgerUnknownError
    before = rows.repairs().get(row_number, {})
    changed = {at: text[:MAX_CELL_CHARACTERS] for at, text in typed.items() if text != _shown(cells, before, at)}
    (checked,) = RowCheck(console.connector, kept, rows).check(
        [(row_number, cells)], {row_number: {**before, **changed}}
    )
    with writing(console.connector.state) as connection:
        rows.keep_repairs(connection, row_number, changed)
        rows.replace(connection, checked)
        store.change_in(connection, ledger_id, revision=kept.revision + 1)
        finish(connection, store, rows)
        detail = f"row={row_number},cells={len(changed)}"
        record_in(connection, console.seconds(), account, Action.LEDGER_REPAIRED, ledger_id, detail)
    return rows.findings([row_number]).get(row_number, ())


def can_be_repaired(kept: KeptLedger) -> bool:
    """Return whether rows of a ledger may be put right: it was checked, and no question was asked with it."""
    return not kept.is_asked and kept.card.fault is None and kept.state in {LedgerState.READY, LedgerState.FAULTY}


def get_cells(rows: LedgerRowStore, row_number: int) -> Cells:
    """Return the cells of a row as they stand in the file; raises LedgerUnknownError."""
    for _, cells in rows.cells(row_number, row_number):
        return cells
    raise LedgerUnknownError


def _shown(cells: Cells, typed: Mapping[int, str], at: int) -> str:
    return typed.get(at, as_text(cells.get(at)))
