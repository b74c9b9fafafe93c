"""Check the rows of a ledger, in the background for a whole file, at once for a row that was put right."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final

from sqlalchemy import Connection, select

from connectors.agencies import agency_of
from connectors.context import Connector
from connectors.data_sets import Record, read_rows
from connectors.desk.ledger_file import read_grid
from connectors.dropouts.absence_ledger import find_absence_check
from connectors.requester.ledger_roster import LedgerSource, ledger_store_of, mapping_of, put_right
from connectors.sources.errors import SourceError
from connectors.sources.findings import Finding
from connectors.sources.header import Header
from connectors.sources.ledger_rows import LedgerRows
from connectors.state.database import writing
from connectors.state.desk_tables import ledger
from connectors.state.ledger_rows import DUPLICATE, Cells, CheckedRow, LedgerRowStore, RowFinding, as_row_findings
from connectors.state.ledgers import KeptLedger, LedgerCard, LedgerFault, LedgerState, LedgerStore

ROWS_AT_ONCE: Final = 500
"""So many rows are checked and kept in one go; between them progress is told."""


@dataclass(frozen=True, slots=True)
class RowCheck:
    """Checks rows of one ledger."""

    connector: Connector
    kept: KeptLedger
    rows: LedgerRowStore

    def check(
        self, numbered: Sequence[tuple[int, Cells]], repairs: Mapping[int, Mapping[int, str]]
    ) -> list[CheckedRow]:
        """Return rows with what is wrong with them, given their cells as they stand in the file."""
        source = LedgerSource(self.kept, self.rows)
        settings = self.connector.settings
        records = read_rows(
            [source.row_of(number, put_right(cells, repairs.get(number, {}))) for number, cells in numbered],
            mapping_of(self.kept),
            agency_of(settings.agency_type).data_set(self.kept.data_set or ""),
            today=self.connector.today(),
            allow_test_regions=settings.allow_test_regions,
            max_age_years=settings.max_child_age_years,
        )
        absence = find_absence_check(self.connector, self.kept)
        return [
            self._checked(cells, record, record.findings if absence is None else absence.findings(record))
            for (_, cells), record in zip(numbered, records, strict=True)
        ]

    def _checked(self, cells: Cells, record: Record, findings: Sequence[Finding]) -> CheckedRow:
        number = record.identity.citizen_id
        return CheckedRow(
            record.row_number,
            cells,
            record.is_usable,
            None if number is None else self.rows.tag_of(number.core15),
            as_row_findings(findings, positions_of(self.kept)),
        )


def positions_of(kept: KeptLedger) -> dict[str, int]:
    """Return where the chosen columns stand, by name."""
    return {kept.card.labels[at]: at for at in kept.card.columns.values()}


def check_ledger(connector: Connector, ledger_id: str) -> None:
    """Check all rows of a ledger whose columns are chosen; begun anew, it begins from the first row.

    It stops where the ledger is destroyed meanwhile, or its columns are chosen otherwise.
    """
    store = ledger_store_of(connector)
    kept = store.get(ledger_id)
    rows = LedgerRowStore(store, ledger_id)
    try:
        if _check_all(RowCheck(connector, kept, rows), store):
            with writing(connector.state) as connection:
                if _is_current(connection, kept):
                    finish(connection, store, rows)
    except SourceError as error:
        fault = LedgerFault(error.code, error.row, error.column)
        with writing(connector.state) as connection:
            if _is_current(connection, kept):
                rows.clear(connection)
                store.change_in(connection, ledger_id, card=_with_fault(kept, fault), state=LedgerState.FAULTY.value)


def finish(connection: Connection, store: LedgerStore, rows: LedgerRowStore) -> None:
    """Note the counts of a ledger whose rows were checked, and whether it can be asked with."""
    counts = rows.counts(connection)
    state = LedgerState.READY if counts.usable else LedgerState.FAULTY
    store.change_in(
        connection,
        rows.ledger,
        state=state.value,
        rows=counts.rows,
        usable_rows=counts.usable,
        marked_rows=counts.marked,
    )


def _check_all(check: RowCheck, store: LedgerStore) -> bool:
    """Check and keep all rows; returns whether they are still the ledger's."""
    kept, rows = check.kept, check.rows
    repairs = rows.repairs()
    picked = _picked(store.file(kept.id), kept)
    seen: set[bytes] = set()
    is_first = True
    while batch := list(islice(picked, ROWS_AT_ONCE)):
        checked = [_with_duplicate(row, seen) for row in check.check(batch, repairs)]
        with writing(check.connector.state) as connection:
            if not _is_current(connection, kept):
                return False
            if is_first:
                rows.clear(connection)
            rows.add(connection, checked)
            store.change_in(connection, kept.id, rows_done=checked[-1].number - kept.card.first_data_row)
        is_first = False
    if is_first:
        raise SourceError("upload_without_rows")
    return True


def _picked(file: bytes, kept: KeptLedger) -> Iterator[tuple[int, Cells]]:
    """Yield the rows of data below the header with the cells of the chosen columns."""
    positions = positions_of(kept)
    below = islice(read_grid(file, kept.card), kept.card.first_data_row, None)
    for row in LedgerRows(Header(positions, kept.card.first_data_row)).pick(below):
        yield row.number, {at: row.cells[label] for label, at in positions.items()}


def _with_duplicate(row: CheckedRow, seen: set[bytes]) -> CheckedRow:
    if row.number_tag is None:
        return row
    is_second = row.number_tag in seen
    seen.add(row.number_tag)
    if not is_second:
        return row
    return replace(row, findings=(*row.findings, RowFinding(None, DUPLICATE, "warning")))


def _is_current(connection: Connection, kept: KeptLedger) -> bool:
    found = connection.execute(select(ledger.c.state, ledger.c.revision).where(ledger.c.id == kept.id)).one()
    return (found.state, found.revision) == (LedgerState.CHECKING.value, kept.revision)


def _with_fault(kept: KeptLedger, fault: LedgerFault) -> LedgerCard:
    return replace(kept.card, fault=fault)
