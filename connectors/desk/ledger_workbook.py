"""The workbook that was uploaded (ECMA-376), given back with columns on the right, repairs in place, no formulas."""

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from openpyxl import Workbook, load_workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font, PatternFill
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.worksheet import Worksheet

from connectors.desk.ledger_file import read_grid
from connectors.sources.source import CellValue
from connectors.state.ledgers import LedgerCard

Value = bool | int | float | str | None
"""What stands in a cell of a new column; yes and no are written as words."""

LAYOUT_BYTES: Final = 2 * 1024 * 1024
"""A larger workbook comes back without its layout, row by row: openpyxl would hold each cell of it in memory."""

_NOT_BARE: Final = ("=", "+", "-", "@", "#")
_WORDS: Final = {True: "是", False: "否"}
_BOLD: Final = Font(bold=True)
_NOT_FOR_OPENPYXL = (KeyError, ValueError, TypeError, AttributeError, IndexError, InvalidFileException)
"""What openpyxl raises where a file is not written as it expects; its values could be read all the same."""

FAULT_FILL: Final = PatternFill("solid", fgColor="FFFFC7CE")
WARNING_FILL: Final = PatternFill("solid", fgColor="FFFFEB9C")
REPAIR_FILL: Final = PatternFill("solid", fgColor="FFC6EFCE")


@dataclass(frozen=True, slots=True)
class Additions:
    """What is added to a workbook.

    Attributes:
        headings: what stands above the new columns.
        values: by row number, one for each heading.
        repairs: what was typed, by row number and position of the column.
        fills: colours of cells, by row number and position of the column.
    """

    headings: Sequence[str] = field(repr=False)
    values: Mapping[int, Sequence[Value]] = field(repr=False)
    repairs: Mapping[int, Mapping[int, str]] = field(repr=False)
    fills: Mapping[int, Mapping[int, PatternFill]] = field(default_factory=dict)


def add_to_workbook(file: bytes, card: LedgerCard, additions: Additions) -> bytes:
    """Return the workbook with the additions; a CSV file, or a very large one, as a plain workbook with its values.

    Formulas count as the value that was saved with them; texts that look like one are texts.

    Raises:
        SourceError: the file can't be read.
    """
    if card.kind == "workbook" and len(file) <= LAYOUT_BYTES:
        try:
            return _amended(file, card, additions)
        except _NOT_FOR_OPENPYXL:
            pass
    return _rewritten(file, card, additions)


def _amended(file: bytes, card: LedgerCard, additions: Additions) -> bytes:
    book = load_workbook(io.BytesIO(file), data_only=True, keep_links=False)
    sheet = book[card.sheet or ""]
    if not isinstance(sheet, Worksheet):
        raise InvalidFileException
    right = max([card.first_column + _width(card), *(merged.max_col for merged in sheet.merged_cells.ranges)])
    for at, heading in enumerate(additions.headings, right + 1):
        write_cell(get_cell(sheet, max(card.first_data_row, 1), at), heading).font = _BOLD
    for number, values in additions.values.items():
        for at, value in enumerate(values, right + 1):
            write_cell(get_cell(sheet, number, at), value)
    for number, typed in additions.repairs.items():
        for at, text in typed.items():
            write_cell(get_cell(sheet, number, card.first_column + at + 1), text).fill = REPAIR_FILL
    for number, fills in additions.fills.items():
        for at, fill in fills.items():
            sheet.cell(number, card.first_column + at + 1).fill = fill
    return _saved(book)


def get_cell(sheet: Worksheet, row: int, column: int) -> Cell:
    """Return a cell to write to; one that is covered by another of its merged range can't be."""
    found = sheet.cell(row, column)
    if not isinstance(found, Cell):
        raise InvalidFileException
    return found


def _rewritten(file: bytes, card: LedgerCard, additions: Additions) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet(card.sheet or "台账")
    new_cell = partial(WriteOnlyCell, sheet)
    for row in _amended_rows(file, card, additions):
        sheet.append([_bare_or_styled(new_cell, value, fill) for value, fill in row])
    return _saved(book)


def _amended_rows(
    file: bytes, card: LedgerCard, additions: Additions
) -> Iterator[list[tuple[CellValue, PatternFill | None]]]:
    for number, cells in read_grid(file, card):
        typed, fills = additions.repairs.get(number, {}), additions.fills.get(number, {})
        row: list[tuple[CellValue, PatternFill | None]] = [(None, None)] * card.first_column
        for at in range(_width(card)):
            value = cells[at] if at < len(cells) else None
            fill = REPAIR_FILL if at in typed else fills.get(at)
            row.append((typed.get(at, value), fill))
        new = additions.headings if number == max(card.first_data_row, 1) else additions.values.get(number, ())
        yield [*row, *((value, None) for value in new)]


def _width(card: LedgerCard) -> int:
    return max(card.width, len(card.labels))


def _bare_or_styled(new_cell: Callable[[], Cell], value: CellValue, fill: PatternFill | None) -> Cell | CellValue:
    """Return a bare value where it is safe as one: most are, and a cell of its own takes far longer."""
    is_safe = not isinstance(value, str | bool) or (
        isinstance(value, str) and value.isprintable() and not value.startswith(_NOT_BARE)
    )
    return value if fill is None and is_safe else _styled(new_cell(), value, fill)


def _styled(cell: Cell, value: CellValue, fill: PatternFill | None) -> Cell:
    if fill is not None:
        cell.fill = fill
    return write_cell(cell, value)


def write_cell(cell: Cell, value: CellValue) -> Cell:
    """Write a value; a text stays a text, whatever it begins with, also when somebody edits the cell."""
    if isinstance(value, bool):
        value = _WORDS[value]
    if not isinstance(value, str):
        cell.value = value
        return cell
    cell.value = ILLEGAL_CHARACTERS_RE.sub("", value)
    if cell.data_type != "n":
        cell.data_type = "s"
        cell.quotePrefix = True
    return cell


def _saved(book: Workbook) -> bytes:
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()
