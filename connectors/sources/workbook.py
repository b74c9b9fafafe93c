"""Rows of an .xlsx workbook as offices write them, read with python-calamine."""

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    SheetMetadata,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from connectors.sources.errors import SourceError
from connectors.sources.files import file_version
from connectors.sources.header import MAX_HEADER_DEPTH, MAX_HEADER_SEARCH, Header, find_header
from connectors.sources.ledger_rows import LedgerRows
from connectors.sources.source import CellValue, ColumnNames, Note, Row
from connectors.sources.workbook_guard import MAX_COLUMNS, MAX_FILE_BYTES, MAX_ROWS, check_workbook


@dataclass(frozen=True)
class _Loaded:
    version: str
    sheet: CalamineSheet
    header: Header
    hidden_sheets: int


class WorkbookSource:
    """One sheet of an .xlsx file: the named one, else the first visible one that has the header.

    Formulas count as the value that was saved with them. The parsed sheet is kept until the file changes, so
    that single rows can be read again without parsing.
    """

    def __init__(self, path: Path, wanted: Sequence[ColumnNames], *, sheet: str | None = None) -> None:
        self._path = path
        self._wanted = wanted
        self._sheet_name = sheet
        self._kept: _Loaded | None = None
        self._row_notes: tuple[Note, ...] = ()

    def columns(self) -> tuple[str, ...]:
        """Return the mapped column names that the sheet has."""
        return tuple(self._load().header.positions)

    def count(self) -> int | None:
        """Return the number of rows below the header."""
        loaded = self._load()
        return _size(loaded.sheet)[0] - loaded.header.first_data_row

    def version(self) -> str | None:
        """Return size and time of change of the file."""
        return file_version(self._path)

    def notes(self) -> tuple[Note, ...]:
        """Return what was left out: hidden sheets, and rows of the last complete run."""
        hidden = self._load().hidden_sheets
        return ((Note("hidden_sheets", hidden),) if hidden else ()) + self._row_notes

    def rows(self) -> Iterator[Row]:
        """Yield the rows of data with the numbers that a spreadsheet program shows."""
        loaded = self._load()
        ledger = LedgerRows(loaded.header)
        yield from ledger.pick(_numbered(loaded))
        self._row_notes = ledger.notes()

    def fetch(self, locators: Sequence[str]) -> Mapping[str, Row]:
        """Return the rows with these numbers."""
        wanted = set(locators)
        loaded = self._load()
        numbered = ((number, cells) for number, cells in _numbered(loaded) if str(number) in wanted)
        return {row.locator: row for row in LedgerRows(loaded.header).pick(numbered)}

    def _load(self) -> _Loaded:
        version = file_version(self._path)
        if self._kept is None or self._kept.version != version:
            self._kept = self._parse(version)
        return self._kept

    def _parse(self, version: str) -> _Loaded:
        data = _read(self._path)
        check_workbook(data)
        try:
            # The guarded bytes are the parsed bytes, whatever happens to the file meanwhile.
            with CalamineWorkbook.from_filelike(io.BytesIO(data)) as workbook:
                sheets = [s for s in workbook.sheets_metadata if s.typ == SheetTypeEnum.WorkSheet]
                sheet, header = self._choose(workbook, sheets)
        except (CalamineError, ValueError, OverflowError):
            raise SourceError("workbook_broken") from None
        hidden = sum(s.visible != SheetVisibleEnum.Visible and s.name != self._sheet_name for s in sheets)
        return _Loaded(version, sheet, header, hidden)

    def _choose(self, book: CalamineWorkbook, sheets: list[SheetMetadata]) -> tuple[CalamineSheet, Header]:
        if self._sheet_name is not None:
            if self._sheet_name not in {s.name for s in sheets}:
                raise SourceError("sheet_missing")
            return _with_header(book, self._sheet_name, self._wanted)
        visible = [s.name for s in sheets if s.visible == SheetVisibleEnum.Visible]
        if not visible:
            raise SourceError("no_visible_sheet")
        for name in visible[:-1]:
            try:
                return _with_header(book, name, self._wanted)
            except SourceError as error:
                if error.code != "header_not_found":
                    raise
        return _with_header(book, visible[-1], self._wanted)


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_FILE_BYTES + 1)
    except OSError:
        raise SourceError("file_missing") from None


def _size(sheet: CalamineSheet) -> tuple[int, int]:
    """Return rows and columns from the corner A1 to the last filled cell; `total_height` misses one."""
    return (sheet.end[0] + 1, sheet.end[1] + 1) if sheet.end else (0, 0)


def _with_header(book: CalamineWorkbook, name: str, wanted: Sequence[ColumnNames]) -> tuple[CalamineSheet, Header]:
    sheet = book.get_sheet_by_name(name)
    height, width = _size(sheet)
    if height > MAX_ROWS:
        raise SourceError("too_many_rows")
    if width > MAX_COLUMNS:
        raise SourceError("too_many_columns")
    left = sheet.start[1] if sheet.start else 0
    merges = [(a, b - left, c, d - left) for (a, b), (c, d) in sheet.merged_cell_ranges or []]
    top = list(islice(sheet.iter_rows(), MAX_HEADER_SEARCH + MAX_HEADER_DEPTH))
    return sheet, find_header(top, wanted, merges)


def _numbered(loaded: _Loaded) -> Iterator[tuple[int, Sequence[CellValue]]]:
    first = loaded.header.first_data_row
    return enumerate(islice(loaded.sheet.iter_rows(), first, None), first + 1)
