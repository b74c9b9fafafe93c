"""Candidate pairs: records that share a hash, and which of their keys agree."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from linkage.hash_table import HashTable
from linkage.masks import FLAGGED_BITS, UNFLAGGED
from schemas.key_set import KeySet

MAX_GROUP_PAIRS: Final = 4_000
"""A hash that makes more pairs than this says next to nothing; it makes no candidates."""


@dataclass(frozen=True, slots=True)
class Pairs:
    """Pairs of a left and a right record that share a hash, in the order of left and then right.

    Attributes:
        left: int32, the left record.
        right: int32, the right record.
        agreed: uint64, agreeing keys: bit `code`, and bit `32 + code` where only a flagged key agrees.
        group: int32, how many pairs share the hash of the key set's rarity key; 0 where that key doesn't agree.
    """

    left: NDArray[np.int32] = field(repr=False)
    right: NDArray[np.int32] = field(repr=False)
    agreed: NDArray[np.uint64] = field(repr=False)
    group: NDArray[np.int32] = field(repr=False)

    def __len__(self) -> int:
        return len(self.left)

    def chosen(self, choice: NDArray[np.bool_]) -> "Pairs":
        """Return the chosen pairs."""
        return Pairs(self.left[choice], self.right[choice], self.agreed[choice], self.group[choice])

    def with_right(self, number: NDArray[np.int32]) -> "Pairs":
        """Return the pairs with right record i called `number[i]`."""
        return Pairs(self.left, number[self.right], self.agreed, self.group)


@dataclass(frozen=True, slots=True)
class Shared:
    """Pairs that share a hash of one key type, a pair perhaps more than once, in any order.

    Attributes:
        pair: int64, left * width + right, where width is the number of right records.
        is_flagged: whether either entry was flagged.
        group: int32, how many pairs share the hash.
    """

    pair: NDArray[np.int64] = field(repr=False)
    is_flagged: NDArray[np.bool_] = field(repr=False)
    group: NDArray[np.int32] = field(repr=False)


_NOTHING_SHARED: Final = Shared(np.empty(0, np.int64), np.empty(0, np.bool_), np.empty(0, np.int32))


def cross_pairs(left: HashTable, right: HashTable, key_set: KeySet) -> Pairs:
    """Return the pairs of a left and a right record that share a hash of a key type that is evidence."""
    return combine(share_across(left, right, key_set), right.records, key_set)


def within_pairs(table: HashTable, key_set: KeySet) -> Pairs:
    """Return the pairs of two records of one file that share a hash, the left one before the right one."""
    return combine(share_within(table, key_set), table.records, key_set)


def share_across(left: HashTable, right: HashTable, key_set: KeySet) -> dict[int, Shared]:
    """Return for the code of each key type that is evidence which left and right entries share a hash of it."""
    return {defined.code: _join(left, right, defined.code) for defined in key_set.evidence}


def share_within(table: HashTable, key_set: KeySet) -> dict[int, Shared]:
    """Return the same of one file and itself, each two records once, the left one before the right one."""
    return {defined.code: _join_within(table, defined.code) for defined in key_set.evidence}


def _join(left: HashTable, right: HashTable, code: int) -> Shared:
    """Join the entries of one key type on equal hashes."""
    if code not in left.key_type or code not in right.key_type:  # most key types of a small question
        return _NOTHING_SHARED
    a, b = _sorted_entries(left, code), _sorted_entries(right, code)
    runs_a, runs_b = _runs(a.index_hash), _runs(b.index_hash)
    hashes_a, hashes_b = a.index_hash[runs_a.first], b.index_hash[runs_b.first]
    _, in_a, in_b = np.intersect1d(hashes_a, hashes_b, assume_unique=True, return_indices=True)
    return _share(a, b, runs_a.chosen(in_a), runs_b.chosen(in_b), right.records)


def _join_within(table: HashTable, code: int) -> Shared:
    """Join the entries of one key type with each other, each two records once."""
    entries = _sorted_entries(table, code)
    runs = _runs(entries.index_hash)
    runs = runs.chosen(runs.size > 1)  # most hashes stand alone
    both = _share(entries, entries, runs, runs, table.records)
    once = both.pair // max(table.records, 1) < both.pair % max(table.records, 1)
    return Shared(both.pair[once], both.is_flagged[once], both.group[once])


class _Runs(NamedTuple):
    """Where entries of equal hashes begin, and how many there are."""

    first: NDArray[np.int64]
    size: NDArray[np.int64]

    def chosen(self, choice: NDArray[np.int64] | NDArray[np.bool_]) -> "_Runs":
        return _Runs(self.first[choice], self.size[choice])


def _runs(ordered: NDArray[np.uint64]) -> _Runs:
    starts = np.ones(len(ordered), np.bool_)
    starts[1:] = ordered[1:] != ordered[:-1]
    first = np.flatnonzero(starts)
    return _Runs(first, np.diff(first, append=len(ordered)))


def _share(a: HashTable, b: HashTable, in_a: _Runs, in_b: _Runs, width: int) -> Shared:
    """Pair each entry of a run of `a` with each of the run of `b` beside it, unless that makes too many pairs."""
    pairs = in_a.size * in_b.size
    small = pairs <= MAX_GROUP_PAIRS
    pairs, size_b = pairs[small], in_b.size[small]
    within = np.arange(pairs.sum()) - np.repeat(np.cumsum(pairs) - pairs, pairs)
    entry_a = np.repeat(in_a.first[small], pairs) + within // np.repeat(size_b, pairs)
    entry_b = np.repeat(in_b.first[small], pairs) + within % np.repeat(size_b, pairs)
    return Shared(
        a.record[entry_a].astype(np.int64) * max(width, 1) + b.record[entry_b],
        a.is_flagged[entry_a] | b.is_flagged[entry_b],
        np.repeat(pairs, pairs).astype(np.int32),
    )


def _sorted_entries(table: HashTable, code: int) -> HashTable:
    chosen = table.entries(table.key_type == code)
    order = np.argsort(chosen.index_hash, kind="stable")
    return HashTable(
        chosen.records,
        chosen.record[order],
        chosen.key_type[order],
        chosen.is_flagged[order],
        chosen.index_hash[order],
    )


def combine(shared: Mapping[int, Shared], right_records: int, key_set: KeySet) -> Pairs:
    """Bring together what the key types say about each pair; of a pair all that is shared must be given.

    Args:
        shared: from the code of every key type that is evidence to the pairs that share a hash of it.
        right_records: how many right records there are.
        key_set: whose rarity key counts.
    """
    width = max(right_records, 1)
    pair = np.concatenate([part.pair for part in shared.values()])
    bit = np.concatenate([_bits(part, code) for code, part in shared.items()])
    order = np.argsort(pair, kind="stable")
    pair, bit = pair[order], bit[order]
    first = np.flatnonzero(np.concatenate(([True], pair[1:] != pair[:-1])) if len(pair) else np.empty(0, np.bool_))
    agreed = np.bitwise_or.reduceat(bit, first) if len(first) else bit
    agreed &= ~((agreed & np.uint64(UNFLAGGED)) << np.uint64(FLAGGED_BITS))
    pair = pair[first]
    return Pairs(
        (pair // width).astype(np.int32), (pair % width).astype(np.int32), agreed, _groups(pair, shared, key_set)
    )


def _bits(part: Shared, code: int) -> NDArray[np.uint64]:
    return np.where(part.is_flagged, np.uint64(1 << (FLAGGED_BITS + code)), np.uint64(1 << code))


def _groups(pair: NDArray[np.int64], shared: Mapping[int, Shared], key_set: KeySet) -> NDArray[np.int32]:
    """Return the size of the smallest group that a pair is in by the rarity key."""
    group = np.zeros(len(pair), np.int32)
    rarity = key_set.find_key_type(key_set.rarity.key_type) if key_set.rarity is not None else None
    if rarity is not None:
        part = shared[rarity.code]
        largest_first = np.argsort(-part.group, kind="stable")
        group[np.searchsorted(pair, part.pair[largest_first])] = part.group[largest_first]
    return group
