"""The cascade, as through the gateway: what settles a row is asked for first, the other keys of the others after it.

As there, hashes that too many records of the index share are not in it.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from connectors.publisher.common_keys import MAX_GROUP_PUBLISHED
from linkage.hash_table import HashTable
from linkage.judgement import NO_CANDIDATE, Judgement
from linkage.run import Found, judge, profile_of, settled
from schemas.key_set import KeySet


@dataclass(frozen=True, slots=True)
class Linked:
    """What linking file A (that asks) with file B (the index) came to.

    Attributes:
        judgement: of each record of A.
        partner: int32, the record of B that each record of A is judged to be, or `NO_CANDIDATE`.
    """

    judgement: Judgement
    partner: NDArray[np.int32] = field(repr=False)


def link_tables(asked: HashTable, index: HashTable, key_set: KeySet) -> Linked:
    """Link the records of two files whose hashes were made under one key; no model is kept from other runs."""
    index = _published(index)
    codes = [defined.code for defined in key_set.key_types if defined.name in key_set.settled_by]
    is_first = np.isin(asked.key_type, codes)
    first = asked.entries(is_first)
    is_settled = settled(first, _look_up(first, index).found, key_set)
    sent = asked.entries(is_first | ~is_settled[asked.record])
    answer = _look_up(sent, index)
    judgement, _ = judge(sent, answer.found, profile_of(index, key_set), key_set, None)
    partner = np.full(asked.records, NO_CANDIDATE, np.int32)
    has_candidate = judgement.candidate != NO_CANDIDATE
    partner[has_candidate] = answer.records[judgement.candidate[has_candidate]]
    return Linked(judgement, partner)


def _published(index: HashTable) -> HashTable:
    _, place, records = np.unique(index.index_hash, return_inverse=True, return_counts=True)
    return index.entries(records[place] <= MAX_GROUP_PUBLISHED)


@dataclass(frozen=True, slots=True)
class _Answer:
    """What an index holds of the hashes that were asked for; `records` gives the number of each found record in it."""

    found: Found
    records: NDArray[np.int32]


def _look_up(asked: HashTable, index: HashTable) -> _Answer:
    shared = index.entries(np.isin(index.index_hash, asked.index_hash))
    records = np.unique(shared.record)
    number = np.full(index.records, NO_CANDIDATE, np.int32)
    number[records] = np.arange(len(records), dtype=np.int32)
    return _Answer(Found(shared.renumbered(number, len(records)), index.holds()[records]), records)
