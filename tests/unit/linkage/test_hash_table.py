"""A hash table holds entries of records that are there, and says who holds what."""

import numpy as np
import pytest

from linkage.hash_table import HashTable, build_table
from schemas.messages.index import FLAGGED

HASHES = [bytes([n]) * 16 for n in range(4)]


def table() -> HashTable:
    return build_table(3, [0, 0, 2, 2], [1, 2 | FLAGGED, 2, 9], HASHES)


def test_entries_are_read_as_messages_hold_them():
    assert table().key_type.tolist() == [1, 2, 2, 9]
    assert table().is_flagged.tolist() == [False, True, False, False]
    assert table().index_hash.tolist() == [int.from_bytes(one[:8]) for one in HASHES]


def test_what_a_record_holds_counts_flagged_keys_too():
    assert table().holds().tolist() == [0b110, 0, 0b1000000100]


def test_some_entries_of_the_same_records():
    kept = table().entries(np.array([False, True, False, True]))
    assert (kept.records, kept.record.tolist(), kept.key_type.tolist()) == (3, [0, 2], [2, 9])


def test_records_left_out_and_records_brought_together():
    renumbered = table().renumbered(np.array([-1, -1, 0], np.int32), 1)
    assert (renumbered.records, renumbered.record.tolist()) == (1, [0, 0])
    assert table().renumbered(np.array([0, 0, 0], np.int32), 1).holds().tolist() == [0b1000000110]


@pytest.mark.parametrize(
    ("record", "code", "hashes"),
    [
        ([3], [1], HASHES[:1]),
        ([-1], [1], HASHES[:1]),
        ([0], [256], HASHES[:1]),
        ([0], [-1], HASHES[:1]),
        ([0], [1], [b"short"]),
        ([0, 1], [1], HASHES[:1]),
    ],
)
def test_what_is_no_table(record: list[int], code: list[int], hashes: list[bytes]):
    with pytest.raises(ValueError, match=r"."):
        build_table(3, record, code, hashes)


def test_its_repr_shows_no_hash():
    assert repr(table()) == "HashTable(records=3)"
