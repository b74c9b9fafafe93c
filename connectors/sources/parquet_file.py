"""Rows of an Apache Parquet file of plain columns, read with pyarrow in batches."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import BinaryIO, Final

import pyarrow as pa
import pyarrow.parquet as pq

from connectors.sources.errors import SourceError
from connectors.sources.files import file_version
from connectors.sources.ledger_rows import MAX_CELL_CHARACTERS
from connectors.sources.source import CellValue, ColumnNames, Note, Row

MAX_FILE_BYTES: Final = 1024 * 1024 * 1024
MAX_UNPACKED_BYTES: Final = 4 * 1024 * 1024 * 1024
MAX_FOOTER_BYTES: Final = 16 * 1024 * 1024
MAX_ROWS: Final = 2_000_000
MAX_COLUMNS: Final = 256

ROWS_PER_BATCH: Final = 1000

_NUMBER = re.compile(r"[1-9][0-9]{0,8}")
_MAGIC = b"PAR1"
_MAGIC_ENCRYPTED = b"PARE"
_TAIL_BYTES = 8
"""The footer's length in four bytes, little-endian, and the magic bytes."""


class ParquetSource:
    """A Parquet file. Row numbers count its rows from 1; column names are taken as they stand.

    A mapped column holds text (plain or as a dictionary), whole numbers, booleans, or days and times without a zone.
    Anything else is refused: a number with a fraction may have lost digits, and nested values are no cells. Columns
    that are not mapped are not read.
    """

    def __init__(self, path: Path, wanted: Sequence[ColumnNames]) -> None:
        self._path = path
        self._wanted = wanted

    def columns(self) -> tuple[str, ...]:
        """Return the mapped column names that the file has."""
        with self._open() as file:
            return _mapped(file.schema_arrow, self._wanted)

    def count(self) -> int | None:
        """Return the number of rows that the file declares."""
        with self._open() as file:
            return int(file.metadata.num_rows)

    def version(self) -> str | None:
        """Return size and time of change of the file."""
        return file_version(self._path)

    def notes(self) -> tuple[Note, ...]:
        """Return nothing: a file of typed columns has no titles and footers."""
        return ()

    def rows(self) -> Iterator[Row]:
        """Yield all rows."""
        with self._open() as file:
            names = _mapped(file.schema_arrow, self._wanted)
            number = 0
            for number, row in enumerate(_read(file, names, range(file.num_row_groups)), 1):
                yield _row(number, row)
            if number != file.metadata.num_rows:
                raise SourceError("parquet_broken")

    def rows_between(self, numbers: range) -> Iterator[Row]:
        """Yield the rows with these numbers alone; reads only the row groups in which one stands."""
        with self._open() as file:
            names = _mapped(file.schema_arrow, self._wanted)
            first = 1
            for group in range(file.num_row_groups):
                own = range(first, first + file.metadata.row_group(group).num_rows)
                first = own.stop
                if own.start < numbers.stop and numbers.start < own.stop:
                    rows = zip(own, _read(file, names, [group]), strict=False)
                    yield from (_row(number, row) for number, row in rows if number in numbers)

    def fetch(self, locators: Sequence[str]) -> Mapping[str, Row]:
        """Return the rows with these numbers; reads only the row groups in which one stands."""
        wanted = {int(locator) for locator in locators if _NUMBER.fullmatch(locator)}
        found: dict[str, Row] = {}
        with self._open() as file:
            names = _mapped(file.schema_arrow, self._wanted)
            first = 1
            for group in range(file.num_row_groups):
                numbers = range(first, first + file.metadata.row_group(group).num_rows)
                first = numbers.stop
                if any(number in numbers for number in wanted):
                    rows = zip(numbers, _read(file, names, [group]), strict=False)
                    found |= {str(number): _row(number, cells) for number, cells in rows if number in wanted}
        return found

    @contextmanager
    def _open(self) -> Iterator[pq.ParquetFile]:
        try:
            stream = self._path.open("rb")
        except OSError:
            raise SourceError("file_missing") from None
        with stream:
            _check_ends(stream)
            with _refusing():
                file = pq.ParquetFile(stream, page_checksum_verification=True)
            _check_sizes(file.metadata)
            yield file


def _check_ends(stream: BinaryIO) -> None:
    """Check size and magic bytes before anything is parsed."""
    size = stream.seek(0, 2)
    if size > MAX_FILE_BYTES:
        raise SourceError("file_too_large")
    stream.seek(0)
    head = stream.read(len(_MAGIC))
    stream.seek(max(0, size - _TAIL_BYTES))
    tail = stream.read(_TAIL_BYTES)
    if _MAGIC_ENCRYPTED in {head, tail[4:]}:
        raise SourceError("parquet_encrypted")
    if head != _MAGIC:
        raise SourceError("parquet_not_parquet")
    if tail[4:] != _MAGIC or int.from_bytes(tail[:4], "little") > min(MAX_FOOTER_BYTES, size - _TAIL_BYTES):
        raise SourceError("parquet_broken")
    stream.seek(0)


def _check_sizes(metadata: pq.FileMetaData) -> None:
    """Check what the footer declares; `rows` compares it with what is there."""
    if metadata.num_rows > MAX_ROWS:
        raise SourceError("too_many_rows")
    if metadata.num_columns > MAX_COLUMNS:
        raise SourceError("too_many_columns")
    with _refusing():
        groups = [metadata.row_group(group) for group in range(metadata.num_row_groups)]
    if sum(group.total_byte_size for group in groups) > MAX_UNPACKED_BYTES:
        raise SourceError("parquet_unpacks_too_large")
    if min((group.num_rows for group in groups), default=0) < 0:
        raise SourceError("parquet_broken")
    if sum(group.num_rows for group in groups) != metadata.num_rows:
        raise SourceError("parquet_broken")


@contextmanager
def _refusing() -> Iterator[None]:
    # What the library says may quote data: only our code goes on.
    try:
        yield
    except (pa.ArrowException, OSError, UnicodeDecodeError, OverflowError, ValueError) as error:
        encrypted = "decrypt" in str(error)
        raise SourceError("parquet_encrypted" if encrypted else "parquet_broken") from None


def _mapped(schema: pa.Schema, wanted: Sequence[ColumnNames]) -> tuple[str, ...]:
    """Return the first name of each wanted column that is there; refuse one that stands twice or is no plain column."""
    there = set(schema.names)
    found = (next((name for name in names if name in there), None) for names in wanted)
    mapped = tuple(name for name in found if name is not None)
    if not mapped:
        raise SourceError("column_missing", column=wanted[0][0])
    for name in mapped:
        if len(schema.get_all_field_indices(name)) > 1:
            raise SourceError("column_ambiguous", column=name)
        if not _is_plain(schema.field(name).type):
            raise SourceError("cell_type", column=name)
    return mapped


def _is_plain(kind: pa.DataType) -> bool:
    if pa.types.is_dictionary(kind):
        return _is_text(kind.value_type)
    if pa.types.is_timestamp(kind):
        return bool(kind.tz is None)
    return _is_text(kind) or any(
        fits(kind) for fits in (pa.types.is_integer, pa.types.is_boolean, pa.types.is_date, pa.types.is_null)
    )


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _read(file: pq.ParquetFile, names: Sequence[str], groups: Sequence[int]) -> Iterator[Mapping[str, object]]:
    """Yield the values of each row by column name."""
    with _refusing():
        batches = file.iter_batches(batch_size=ROWS_PER_BATCH, row_groups=list(groups), columns=list(names))
    while True:
        with _refusing():
            batch = next(batches, None)
            columns = [] if batch is None else [_values(batch.column(name)) for name in names]
        if batch is None:
            return
        for values in zip(*columns, strict=True):
            yield dict(zip(names, values, strict=True))


def _values(column: pa.Array) -> list[object]:
    """Return a column's values; times to the microsecond, which is all that Python knows."""
    kind = column.type
    is_finer = pa.types.is_timestamp(kind) and kind.unit == "ns"
    values: list[object] = (column.cast(pa.timestamp("us"), safe=False) if is_finer else column).to_pylist()
    return values


def _row(number: int, values: Mapping[str, object]) -> Row:
    return Row(number, str(number), {name: _cell(value, number, name) for name, value in values.items()})


def _cell(value: object, number: int, name: str) -> CellValue:
    if isinstance(value, str):
        if len(value) > MAX_CELL_CHARACTERS:
            raise SourceError("cell_too_long", row=number, column=name)
        return value if value.strip() else None
    if value is None or isinstance(value, int | date | datetime):
        return value
    raise SourceError("cell_type", row=number, column=name)
