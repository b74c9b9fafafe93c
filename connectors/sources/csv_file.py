"""Rows of a CSV file (RFC 4180) in a declared encoding, read as a stream."""

import codecs
import csv
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import BinaryIO, Final, Literal

from connectors.sources.errors import SourceError
from connectors.sources.files import file_version
from connectors.sources.header import MAX_HEADER_DEPTH, MAX_HEADER_SEARCH, Header, find_header
from connectors.sources.ledger_rows import LedgerRows
from connectors.sources.source import CellValue, ColumnNames, Note, Row

Encoding = Literal["utf-8", "utf-8-sig", "gb18030", "gbk"]
"""In all of them the byte 0x0A is a line break and nothing else, so lines can be decoded one by one."""

Delimiter = Literal[",", ";", "\t", "|"]

MAX_FILE_BYTES: Final = 1024 * 1024 * 1024
MAX_ROWS: Final = 2_000_000
MAX_COLUMNS: Final = 256
MAX_LINE_BYTES: Final = 1024 * 1024

_NOT_TEXT = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"\xff\xfe", b"\xfe\xff")
_NUL = b"\0"


class CsvSource:
    """A CSV file. Row numbers count records, as a spreadsheet program shows them.

    `="123"`, by which offices force text, is the text 123; everything else that begins with = + - @ is
    plain text too.
    """

    def __init__(
        self, path: Path, wanted: Sequence[ColumnNames], *, encoding: Encoding, delimiter: Delimiter = ","
    ) -> None:
        self._path = path
        self._wanted = wanted
        self._encoding = encoding
        self._delimiter = delimiter
        self._row_notes: tuple[Note, ...] = ()

    def columns(self) -> tuple[str, ...]:
        """Return the mapped column names that the file has."""
        with self._open() as file:
            header, _ = self._after_header(file)
            return tuple(header.positions)

    def count(self) -> int | None:
        """Return None: counting would mean reading the file."""
        return None

    def version(self) -> str | None:
        """Return size and time of change of the file."""
        return file_version(self._path)

    def notes(self) -> tuple[Note, ...]:
        """Return which rows the last complete run left out."""
        return self._row_notes

    def rows(self) -> Iterator[Row]:
        """Yield the rows of data."""
        with self._open() as file:
            header, numbered = self._after_header(file)
            ledger = LedgerRows(header)
            yield from ledger.pick(numbered)
            self._row_notes = ledger.notes()

    def fetch(self, locators: Sequence[str]) -> Mapping[str, Row]:
        """Return the rows with these numbers; reads the file up to the last of them."""
        wanted = set(locators)
        with self._open() as file:
            header, numbered = self._after_header(file)
            asked = ((number, cells) for number, cells in numbered if str(number) in wanted)
            rows = islice(LedgerRows(header).pick(asked), len(wanted))
            return {row.locator: row for row in rows}

    def _open(self) -> BinaryIO:
        try:
            file = self._path.open("rb")
        except OSError:
            raise SourceError("file_missing") from None
        if self._path.stat().st_size > MAX_FILE_BYTES:
            file.close()
            raise SourceError("file_too_large")
        return file

    def _after_header(self, file: BinaryIO) -> tuple[Header, Iterator[tuple[int, Sequence[CellValue]]]]:
        records = read_records(file, self._encoding, self._delimiter)
        top = list(islice(records, MAX_HEADER_SEARCH + MAX_HEADER_DEPTH))
        header = find_header([cells for _, cells in top], self._wanted)
        return header, chain(top[header.first_data_row :], records)


def read_records(file: BinaryIO, encoding: Encoding, delimiter: Delimiter) -> Iterator[tuple[int, Sequence[CellValue]]]:
    """Yield the records of a CSV file (number from 1, cells).

    Raises:
        SourceError: csv_is_workbook, csv_malformed, encoding_wrong, line_too_long, too_many_columns, too_many_rows.
    """
    reader = csv.reader(_decoded_lines(file, encoding), delimiter=delimiter, strict=True)
    number = 0
    try:
        for number, cells in enumerate(reader, 1):
            if len(cells) > MAX_COLUMNS:
                raise SourceError("too_many_columns", row=number)
            if number > MAX_ROWS:
                raise SourceError("too_many_rows")
            yield number, [_plain(cell) for cell in cells]
    except csv.Error:
        raise SourceError("csv_malformed", row=number + 1) from None


def _plain(cell: str) -> str:
    return cell[2:-1] if len(cell) > 2 and cell.startswith('="') and cell.endswith('"') else cell


def _decoded_lines(file: BinaryIO, encoding: Encoding) -> Iterator[str]:
    """Decode line by line, so that an error can name the line and nothing of it is quoted."""
    number = 0
    while line := file.readline(MAX_LINE_BYTES + 1):
        number += 1
        if number == 1:
            if line.startswith(_NOT_TEXT):
                raise SourceError("csv_is_workbook")
            line = line.removeprefix(codecs.BOM_UTF8) if encoding.startswith("utf-8") else line
        if len(line) > MAX_LINE_BYTES:
            raise SourceError("line_too_long", row=number)
        if _NUL in line:
            raise SourceError("encoding_wrong", row=number)
        try:
            yield line.decode(encoding)
        except UnicodeDecodeError:
            raise SourceError("encoding_wrong", row=number) from None
