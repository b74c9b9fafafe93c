"""Ledgers as other parts of the desk see them: what is there, its rows as a roster, the workbook with answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from connectors.console.context import Console
from connectors.desk.ledger_text import cells_as_text
from connectors.desk.ledger_workbook import Additions, Value, add_to_workbook
from connectors.requester.ledger_roster import ledger_store_of, read_stored_roster
from connectors.requester.roster import Roster
from connectors.sources.errors import SourceError
from connectors.state.ledger_rows import LedgerRowStore
from connectors.state.ledgers import KeptLedger, LedgerState
from schemas.messages.match import SubjectKind


@dataclass(frozen=True, slots=True)
class Ledger:
    """A ledger that somebody uploaded.

    Attributes:
        name: of the file; empty when it is destroyed.
        data_set: name of the data set; empty until its columns are chosen.
        subject: whom its rows are about.
        rows: rows of data.
        usable_rows: those that can be asked about.
        state: only a `READY` one can be asked with.
        owner: id of the account that uploaded it.
        uploaded_at: POSIX seconds.
        expires_on: the day on which it is destroyed.
    """

    id: str
    name: str = field(repr=False)
    data_set: str
    subject: SubjectKind
    rows: int
    usable_rows: int
    state: LedgerState
    owner: str
    uploaded_at: int
    expires_on: date


def get_ledger(console: Console, ledger_id: str) -> Ledger:
    """Return a ledger; raises LedgerUnknownError. Whether somebody may see it is the caller's to say."""
    return _ledger_of(ledger_store_of(console.connector).get(ledger_id))


def list_ledgers(console: Console, owner: str) -> list[Ledger]:
    """Return somebody's ledgers that are not destroyed, newest first."""
    kept = ledger_store_of(console.connector).list_of(owner)
    return [_ledger_of(one) for one in kept if one.state is not LedgerState.DESTROYED]


def ledger_roster(console: Console, ledger_id: str, agreement_regions: tuple[str, ...]) -> Roster:
    """Return the rows of a `READY` ledger as they can be asked about, numbered as in the workbook.

    Raises:
        LedgerUnknownError: there is no such ledger.
        SourceError: file_missing where it is not ready.
    """
    kept = ledger_store_of(console.connector).get(ledger_id)
    today = console.connector.today()
    subject = kept.subject or SubjectKind.CHILD
    return read_stored_roster(console.connector, ledger_id, agreement_regions, today, subject)


def write_back(
    console: Console, ledger_id: str, headings: Sequence[str], answers: Mapping[int, Sequence[Value]]
) -> bytes:
    """Return the very workbook that was uploaded (.xlsx), with columns of answers on the right.

    Cells that were put right hold what was typed. A CSV file becomes a workbook of texts; a file above `LAYOUT_BYTES`
    comes back with its values and without its layout. No cell is a formula:
    formulas count as the value that was saved with them, and texts that look like one are texts.

    Args:
        console: the console.
        ledger_id: of a ledger that is not destroyed.
        headings: what stands above the new columns.
        answers: by row number, one value for each heading.

    Raises:
        LedgerUnknownError: there is no such ledger.
        SourceError: file_missing where it is destroyed.
    """
    store = ledger_store_of(console.connector)
    kept = store.get(ledger_id)
    if kept.state is LedgerState.DESTROYED:
        raise SourceError("file_missing")
    repairs = LedgerRowStore(store, ledger_id).repairs()
    return add_to_workbook(store.file(ledger_id), kept.card, Additions(headings, answers, repairs))


def ledger_cells(console: Console, ledger_id: str, row_numbers: Sequence[int]) -> dict[int, dict[str, str]]:
    """Return some rows of a ledger as text, by the name of the column, with what was put right: an own record."""
    store = ledger_store_of(console.connector)
    return cells_as_text(store.get(ledger_id), LedgerRowStore(store, ledger_id), row_numbers)


def keep_ledger_until(console: Console, ledger_id: str, expires_on: date) -> None:
    """Keep a ledger at least until a day, on which the results that need it are destroyed; never for less long."""
    store = ledger_store_of(console.connector)
    if store.get(ledger_id).expires_on < expires_on:
        store.change(ledger_id, expires_on=expires_on.isoformat())


def destroy_ledger(console: Console, ledger_id: str) -> None:
    """Destroy file, rows and repairs of a ledger: together with the results that it was asked with, or before."""
    ledger_store_of(console.connector).destroy(ledger_id)


def _ledger_of(kept: KeptLedger) -> Ledger:
    return Ledger(
        id=kept.id,
        name=kept.card.name,
        data_set=kept.data_set or "",
        subject=kept.subject or SubjectKind.CHILD,
        rows=kept.rows,
        usable_rows=kept.usable_rows,
        state=kept.state,
        owner=kept.owner,
        uploaded_at=kept.uploaded_at,
        expires_on=kept.expires_on,
    )
