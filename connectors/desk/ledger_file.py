"""The file of a ledger in memory: told by its name and first bytes, bounded, and read sheet by sheet."""

import io
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import PurePath
from typing import Final, get_args

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from connectors.sources.csv_file import Delimiter, Encoding, read_records
from connectors.sources.errors import SourceError
from connectors.sources.header import MAX_HEADER_DEPTH, MAX_HEADER_SEARCH, Grid, Merge
from connectors.sources.source import CellValue
from connectors.sources.workbook_guard import MAX_COLUMNS, MAX_ROWS, check_workbook
from connectors.state.ledgers import LedgerCard

MAX_UPLOAD_BYTES: Final = 64 * 1024 * 1024
"""Largest file that is taken; 200,000 rows of a wide ledger stay below it."""

MAX_NAME_CHARACTERS: Final = 200

_OTHER_ENDINGS: Final = {
    ".xls": "workbook_old_format",
    ".et": "workbook_old_format",
    ".xlsm": "workbook_macros",
    ".xlsb": "workbook_other_format",
    ".ods": "workbook_other_format",
}
_ARCHIVES: Final = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_MACROS: Final = "vbaproject.bin"
_ENCODINGS: Final[tuple[Encoding, ...]] = ("utf-8", "gb18030")
_SAMPLE_BYTES: Final = 64 * 1024

NumberedRows = Iterator[tuple[int, Sequence[CellValue]]]
"""Rows with the numbers that a spreadsheet program shows, from 1."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: the rows in which a header may stand, merged ranges in them, and its size."""

    name: str | None = field(repr=False)
    top: Grid = field(repr=False)
    merges: Sequence[Merge]
    first_column: int
    width: int
    height: int


def card_of_upload(name: str, file: bytes) -> LedgerCard:
    """Return what a file is, by the ending of its name and by its bytes.

    Raises:
        SourceError: upload_empty, file_too_large, upload_wrong_ending, workbook_macros, csv_is_workbook,
            encoding_wrong; else as `check_workbook`.
    """
    plain = PurePath(name.replace("\\", "/")).name[-MAX_NAME_CHARACTERS:]
    ending = PurePath(plain).suffix.lower()
    if not file:
        raise SourceError("upload_empty")
    if len(file) > MAX_UPLOAD_BYTES:
        raise SourceError("file_too_large")
    if ending in _OTHER_ENDINGS:
        raise SourceError(_OTHER_ENDINGS[ending])
    if ending == ".csv":
        if file.startswith(_ARCHIVES):
            raise SourceError("csv_is_workbook")
        encoding = _encoding_of(file)
        return LedgerCard(name=plain, kind="csv", encoding=encoding, delimiter=_delimiter_of(file, encoding))
    if ending != ".xlsx":
        raise SourceError("upload_wrong_ending")
    check_workbook(file)
    _refuse_macros(file)
    return LedgerCard(name=plain, kind="workbook")


def open_sheets(file: bytes, card: LedgerCard) -> Iterator[Sheet]:
    """Yield the visible sheets of a workbook, or the one of a CSV file.

    Raises:
        SourceError: the file can't be read, or is larger than a ledger may be.
    """
    if card.kind == "csv":
        yield _csv_sheet(file, card)
        return
    for sheet in _visible_sheets(file):
        first_column = sheet.start[1] if sheet.start else 0
        merges = [(a, b - first_column, c, d - first_column) for (a, b), (c, d) in sheet.merged_cell_ranges or []]
        top = list(islice(sheet.iter_rows(), MAX_HEADER_SEARCH + MAX_HEADER_DEPTH))
        width = sheet.end[1] + 1 - first_column if sheet.end else 0
        yield Sheet(sheet.name, top, merges, first_column, width, sheet.end[0] + 1 if sheet.end else 0)


def read_grid(file: bytes, card: LedgerCard) -> NumberedRows:
    """Yield every row of the sheet that the card names, titles included.

    Raises:
        SourceError: the file can't be read.
    """
    if card.kind == "csv":
        return _csv_rows(file, card)
    sheet = next((sheet for sheet in _visible_sheets(file) if sheet.name == card.sheet), None)
    if sheet is None:
        raise SourceError("sheet_missing")
    return enumerate(sheet.iter_rows(), 1)


def _visible_sheets(file: bytes) -> Iterator[CalamineSheet]:
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(file)) as book:
            metadata = [s for s in book.sheets_metadata if s.typ == SheetTypeEnum.WorkSheet]
            visible = [s.name for s in metadata if s.visible == SheetVisibleEnum.Visible]
            if not visible:
                raise SourceError("no_visible_sheet")
            for name in visible:
                yield _bounded(book.get_sheet_by_name(name))
    except (CalamineError, ValueError, OverflowError):
        raise SourceError("workbook_broken") from None


def _bounded(sheet: CalamineSheet) -> CalamineSheet:
    if sheet.end and sheet.end[0] + 1 > MAX_ROWS:
        raise SourceError("too_many_rows")
    if sheet.end and sheet.end[1] + 1 > MAX_COLUMNS:
        raise SourceError("too_many_columns")
    return sheet


def _refuse_macros(file: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(file)) as archive:
        if any(name.lower().endswith(_MACROS) for name in archive.namelist()):
            raise SourceError("workbook_macros")


def _csv_rows(file: bytes, card: LedgerCard) -> NumberedRows:
    for number, cells in read_records(io.BytesIO(file), card.encoding, card.delimiter):
        if number > MAX_ROWS:
            raise SourceError("too_many_rows")
        yield number, cells


def _csv_sheet(file: bytes, card: LedgerCard) -> Sheet:
    rows = _csv_rows(file, card)
    top = [cells for _, cells in islice(rows, MAX_HEADER_SEARCH + MAX_HEADER_DEPTH)]
    width = max((len(cells) for cells in top), default=0)
    height = len(top)
    for number, cells in rows:
        height, width = number, max(width, len(cells))
    if width > MAX_COLUMNS:
        raise SourceError("too_many_columns")
    return Sheet(None, top, (), 0, width, height)


def _encoding_of(file: bytes) -> Encoding:
    """Return UTF-8 where the bytes are that, else what Chinese spreadsheet programs write."""
    for encoding in _ENCODINGS:
        try:
            file.decode(encoding)
        except UnicodeDecodeError:
            continue
        return encoding
    raise SourceError("encoding_wrong")


def _delimiter_of(file: bytes, encoding: Encoding) -> Delimiter:
    """Return the delimiter that the first lines have most of."""
    text = file[:_SAMPLE_BYTES].decode(encoding, errors="ignore")
    found: Delimiter = max(get_args(Delimiter), key=text.count)
    return found
