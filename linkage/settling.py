"""Rows that need no scoring: number, name and birth date agree with one record and with no other."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from linkage.agreement import Pairs, cross_pairs
from linkage.hash_table import HashTable
from linkage.judgement import NO_CANDIDATE
from linkage.masks import of_mask, settling_mask
from schemas.key_set import KeySet


@dataclass(frozen=True, slots=True)
class Found:
    """The records of the index that share a hash with an asked record.

    Attributes:
        table: of these records, numbered from 0, the entries that share a hash; all entries of each such hash.
        holds: uint32, for each record the bits `1 << code` of all key types that it has in the index.
    """

    table: HashTable
    holds: NDArray[np.uint32] = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.holds) != self.table.records:
            raise ValueError("not one item a record")


def settled(asked: HashTable, found: Found, key_set: KeySet) -> NDArray[np.bool_]:
    """Return for each asked row whether exactly one found record agrees on all of `settled_by`, unflagged."""
    return np.asarray(settled_on(asked, found.table, key_set) != NO_CANDIDATE)


def settled_on(asked: HashTable, found: HashTable, key_set: KeySet) -> NDArray[np.int32]:
    """Return for each asked row the found record that settles it, or `NO_CANDIDATE`."""
    settling = settling_mask(key_set)
    pairs = cross_pairs(
        asked.entries(of_mask(asked.key_type, settling)), found.entries(of_mask(found.key_type, settling)), key_set
    )
    row, record = only_ones(pairs, key_set)
    candidate = np.full(asked.records, NO_CANDIDATE, np.int32)
    candidate[row] = record
    return candidate


def only_ones(pairs: Pairs, key_set: KeySet) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Return the rows with exactly one pair that agrees on all of `settled_by`, unflagged, and its right record."""
    settling = pairs.chosen(pairs.agreed == np.uint64(settling_mask(key_set)))
    row, first, count = np.unique(settling.left, return_index=True, return_counts=True)
    return row[count == 1], settling.right[first[count == 1]]
