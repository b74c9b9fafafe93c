"""A roster out of a ledger that was uploaded: its rows with what was put right, numbered as in the workbook."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from connectors.context import Connector
from connectors.requester.roster import Roster, read_roster, roster_of
from connectors.sources.errors import SourceError
from connectors.sources.mapping import SourceMapping, WorkbookPlace
from connectors.sources.source import Note, Row
from connectors.state.ledger_rows import Cells, LedgerRowStore
from connectors.state.ledgers import KeptLedger, LedgerState, LedgerStore
from connectors.state.roster_ref import MappingFile, RosterRef, StoredLedger
from schemas.messages.match import SubjectKind


def ledger_store_of(connector: Connector) -> LedgerStore:
    """Return where an agency keeps the ledgers that its officers uploaded."""
    return LedgerStore(connector.state, connector.storage_key(), connector.random)


def read_named_roster(
    connector: Connector, roster: RosterRef, regions: tuple[str, ...], today: date, subject: SubjectKind
) -> Roster:
    """Read the roster that a question names.

    Raises:
        SourceError: as `read_roster`; file_missing where a ledger is not there any more or is not ready.
    """
    match roster:
        case MappingFile(path):
            return read_roster(connector, Path(path), regions, today, subject)
        case StoredLedger(ledger, rows):
            read = read_stored_roster(connector, ledger, regions, today, subject)
            return read if rows is None else read.only(frozenset(rows))


def read_stored_roster(
    connector: Connector, ledger_id: str, regions: tuple[str, ...], today: date, subject: SubjectKind
) -> Roster:
    """Read every row of a checked ledger, with what its officer put right.

    Raises:
        SourceError: file_missing where it is not there any more or is not ready; else as `read_roster`.
    """
    store = ledger_store_of(connector)
    kept = store.find(ledger_id)
    if kept is None or kept.state is not LedgerState.READY:
        raise SourceError("file_missing")
    source = LedgerSource(kept, LedgerRowStore(store, ledger_id))
    return roster_of(connector, source, mapping_of(kept), regions, today, subject)


def mapping_of(kept: KeptLedger) -> SourceMapping:
    """Return what the columns of a ledger mean, as a mapping file would say it."""
    columns = {name: (kept.card.labels[at],) for name, at in kept.card.columns.items()}
    return SourceMapping(
        data_set=kept.data_set or "", source=WorkbookPlace(kind="workbook", path="ledger"), columns=columns
    )


@dataclass(frozen=True, slots=True)
class LedgerSource:
    """The checked rows of a stored ledger; a locator is the row's number."""

    kept: KeptLedger
    stored: LedgerRowStore

    def columns(self) -> tuple[str, ...]:
        """Return the names of the chosen columns."""
        return tuple(self.kept.card.labels[at] for at in self.kept.card.columns.values())

    def rows(self) -> Iterator[Row]:
        """Yield every row."""
        repairs = self.stored.repairs()
        for number, cells in self.stored.cells():
            yield self.row_of(number, put_right(cells, repairs.get(number, {})))

    def count(self) -> int | None:
        """Return how many rows there are."""
        return self.kept.rows

    def version(self) -> str | None:
        """Return a text that changes with each check and repair."""
        return self.kept.version

    def fetch(self, locators: Sequence[str]) -> Mapping[str, Row]:
        """Return the rows with these numbers."""
        wanted = set(locators)
        return {row.locator: row for row in self.rows() if row.locator in wanted}

    def notes(self) -> tuple[Note, ...]:
        """Return nothing: what is no row was left out by the check."""
        return ()

    def row_of(self, number: int, cells: Cells) -> Row:
        """Return the row that has these cells."""
        labels = self.kept.card.labels
        named = {labels[at]: cells.get(at) for at in self.kept.card.columns.values()}
        return Row(number=number, locator=str(number), cells=named)


def put_right(cells: Cells, typed: Mapping[int, str]) -> Cells:
    """Return cells with what was typed instead of what stands in the file."""
    return {**cells, **{at: text.strip() or None for at, text in typed.items()}}
