"""Brings the entries of an index into the order in which they rest on disk: by key type and hash.

Parts come in any order, and hashes are random: written one after the other they would touch every page of the table
each time. Sorted they are written once, from front to back.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from schemas.formats import ENTRY_BYTES, HANDLE_BYTES
from schemas.messages.index import FLAGGED

MAX_ENTRIES_A_PASS = 2_000_000
"""How many entries are held in memory at a time (about 200 bytes each)."""

_CODE_PLACE = HANDLE_BYTES + 3
_KEY_BYTES = ENTRY_BYTES - _CODE_PLACE
_CODE_AND_FLAG = tuple((bytes([code & ~FLAGGED]), bytes([code & FLAGGED])) for code in range(256))


class OrderedEntry(NamedTuple):
    """One row of the index; `key_types` has a bit for each key type that the record has an entry of, flagged or not."""

    key_type_code: int
    index_hash: bytes
    handle: bytes
    county: int
    key_types: int
    is_flagged: bool


def order_entries(read_parts: Callable[[], Iterable[bytes]], total: int) -> Iterator[OrderedEntry]:
    """Yield all entries, sorted within each pass; the entries of one record are always in the same pass.

    Args:
        read_parts: returns the packed entries of all parts; called once a pass.
        total: how many entries the parts hold; decides the number of passes.
    """
    passes = min(256, -(-total // MAX_ENTRIES_A_PASS)) or 1
    for place in range(passes):
        first_bytes = range(256 * place // passes, 256 * (place + 1) // passes)
        yield from _one_pass(read_parts(), first_bytes)


def bit_of(key_type_code: int) -> int:
    """Return the bit that stands for a key type in `OrderedEntry.key_types`."""
    return 1 << key_type_code


def _one_pass(parts: Iterable[bytes], first_bytes: range) -> Iterator[OrderedEntry]:
    rows = sorted(
        _sortable(data[start : start + ENTRY_BYTES])
        for data in parts
        for start in range(0, len(data), ENTRY_BYTES)
        if data[start] in first_bytes
    )
    key_types: dict[bytes, int] = {}
    for row in rows:
        handle = row[_KEY_BYTES : _KEY_BYTES + HANDLE_BYTES]
        key_types[handle] = key_types.get(handle, 0) | bit_of(row[0])
    for row in rows:
        handle = row[_KEY_BYTES : _KEY_BYTES + HANDLE_BYTES]
        county = int.from_bytes(row[_KEY_BYTES + HANDLE_BYTES : -1], "big")
        yield OrderedEntry(row[0], row[1:_KEY_BYTES], handle, county, key_types[handle], bool(row[-1]))


def _sortable(entry: bytes) -> bytes:
    """Return key type, hash, handle, county and flag: where a record has a hash with and without, the flag is last."""
    code, flag = _CODE_AND_FLAG[entry[_CODE_PLACE]]
    return code + entry[_CODE_PLACE + 1 :] + entry[:_CODE_PLACE] + flag
