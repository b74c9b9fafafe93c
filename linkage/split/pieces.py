"""How arrays are packed into pieces: rows of fixed layout, and a byte in front that says which."""

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from linkage.hash_table import HashTable
from linkage.split.flow import HERE, Piece

Rows = NDArray[Any]
"""A structured array of one of the layouts below, or of plain numbers."""

RECORD: Final = np.dtype("<i4")
HASH: Final = np.dtype("<u8")
ENTRY: Final = np.dtype([("record", "<i4"), ("key_type", "u1"), ("is_flagged", "?"), ("index_hash", "<u8")])
MARK: Final = np.dtype([("record", "<i4"), ("mark", "<u8")])
HELD: Final = np.dtype([("record", "<i4"), ("held", "<u4")])
LINK: Final = np.dtype([("left", "<i4"), ("right", "<i4")])
SHARED: Final = np.dtype([("left", "<i4"), ("right", "<i4"), ("code", "u1"), ("is_flagged", "?"), ("group", "<i4")])
PAIR: Final = np.dtype([("left", "<i4"), ("right", "<i4"), ("agreed", "<u8"), ("cell", "<i4")])


def pack(tag: bytes, rows: Rows) -> bytes:
    """Return rows as bytes behind a tag of one byte."""
    return tag + rows.tobytes()


def unpack(tag: bytes, layout: np.dtype[Any], pieces: Iterable[bytes]) -> Rows:
    """Return the rows of all pieces with this tag."""
    return np.frombuffer(b"".join(memoryview(piece)[1:] for piece in pieces if piece.startswith(tag)), layout)


def here(tag: bytes, rows: Rows) -> Iterator[Piece]:
    """Yield rows for whoever started the work."""
    if len(rows):
        yield HERE, pack(tag, rows)


def spread(tag: bytes, rows: Rows, by: NDArray[Any], buckets: int, first: int = 0) -> Iterator[Piece]:
    """Yield rows for the addresses `first` to `first + buckets`, chosen by the remainder of `by`."""
    bucket = (by.astype(np.uint64) % np.uint64(buckets)).astype(np.int64)
    order = np.argsort(bucket, kind="stable")
    ends = np.searchsorted(bucket[order], np.arange(buckets + 1))
    for place, (start, end) in enumerate(pairwise(ends.tolist())):
        if end > start:
            yield first + place, pack(tag, rows[order[start:end]])


def rows_of(layout: np.dtype[Any], *columns: NDArray[Any]) -> Rows:
    """Return columns side by side, in the order of the layout."""
    rows = np.empty(len(columns[0]), layout)
    for name, column in zip(layout.names or (), columns, strict=True):
        rows[name] = column
    return rows


def entries_of(table: HashTable, numbers: NDArray[np.int32]) -> Rows:
    """Return the entries of a table as rows; `numbers` says what each record is called."""
    return rows_of(ENTRY, numbers[table.record], table.key_type, table.is_flagged, table.index_hash)


def table_of(entries: Rows, records: int) -> HashTable:
    """Return rows of entries as a table of so many records."""
    columns = (np.ascontiguousarray(entries[name]) for name in ENTRY.names or ())
    return HashTable(records, *columns)
