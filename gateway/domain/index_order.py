"""Brings the entries of an index into the order in which they rest on disk: by key type and hash.

Parts come in any order, and hashes are random: written one after the other they would touch every page of the table
each time. Sorted they are written once, from front to back.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from linkage.hash_table import HashTable
from schemas.formats import HANDLE_BYTES
from schemas.messages.index import FLAGGED

MAX_ENTRIES_A_PASS = 2_000_000
"""How many entries are held in memory at a time (about 200 bytes each)."""

ENTRIES_A_STEP = 10_000

_WORDS: Final = np.dtype((">u8", 2))
_PACKED: Final = np.dtype([("handle", _WORDS), ("county", "u1", 3), ("code", "u1"), ("index_hash", _WORDS)])
"""An entry as `schemas.messages.index.pack_entry` packs it."""

_OPAQUE: Final = np.dtype(f"V{HANDLE_BYTES}")
"""A handle, or an index hash of as many bytes."""

_PLACE_VALUES: Final = np.array([1 << 16, 1 << 8, 1], np.int64)


class OrderedEntries(NamedTuple):
    """Some rows of the index, column by column.

    `key_types` has a bit for each key type that the record has an entry of, flagged or not.
    """

    key_type_code: list[int]
    index_hash: list[bytes]
    handle: list[bytes]
    county: list[int]
    key_types: list[int]
    is_flagged: list[bool]


def order_entries(read_parts: Callable[[], Iterable[bytes]], total: int) -> Iterator[OrderedEntries]:
    """Yield all entries, sorted within each pass; the entries of one record are always in the same pass.

    Where a record has a hash with and without a flag, the one without comes first.

    Args:
        read_parts: returns the packed entries of all parts; called once a pass.
        total: how many entries the parts hold; decides the number of passes.
    """
    for first_bytes in _passes(total):
        yield from _one_pass(read_parts(), first_bytes)


def published_table(
    read_parts: Callable[[], Iterable[bytes]], total: int, key_type_codes: Collection[int]
) -> HashTable:
    """Return the entries of a whole index under these key types.

    Records are numbered in the order of their handles; a hash with and without a flag counts once, without.

    Args:
        read_parts: as in `order_entries`.
        total: as in `order_entries`.
        key_type_codes: without a flag.
    """
    codes = np.array([*key_type_codes, *(code | FLAGGED for code in key_type_codes)], np.uint8)
    pieces, records = [_NO_ENTRIES], 0
    for first_bytes in _passes(total):
        entries = _unpack(read_parts(), first_bytes)
        entries = entries[np.isin(entries["code"], codes)]
        piece = _records_from(records, entries)
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
    passes = min(256, -(-total // MAX_ENTRIES_A_PASS)) or 1
    for place in range(passes):
        yield range(256 * place // passes, 256 * (place + 1) // passes)


def _records_from(number: int, entries: NDArray[np.void]) -> HashTable:
    """Return the table of entries whose records are numbered from `number` on, in the order of their handles."""
    code, flag = entries["code"] & ~np.uint8(FLAGGED), entries["code"] >= FLAGGED
    handle, index_hash = _native(entries["handle"]), _native(entries["index_hash"])
    order = _order_by(entries["handle"], code, entries["index_hash"], flag)
    is_first = _differs(handle[order])
    is_entry = is_first | _differs(code[order, None]) | _differs(index_hash[order])
    record = np.cumsum(is_first, dtype=np.int32) + np.int32(number - 1)
    kept = order[is_entry]
    return HashTable(number + int(is_first.sum()), record[is_entry], code[kept], flag[kept], index_hash[kept, 0])


_NO_ENTRIES: Final = HashTable(
    0, np.zeros(0, np.int32), np.zeros(0, np.uint8), np.zeros(0, np.bool_), np.zeros(0, np.uint64)
)


def bit_of(key_type_code: int) -> int:
    """Return the bit that stands for a key type in `OrderedEntries.key_types`."""
    return 1 << key_type_code


def _one_pass(parts: Iterable[bytes], first_bytes: range) -> Iterator[OrderedEntries]:
    entries = _unpack(parts, first_bytes)
    code, flag = entries["code"] & ~np.uint8(FLAGGED), entries["code"] >= FLAGGED
    key_types = _key_types(entries["handle"], code)
    order = _order_by(code, entries["index_hash"], flag)
    for start in range(0, len(order), ENTRIES_A_STEP):
        step = order[start : start + ENTRIES_A_STEP]
        yield OrderedEntries(
            code[step].tolist(),
            _as_bytes(entries["index_hash"][step]),
            _as_bytes(entries["handle"][step]),
            (entries["county"][step] @ _PLACE_VALUES).tolist(),
            key_types[step].tolist(),
            flag[step].tolist(),
        )


def _unpack(parts: Iterable[bytes], first_bytes: range = range(256)) -> NDArray[np.void]:
    """Return the entries of records whose handle begins with one of `first_bytes`."""
    chosen = [np.zeros(0, _PACKED)]
    for part in parts:
        entries = np.frombuffer(part, _PACKED)
        first = entries["handle"][:, 0] >> np.uint64(56)
        chosen.append(entries[(first >= first_bytes.start) & (first < first_bytes.stop)])
    return np.concatenate(chosen, dtype=_PACKED)  # else it would come out in the byte order of this machine


def _key_types(handle: NDArray[np.uint64], code: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Return for each entry the bits of all key types of its record."""
    order = _order_by(handle)
    is_first = _differs(_native(handle[order]))
    bits = np.left_shift(np.int64(1), code[order].astype(np.int64))
    held = np.bitwise_or.reduceat(bits, np.flatnonzero(is_first)) if len(bits) else bits
    key_types = np.empty(len(code), np.int64)
    key_types[order] = held[np.cumsum(is_first) - 1]
    return key_types


def _order_by(*columns: NDArray[Any]) -> NDArray[np.int64]:
    """Return the order by these columns, the first before the second; words are big-endian.

    Compared as bytes, entries that come by handle, as a connector sends them, are in order already, which is noticed.
    """
    fields = [(f"f{place}", column.dtype, column.shape[1:]) for place, column in enumerate(columns)]
    rows = np.empty(len(columns[0]), fields)
    for place, column in enumerate(columns):
        rows[f"f{place}"] = column
    return np.argsort(rows.view(f"S{rows.itemsize}"), kind="stable")


def _native(words: NDArray[np.uint64]) -> NDArray[np.uint64]:
    return np.ascontiguousarray(words, np.uint64)


def _differs(ordered: NDArray[np.uint64] | NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Return for each row whether it differs from the one before it."""
    return np.concatenate([np.ones(min(1, len(ordered)), np.bool_), (ordered[1:] != ordered[:-1]).any(axis=1)])


def _as_bytes(words: NDArray[np.uint64]) -> list[bytes]:
    rows: list[bytes] = words.view(_OPAQUE).ravel().tolist()
    return rows
