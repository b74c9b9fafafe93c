"""What there is to score: the rows that nothing settled, and the records of the index that share a hash with them."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from linkage.agreement import Pairs, cross_pairs
from linkage.comparison import Cells, Comparer
from linkage.duplicates import same_child
from linkage.hash_table import HashTable
from linkage.judgement import NO_CANDIDATE
from linkage.masks import evidence_mask, of_mask
from linkage.profile import IndexProfile, profile_of
from linkage.settling import Found, settled_on
from schemas.key_set import KeySet

SETTLED_ROW = -1


@dataclass(frozen=True, slots=True)
class Candidates:
    """The pairs that are scored: of children whom the unsettled rows name, and of records that nobody settled on.

    Attributes:
        settled_on: int32, for each row the found record that settled it, or `NO_CANDIDATE`.
        child: int32, for each row the child that it names, or `SETTLED_ROW`.
        pairs: pairs of a child and a found record.
        cells: how the pairs look.
        cell: int64, the cell of each pair.
        asked: profile of the children.
        index: profile of the index.
        free: int64, how many records of the index that nobody settled on hold each of `index.holds`.
    """

    settled_on: NDArray[np.int32] = field(repr=False)
    child: NDArray[np.int32] = field(repr=False)
    pairs: Pairs = field(repr=False)
    cells: Cells = field(repr=False)
    cell: NDArray[np.int64] = field(repr=False)
    asked: IndexProfile = field(repr=False)
    index: IndexProfile = field(repr=False)
    free: NDArray[np.int64] = field(repr=False)

    @property
    def settled(self) -> int:
        """Return how many rows are settled."""
        return int((self.settled_on != NO_CANDIDATE).sum())


def find_candidates(asked: HashTable, found: Found, index: IndexProfile, key_set: KeySet) -> Candidates:
    """Return what there is to score of a run.

    Rows that certainly name one child are scored as one, with the hashes of all of them.

    Raises:
        ValueError: the found records are not records of the index.
    """
    evidence = np.uint32(evidence_mask(key_set))
    on = settled_on(asked, found.table, key_set)
    is_open = on == NO_CANDIDATE
    rows = asked.entries(of_mask(asked.key_type, evidence_mask(key_set))).renumbered(
        number_chosen(is_open), int(is_open.sum())
    )
    children, child_of_open = same_child(rows, key_set)
    rows = rows.renumbered(child_of_open, children)
    is_free = np.ones(found.table.records, np.bool_)
    is_free[on[~is_open]] = False
    free = free_holders(index, found.holds[~is_free] & evidence)
    pairs = cross_pairs(rows, found.table.renumbered(number_chosen(is_free), int(is_free.sum())), key_set)
    cells, cell = Comparer(key_set).cells(pairs, rows.holds(), found.holds[is_free] & evidence, within=False)
    pairs = pairs.with_right(np.flatnonzero(is_free).astype(np.int32))
    child = np.full(asked.records, SETTLED_ROW, np.int32)
    child[is_open] = child_of_open
    return Candidates(on, child, pairs, cells, cell, profile_of(rows, key_set), index, free)


def number_chosen(chosen: NDArray[np.bool_]) -> NDArray[np.int32]:
    """Number the chosen ones from 0; the others get -1."""
    return np.where(chosen, np.cumsum(chosen) - 1, -1).astype(np.int32)


def free_holders(index: IndexProfile, taken: NDArray[np.uint32]) -> NDArray[np.int64]:
    """Return how many records hold each of `index.holds` when those that hold `taken` are left out."""
    if not np.isin(taken, index.holds).all():
        raise ValueError("a found record holds what no record of the index holds")
    free = index.holders - np.bincount(np.searchsorted(index.holds, taken), minlength=len(index.holds))
    if (free < 0).any():
        raise ValueError("more records were found than the index has")
    return free
