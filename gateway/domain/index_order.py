"""Brings the entries of an index into the order in which they rest on disk: by key type and hash.

Parts come in any order, and hashes are random: written one after the other they would touch every page of the table
each time. In order they are written once, from front to back: no page is opened again once it is full.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from gateway.domain.packed_entries import OPAQUE, PACKED, differs, native, take, unpack
from schemas.formats import INDEX_HASH_BYTES
from schemas.messages.index import FLAGGED

MAX_ENTRIES_A_PASS: Final = 2_000_000
"""How many entries are held in memory at a time (about 100 bytes each); more where they begin alike."""

ENTRIES_A_STEP: Final = 20_000

_BUCKETS: Final = FLAGGED << 8
"""Entries are told apart by key type and by the first byte of their hash, and passes are made of what comes first."""

_CODE_BITS: Final = 7
_PLACE_VALUES: Final = np.array([1 << 16, 1 << 8, 1], np.int64)


@dataclass(frozen=True, slots=True)
class OrderedEntries:
    """Some rows of the index, column by column.

    Attributes:
        key_type_code: uint8, without a flag.
        index_hash: 16 bytes each, as `OPAQUE`.
        handle: 16 bytes each, as `OPAQUE`.
        county: int64, 0 where it is not known.
        key_types: int64, has a bit for each key type that the record has an entry of, flagged or not.
        is_flagged: bool.
    """

    key_type_code: NDArray[np.uint8] = field(repr=False)
    index_hash: NDArray[np.void] = field(repr=False)
    handle: NDArray[np.void] = field(repr=False)
    county: NDArray[np.int64] = field(repr=False)
    key_types: NDArray[np.int64] = field(repr=False)
    is_flagged: NDArray[np.bool_] = field(repr=False)

    @classmethod
    def of(cls, entries: NDArray[np.void], key_types: NDArray[np.int64]) -> Self:
        """Return packed entries in their order, with what their records have."""
        return cls(
            entries["code"] & ~np.uint8(FLAGGED),
            np.ascontiguousarray(entries["index_hash"]).view(OPAQUE).ravel(),
            np.ascontiguousarray(entries["handle"]).view(OPAQUE).ravel(),
            entries["county"] @ _PLACE_VALUES,
            key_types,
            entries["code"] >= FLAGGED,
        )

    def __len__(self) -> int:
        return len(self.key_type_code)


def order_entries(read_parts: Callable[[], Iterable[bytes]]) -> Iterator[OrderedEntries]:
    """Yield all entries in order, some at a time.

    Where a record has a hash with and without a flag, the one without comes first.

    Args:
        read_parts: returns the packed entries of all parts, the same at each call; called once, and once a pass.
    """
    records, counts = _Records(), np.zeros(_BUCKETS, np.int64)
    for part in read_parts():
        entries = unpack(part)
        records.add(entries)
        counts += np.bincount(_buckets(entries), minlength=_BUCKETS)
    key_types = records.key_types()
    for buckets in _passes(counts):
        yield from _one_pass(read_parts(), key_types, buckets, int(counts[buckets.start : buckets.stop].sum()))


def bit_of(key_type_code: int) -> int:
    """Return the bit that stands for a key type in `OrderedEntries.key_types`."""
    return 1 << key_type_code


class _Records:
    """Learns which key types each record has. Of entries that follow one another under one handle one row is kept."""

    def __init__(self) -> None:
        self._handles = [np.empty((0, 2), np.uint64)]
        self._bits = [np.empty(0, np.int64)]
        self._sizes = [np.empty(0, np.int64)]

    def add(self, entries: NDArray[np.void]) -> None:
        """Take the entries that come next."""
        if len(entries) == 0:
            return
        handle = native(entries["handle"])
        first = np.flatnonzero(differs(handle))
        bits = np.left_shift(np.int64(1), (entries["code"] & ~np.uint8(FLAGGED)).astype(np.int64))
        self._handles.append(handle[first])
        self._bits.append(np.bitwise_or.reduceat(bits, first))
        self._sizes.append(np.diff(first, append=len(entries)))

    def key_types(self) -> NDArray[np.int64]:
        """Return for each entry that was taken the bits of all key types of its record."""
        handle, bits = np.concatenate(self._handles), np.concatenate(self._bits)
        order = np.lexsort((handle[:, 1], handle[:, 0]))
        is_first = differs(handle[order])
        held = np.bitwise_or.reduceat(bits[order], np.flatnonzero(is_first)) if len(bits) else bits
        bits[order] = held[np.cumsum(is_first) - 1]
        return np.repeat(bits, np.concatenate(self._sizes))


def _buckets(entries: NDArray[np.void]) -> NDArray[np.int64]:
    """Return for each entry its bucket; buckets are in the order in which entries rest on disk."""
    code = (entries["code"] & ~np.uint8(FLAGGED)).astype(np.int64)
    return code << 8 | entries["index_hash"].view(np.uint8).reshape(len(entries), INDEX_HASH_BYTES)[:, 0]


def _passes(counts: NDArray[np.int64]) -> Iterator[range]:
    """Yield the buckets of each pass, in order, so many as may be held together, and one at least."""
    start, held = 0, 0
    for bucket in np.flatnonzero(counts).tolist():
        if held and held + counts[bucket] > MAX_ENTRIES_A_PASS:
            yield range(start, bucket)
            start, held = bucket, 0
        held += int(counts[bucket])
    if held:
        yield range(start, len(counts))


def _one_pass(
    parts: Iterable[bytes], key_types: NDArray[np.int64], buckets: range, total: int
) -> Iterator[OrderedEntries]:
    entries, held = np.empty(total, PACKED), np.empty(total, np.int64)
    read = filled = 0
    for part in parts:
        here = unpack(part)
        bucket = _buckets(here)
        chosen = np.flatnonzero((bucket >= buckets.start) & (bucket < buckets.stop))
        entries[filled : filled + len(chosen)] = take(here, chosen)
        held[filled : filled + len(chosen)] = key_types[read + chosen]
        read, filled = read + len(here), filled + len(chosen)
    order = _order(entries[:filled])  # fewer only if the publication was given up meanwhile: none of them is written
    for start in range(0, filled, ENTRIES_A_STEP):
        step = order[start : start + ENTRIES_A_STEP]
        yield OrderedEntries.of(take(entries, step), held[step])


def _order(entries: NDArray[np.void]) -> NDArray[np.int64]:
    """Return the order by key type, hash and flag: by what fits one word, and by the rest where that is equal."""
    code, flag = (entries["code"] & ~np.uint8(FLAGGED)).astype(np.uint64), entries["code"] >= FLAGGED
    index_hash = native(entries["index_hash"])
    key = code << np.uint64(64 - _CODE_BITS) | index_hash[:, 0] >> np.uint64(_CODE_BITS)
    order = np.argsort(key)
    is_like_last = ~differs(key[order, None])
    alike = is_like_last | np.concatenate([is_like_last[1:], np.zeros(min(1, len(order)), np.bool_)])
    tied = order[alike]
    order[alike] = tied[np.lexsort((flag[tied], index_hash[tied, 1], index_hash[tied, 0], code[tied]))]
    return order
