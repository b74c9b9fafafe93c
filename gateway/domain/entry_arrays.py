"""Entries of an index and of a question as arrays, for matching; what was a handle or a row becomes a number."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from linkage.hash_table import HashTable
from linkage.run import Found
from schemas.formats import HANDLE_BYTES
from schemas.messages.index import FLAGGED

_INDEXED: Final = np.dtype(
    [
        ("handle", "u8", 2),
        ("generation", "u8"),
        ("index_hash", "u8"),
        ("held", "u4"),
        ("key_type", "u1"),
        ("is_flagged", "?"),
    ]
)
ASKED: Final = np.dtype([("row", ">u4"), ("key_type_code", "u1"), ("index_hash", ">u8", 2)])
"""An entry as `schemas.messages.match.pack_asked` packs it."""

ASKED_ROW: Final = np.dtype(">u4")


@dataclass(frozen=True, slots=True)
class IndexedRecords:
    """Records of an index, in the order of their handles: that order is the same on every database."""

    found: Found
    handles: bytes = field(repr=False)

    def handle(self, record: int) -> bytes:
        """Return the handle of a record."""
        return self.handles[record * HANDLE_BYTES : (record + 1) * HANDLE_BYTES]


@dataclass(frozen=True, slots=True)
class AskedRecords:
    """The records of a run, in the order of their rows.

    `hashes` are the whole index hashes by key type code, each once and in order, one after the other.
    """

    rows: tuple[int, ...]
    table: HashTable
    hashes: Mapping[int, bytes] = field(repr=False)


def indexed_entries(rows: Sequence[Sequence[Any]]) -> NDArray[np.void]:
    """Return entries as an array.

    Args:
        rows: handle, generation, key type code, whether flagged, index hash and the record's key types of each.
    """
    entries = np.zeros(len(rows), _INDEXED)
    if len(rows):
        handle, generation, key_type, is_flagged, index_hash, held = zip(*rows, strict=True)
        entries["handle"] = np.frombuffer(b"".join(handle), ">u8").reshape(-1, 2)
        entries["generation"] = generation
        entries["index_hash"] = np.frombuffer(b"".join(index_hash), ">u8")[::2]
        entries["held"] = held
        entries["key_type"] = key_type
        entries["is_flagged"] = is_flagged
    return entries


def indexed_records(parts: Iterable[NDArray[np.void]]) -> IndexedRecords:
    """Return the records that the entries of all parts belong to.

    What one generation of the index says of a handle is one record: what it holds was noted when it was published.
    """
    entries = np.concatenate([np.zeros(0, _INDEXED), *parts])
    handle, generation = entries["handle"], entries["generation"]
    index_hash, key_type = entries["index_hash"], entries["key_type"]
    order = np.lexsort((index_hash, key_type, generation, handle[:, 1], handle[:, 0]))
    is_first = _differs(handle[order, 0]) | _differs(handle[order, 1]) | _differs(generation[order])
    first = order[is_first]
    record = np.cumsum(is_first, dtype=np.int32) - np.int32(1)
    table = HashTable(len(first), record, key_type[order], entries["is_flagged"][order], index_hash[order])
    return IndexedRecords(Found(table, entries["held"][first]), handle[first].astype(">u8").tobytes())


def asked_records(parts: Iterable[tuple[bytes, bytes]]) -> AskedRecords:
    """Return the records of a run; an entry that comes twice counts once, and as flagged only if both are.

    Args:
        parts: of each part its rows (`ASKED_ROW`) and its entries (`ASKED`), of these rows alone.
    """
    packed_rows, packed_entries = (b"".join(packed) for packed in zip((b"", b""), *parts, strict=True))
    rows = np.unique(np.frombuffer(packed_rows, ASKED_ROW))
    entries = np.frombuffer(packed_entries, ASKED)
    record = np.searchsorted(rows, entries["row"]).astype(np.int32)
    key_type, is_flagged = entries["key_type_code"] % FLAGGED, entries["key_type_code"] >= FLAGGED
    index_hash = entries["index_hash"].astype(np.uint64)
    order = np.lexsort((is_flagged, index_hash[:, 1], index_hash[:, 0], key_type, record))
    is_entry = (
        _differs(record[order])
        | _differs(key_type[order])
        | _differs(index_hash[order, 0])
        | _differs(index_hash[order, 1])
    )
    kept = order[is_entry]
    table = HashTable(len(rows), record[kept], key_type[kept], is_flagged[kept], index_hash[kept, 0])
    return AskedRecords(tuple(rows.tolist()), table, dict(_hashes(key_type[kept], index_hash[kept])))


def _hashes(key_type: NDArray[np.uint8], index_hash: NDArray[np.uint64]) -> Iterator[tuple[int, bytes]]:
    for code in np.unique(key_type):
        hashes = index_hash[key_type == code]
        ordered = hashes[np.lexsort((hashes[:, 1], hashes[:, 0]))]
        distinct = ordered[_differs(ordered[:, 0]) | _differs(ordered[:, 1])]
        yield int(code), distinct.astype(">u8").tobytes()


def _differs(ordered: NDArray[Any]) -> NDArray[np.bool_]:
    """Return for each item whether it differs from the one before it."""
    return np.concatenate([np.ones(min(1, len(ordered)), np.bool_), ordered[1:] != ordered[:-1]])
