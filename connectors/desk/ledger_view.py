"""Rows of a ledger as its officer sees them: numbers covered in lists, one row in clear when it is asked for."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from connectors.console.actions import Action
from connectors.console.context import Console
from connectors.console.record import record_in
from connectors.data_sets import DataSet, Field
from connectors.desk.ledger_repairs import get_cells
from connectors.desk.ledger_text import NUMBER_KINDS, cells_as_text, cover, cover_number
from connectors.requester.ledger_roster import ledger_store_of
from connectors.sources.findings import FINDINGS
from connectors.state.database import writing
from connectors.state.ledger_rows import LedgerRowStore, RowFinding
from connectors.state.ledgers import KeptLedger
from schemas.faults import Wording


class RowFilter(StrEnum):
    """Which rows are listed."""

    MARKED = "marked"
    UNUSABLE = "unusable"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class SeenFinding:
    """What is wrong with a row: the column's name and its covered content, None where the whole row is meant."""

    label: str | None = field(repr=False)
    text: str = field(repr=False)
    sentence: Wording
    severity: str


@dataclass(frozen=True, slots=True)
class SeenRow:
    """A row in a list."""

    number: int
    name: str = field(repr=False)
    person_number: str = field(repr=False)
    findings: tuple[SeenFinding, ...]


@dataclass(frozen=True, slots=True)
class SeenCell:
    """A cell of one row, in clear.

    Attributes:
        position: of the column.
        label: what the ledger calls the column.
        text: what stands there, or was typed instead.
        sentences: what is wrong with it.
        is_open: it is offered to be put right: something is wrong with it, or with the row as a whole.
    """

    position: int
    label: str = field(repr=False)
    text: str = field(repr=False)
    sentences: tuple[Wording, ...]
    is_open: bool


@dataclass(frozen=True, slots=True)
class OneRow:
    """One row in clear, with what is wrong with it as a whole."""

    number: int
    cells: tuple[SeenCell, ...]
    sentences: tuple[Wording, ...]


def find_row_numbers(console: Console, kept: KeptLedger, shown: RowFilter, code: str | None) -> list[int]:
    """Return which rows a list shows: those with one finding, or as the filter says."""
    rows = LedgerRowStore(ledger_store_of(console.connector), kept.id)
    if code is not None:
        return rows.numbers(code=code)
    return rows.numbers(marked=shown is RowFilter.MARKED, unusable=shown is RowFilter.UNUSABLE)


def list_rows(
    console: Console, account: str, kept: KeptLedger, data_set: DataSet, numbers: Sequence[int]
) -> list[SeenRow]:
    """Return rows for a list, with long numbers covered; the look is recorded."""
    rows = LedgerRowStore(ledger_store_of(console.connector), kept.id)
    texts, findings = cells_as_text(kept, rows, numbers), rows.findings(numbers)
    _note(console, account, Action.LEDGER_VIEWED, kept, f"rows={len(numbers)}")
    seen = _Seen(kept, data_set)
    return [seen.row(number, texts[number], findings.get(number, ())) for number in numbers if number in texts]


def show_row(console: Console, account: str, kept: KeptLedger, data_set: DataSet, number: int) -> OneRow:
    """Return one row in clear; the look is recorded.

    Raises:
        LedgerUnknownError: there is no such row.
    """
    rows = LedgerRowStore(ledger_store_of(console.connector), kept.id)
    get_cells(rows, number)
    texts = cells_as_text(kept, rows, [number])[number]
    findings = rows.findings([number]).get(number, ())
    _note(console, account, Action.LEDGER_UNMASKED, kept, f"row={number}")
    of_row = tuple(FINDINGS[one.code] for one in findings if one.position is None)
    identifying = {kept.card.columns[one.name] for one in data_set.fields if one.part and one.name in kept.card.columns}
    cells = []
    for at in sorted(kept.card.columns.values()):
        wrong = tuple(FINDINGS[one.code] for one in findings if one.position == at)
        label = kept.card.labels[at]
        is_open = bool(wrong) or (at in identifying and (bool(of_row) or not findings))
        cells.append(SeenCell(at, label, texts[label], wrong, is_open))
    return OneRow(number, tuple(cells), of_row)


class _Seen:
    """Covers what is shown of the rows of one ledger."""

    def __init__(self, kept: KeptLedger, data_set: DataSet) -> None:
        self._labels = kept.card.labels
        self._fields = {kept.card.columns[one.name]: one for one in data_set.fields if one.name in kept.card.columns}
        self._name = self._first(lambda one: one.kind == "person_name" and one.part in _NAMES)
        self._number = self._first(lambda one: one.kind in _PERSON_NUMBERS)

    def row(self, number: int, texts: dict[str, str], findings: Sequence[RowFinding]) -> SeenRow:
        seen = tuple(self._finding(one, texts) for one in findings)
        return SeenRow(number, self._text(self._name, texts), self._text(self._number, texts), seen)

    def _finding(self, finding: RowFinding, texts: dict[str, str]) -> SeenFinding:
        label = None if finding.position is None else self._labels[finding.position]
        text = self._text(finding.position, texts)
        return SeenFinding(label, text, FINDINGS[finding.code], finding.severity)

    def _text(self, at: int | None, texts: dict[str, str]) -> str:
        if at is None:
            return ""
        one, text = self._fields.get(at), texts.get(self._labels[at], "")
        return cover_number(text) if one is not None and one.kind in NUMBER_KINDS else cover(text)

    def _first(self, is_wanted: Callable[[Field], bool]) -> int | None:
        return next((at for at, one in self._fields.items() if is_wanted(one)), None)


_NAMES: Final = frozenset({"name", None})
_PERSON_NUMBERS: Final = frozenset({"citizen_id", "student_no", "disability_cert_no"})


def _note(console: Console, account: str, action: Action, kept: KeptLedger, detail: str) -> None:
    with writing(console.connector.state) as connection:
        record_in(connection, console.seconds(), account, action, kept.id, detail)
