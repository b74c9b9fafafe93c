"""The entries of a whole published index as matching sees them, made from the parts as they were received."""

from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from gateway.domain.packed_entries import PACKED, differs, native, take, unpack
from linkage.hash_table import HashTable
from schemas.messages.index import FLAGGED

MAX_TABLE_ENTRIES_A_PASS: Final = 2_000_000
"""How many whole entries are held in memory at a time (about 150 bytes each)."""


def published_table(
    read_parts: Callable[[], Iterable[bytes]], total: int, key_type_codes: Collection[int]
) -> HashTable:
    """Return the entries of a whole index under these key types.

    Records are numbered in the order of their handles; a hash with and without a flag counts once, without.

    Args:
        read_parts: returns the packed entries of all parts; called once a pass.
        total: how many entries the parts hold; decides the number of passes.
        key_type_codes: without a flag.
    """
    codes = np.array([*key_type_codes, *(code | FLAGGED for code in key_type_codes)], np.uint8)
    pieces, records = [_NO_ENTRIES], 0
    for first_bytes in _passes(total):
        piece = _records_from(records, _chosen(read_parts(), first_bytes, codes))
        pieces.append(piece)
        records = piece.records
    return HashTable(
        records,
        np.concatenate([piece.record for piece in pieces]),
        np.concatenate([piece.key_type for piece in pieces]),
        np.concatenate([piece.is_flagged for piece in pieces]),
        np.concatenate([piece.index_hash for piece in pieces]),
    )


def _passes(total: int) -> Iterator[range]:
    """Yield the first bytes of the handles of each pass, in order."""
    passes = min(256, -(-total // MAX_TABLE_ENTRIES_A_PASS)) or 1
    for place in range(passes):
        yield range(256 * place // passes, 256 * (place + 1) // passes)


def _chosen(parts: Iterable[bytes], first_bytes: range, codes: NDArray[np.uint8]) -> NDArray[np.void]:
    """Return the entries under these codes of records whose handle begins with one of `first_bytes`."""
    chosen = [np.zeros(0, PACKED)]
    for part in parts:
        entries = unpack(part)
        first = entries["handle"][:, 0] >> np.uint64(56)
        is_chosen = (first >= first_bytes.start) & (first < first_bytes.stop)
        if is_chosen.any():  # parts come by handle, so that most of them are of another pass
            chosen.append(take(entries, is_chosen & np.isin(entries["code"], codes)))
    return np.concatenate(chosen, dtype=PACKED)  # else it would come out in the byte order of this machine


def _records_from(number: int, entries: NDArray[np.void]) -> HashTable:
    """Return the table of entries whose records are numbered from `number` on, in the order of their handles."""
    code, flag = entries["code"] & ~np.uint8(FLAGGED), entries["code"] >= FLAGGED
    handle, index_hash = native(entries["handle"]), native(entries["index_hash"])
    order = _order_by(entries["handle"], code, entries["index_hash"], flag)
    is_first = differs(handle[order])
    is_entry = is_first | differs(code[order, None]) | differs(index_hash[order])
    record = np.cumsum(is_first, dtype=np.int32) + np.int32(number - 1)
    kept = order[is_entry]
    return HashTable(number + int(is_first.sum()), record[is_entry], code[kept], flag[kept], index_hash[kept, 0])


_NO_ENTRIES: Final = HashTable(
    0, np.zeros(0, np.int32), np.zeros(0, np.uint8), np.zeros(0, np.bool_), np.zeros(0, np.uint64)
)


def _order_by(*columns: NDArray[Any]) -> NDArray[np.int64]:
    """Return the order by these columns, the first before the second; words are big-endian.

    Compared as bytes, entries that come by handle, as a connector sends them, are in order already, which is noticed.
    """
    fields = [(f"f{place}", column.dtype, column.shape[1:]) for place, column in enumerate(columns)]
    rows = np.empty(len(columns[0]), fields)
    for place, column in enumerate(columns):
        rows[f"f{place}"] = column
    return np.argsort(rows.view(f"S{rows.itemsize}"), kind="stable")
