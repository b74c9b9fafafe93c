"""The same child twice in one file: records that agree on every key that settles, or on all their keys."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from linkage.hash_table import HashTable
from schemas.key_set import KeySet

_MULTIPLIERS: Final = (np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))
_STEP: Final = np.uint64(0x9E3779B97F4A7C15)


def same_child(table: HashTable, key_set: KeySet) -> tuple[int, NDArray[np.int32]]:
    """Return how many children the records of a file are as far as is certain, and the child of each record.

    Two records are one child when they agree, unflagged, on all of the key set's `settled_by`, or when all their
    hashes are equal. A record without entries is a child of its own.
    """
    left, right = zip(neighbours(*mark_all(table)), neighbours(*mark_settling(table, key_set)), strict=True)
    return children_of(table.records, np.concatenate(left), np.concatenate(right))


def children_of(records: int, left: NDArray[np.int32], right: NDArray[np.int32]) -> tuple[int, NDArray[np.int32]]:
    """Return how many children so many records are, and the child of each, when left and right ones are the same."""
    # A gateway that never links a file need not load these when it starts.
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    graph = coo_array((np.ones(len(left), np.int8), (left, right)), shape=(records, records))
    children, child = connected_components(graph, directed=False)
    return int(children), child.astype(np.int32)


def neighbours(record: NDArray[np.int32], mark: NDArray[np.uint64]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Return links that hold together the records of equal marks: each to the next one."""
    order = np.argsort(mark, kind="stable")
    record, mark = record[order], mark[order]
    same = mark[1:] == mark[:-1]
    return record[:-1][same], record[1:][same]


def mark_all(table: HashTable) -> tuple[NDArray[np.int32], NDArray[np.uint64]]:
    """Return each record that has entries with one mark of them all, whatever their order."""
    kind = table.key_type.astype(np.uint64) << np.uint64(1) | table.is_flagged.astype(np.uint64)
    mark = np.zeros(table.records, np.uint64)
    np.add.at(mark, table.record, _mixed(table.index_hash ^ _mixed(kind)))
    record = np.unique(table.record)
    return record, mark[record]


def mark_hashes(table: HashTable) -> NDArray[np.uint64]:
    """Return for each record one mark of all its hashes, whatever their order and whichever are flagged."""
    mark = np.zeros(table.records, np.uint64)
    np.add.at(mark, table.record, _mixed(table.index_hash))
    return mark


def mark_settling(table: HashTable, key_set: KeySet) -> tuple[NDArray[np.int32], NDArray[np.uint64]]:
    """Return for each record a mark of each choice of one hash of every key type that settles."""
    record = np.arange(table.records, dtype=np.int32)
    mark = np.zeros(table.records, np.uint64)
    for name in key_set.settled_by:
        defined = key_set.find_key_type(name)
        code = defined.code if defined is not None else 0
        one = table.entries((table.key_type == code) & ~table.is_flagged)
        order = np.argsort(one.record, kind="stable")
        first = np.searchsorted(one.record[order], record)
        count = np.searchsorted(one.record[order], record, side="right") - first
        nth = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
        entry = order[np.repeat(first, count) + nth]
        record = np.repeat(record, count)
        mark = _mixed(np.repeat(mark, count) ^ one.index_hash[entry])
    return record, mark


def _mixed(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return 64 bits in which every bit depends on all bits of the value (the finalizer of SplitMix64)."""
    values = values + _STEP
    values = (values ^ (values >> np.uint64(30))) * _MULTIPLIERS[0]
    values = (values ^ (values >> np.uint64(27))) * _MULTIPLIERS[1]
    return values ^ (values >> np.uint64(31))
