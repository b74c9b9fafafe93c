"""Writes ledgers as offices lay them out: merged title, unit line, headers in one or two rows, signatures below."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

Value = str | int | None

_COLUMN_WIDTH: Final = 18
_CENTRED: Final = Alignment(horizontal="center", vertical="center")
_TITLE_ROW: Final = 1
_FIRST_HEADER_ROW: Final = 3


@dataclass(frozen=True, slots=True)
class Layout:
    """What stands above and below the data.

    Attributes:
        title: the first row, merged over all columns.
        unit_line: who filled the ledger in, and when.
        groups: group headings with their columns; columns of the empty group have no second row.
        footer: the line for signatures.
    """

    title: str
    unit_line: str
    groups: tuple[tuple[str, tuple[str, ...]], ...]
    footer: str

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column from left to right."""
        return tuple(column for _, columns in self.groups for column in columns)

    @property
    def has_groups(self) -> bool:
        """Whether the header has two rows."""
        return any(name for name, _ in self.groups)


class LedgerWriter:
    """Writes one ledger row by row; nothing of it stays in memory. Call `close` once."""

    def __init__(self, path: Path, layout: Layout) -> None:
        self._path = path
        self._layout = layout
        self._book = Workbook(write_only=True)
        self._sheet = self._book.create_sheet("台账")
        self._row = 0
        self._merge_and_size()
        self._write_head()

    def append(self, values: Iterable[Value]) -> int:
        """Write a row and return its number as a spreadsheet shows it."""
        self._sheet.append(values)
        self._row += 1
        return self._row

    def close(self) -> None:
        """Write the footer and the file."""
        self.append(())
        self.append((self._layout.footer,))
        self._book.save(self._path)

    def _merge_and_size(self) -> None:
        # A write-only sheet takes merged ranges and widths only before its first row.
        width = len(self._layout.columns)
        for column in range(1, width + 1):
            self._sheet.column_dimensions[get_column_letter(column)].width = _COLUMN_WIDTH
        last = get_column_letter(width)
        self._sheet.merged_cells.add(f"A{_TITLE_ROW}:{last}{_TITLE_ROW}")
        self._sheet.merged_cells.add(f"A{_TITLE_ROW + 1}:{last}{_TITLE_ROW + 1}")
        if self._layout.has_groups:
            self._merge_groups()

    def _merge_groups(self) -> None:
        at = 1
        for name, columns in self._layout.groups:
            if name:
                self._merge(_FIRST_HEADER_ROW, at, _FIRST_HEADER_ROW, at + len(columns) - 1)
            else:
                for column in range(at, at + len(columns)):
                    self._merge(_FIRST_HEADER_ROW, column, _FIRST_HEADER_ROW + 1, column)
            at += len(columns)

    def _merge(self, top: int, left: int, bottom: int, right: int) -> None:
        self._sheet.merged_cells.add(f"{get_column_letter(left)}{top}:{get_column_letter(right)}{bottom}")

    def _write_head(self) -> None:
        self._append_styled([self._layout.title], Font(bold=True, size=16))
        self.append((self._layout.unit_line,))
        if self._layout.has_groups:
            first: list[Value] = []
            second: list[Value] = []
            for name, columns in self._layout.groups:
                first += [name, *[None] * (len(columns) - 1)] if name else columns
                second += columns if name else [None] * len(columns)
            self._append_styled(first, Font(bold=True))
            self._append_styled(second, Font(bold=True))
        else:
            self._append_styled(self._layout.columns, Font(bold=True))

    def _append_styled(self, values: Sequence[Value], font: Font) -> None:
        cells = []
        for value in values:
            cell = WriteOnlyCell(self._sheet, value)
            cell.font = font
            cell.alignment = _CENTRED
            cells.append(cell)
        self._sheet.append(cells)
        self._row += 1
