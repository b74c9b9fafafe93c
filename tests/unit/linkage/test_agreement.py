"""Pairs are the records that share a hash under one key type, with all keys that agree."""

import tracemalloc

import numpy as np
import pytest

from linkage.agreement import MAX_GROUP_PAIRS, Pairs, cross_pairs, within_pairs
from linkage.hash_table import HashTable
from tests.unit.linkage.population import CODES, KEY_SET, draw_children, file_of, hash_of, keys_of, table_of


def seen(pairs: Pairs) -> list[tuple[int, int, int, int]]:
    columns = (pairs.left.tolist(), pairs.right.tolist(), pairs.agreed.tolist(), pairs.group.tolist())
    return list(zip(*columns, strict=True))


def bit(name: str) -> int:
    return 1 << (CODES[name.split("!", maxsplit=1)[0]] + (32 if "!" in name else 0))


def test_pairs_and_what_agrees():
    left = table_of([("id", "1"), ("p.d", "a")], [("p.d", "b")], [])
    right = table_of([("p.d", "b")], [("id", "1"), ("p.d", "a"), ("p.d", "b")])
    assert seen(cross_pairs(left, right, KEY_SET)) == [
        (0, 1, bit("id") | bit("p.d"), 0),
        (1, 0, bit("p.d"), 0),
        (1, 1, bit("p.d"), 0),
    ]


def test_equal_hashes_of_different_key_types_do_not_agree():
    table = table_of([("id", "1")])
    other = HashTable(1, table.record, np.array([CODES["p.d"]], np.uint8), table.is_flagged, table.index_hash)
    assert len(cross_pairs(table, other, KEY_SET)) == 0


def test_a_relation_is_no_evidence():
    table = table_of([("guardian", "7")])
    assert len(cross_pairs(table, table, KEY_SET)) == 0


@pytest.mark.parametrize(
    ("left", "right", "agreed"),
    [
        (["id"], ["id!repaired"], "id!repaired"),
        (["id!repaired"], ["id"], "id!repaired"),
        (["id!repaired"], ["id!repaired"], "id!repaired"),
        (["id"], ["id"], "id"),
    ],
)
def test_a_key_that_one_side_flags_agrees_flagged(left: list[str], right: list[str], agreed: str):
    pairs = cross_pairs(table_of([(n, "1") for n in left]), table_of([(n, "1") for n in right]), KEY_SET)
    assert pairs.agreed.tolist() == [bit(agreed)]


def test_where_flagged_and_unflagged_agree_the_unflagged_counts():
    record = [("p.d", "a"), ("p.d!lunar", "b")]
    assert cross_pairs(table_of(record), table_of([*record, ("p.d", "b")]), KEY_SET).agreed.tolist() == [bit("p.d")]


def test_within_a_file_each_pair_stands_once():
    table = table_of(*[[("p.d", "a"), ("n.r6", "b")]] * 3)
    both = bit("p.d") | bit("n.r6")
    assert seen(within_pairs(table, KEY_SET)) == [(0, 1, both, 9), (0, 2, both, 9), (1, 2, both, 9)]


def test_the_smallest_group_of_the_rarity_key_counts():
    left = table_of([("n.r6", "rare"), ("n.r6", "common")], [("n.r6", "common")])
    right = table_of([("n.r6", "rare"), ("n.r6", "common")])
    assert seen(cross_pairs(left, right, KEY_SET)) == [(0, 0, bit("n.r6"), 1), (1, 0, bit("n.r6"), 2)]


def test_a_group_that_makes_too_many_pairs_makes_none():
    at_most = [[("p.d", "a")]] * 63
    assert 63 * 63 <= MAX_GROUP_PAIRS < 64 * 64
    assert len(within_pairs(table_of(*at_most), KEY_SET)) == 63 * 62 / 2
    assert len(within_pairs(table_of(*at_most, [("p.d", "a")]), KEY_SET)) == 0


def test_the_join_finds_what_looking_at_every_pair_finds():
    people = draw_children(150, seed=1)
    left, right = people[:80], people[60:]
    expected = [
        (i, j, sum({bit(name) for name, text in keys_of(one) if (name, text) in set(keys_of(other))}))
        for i, one in enumerate(left)
        for j, other in enumerate(right)
    ]
    found = cross_pairs(file_of(left), file_of(right), KEY_SET)
    assert [pair[:3] for pair in seen(found)] == [pair for pair in expected if pair[2]]


def test_the_join_needs_memory_for_its_pairs_alone():
    records = 40_000
    shared = np.arange(records) // 2
    table = HashTable(
        records,
        np.arange(records, dtype=np.int32),
        np.full(records, CODES["p.d"], np.uint8),
        np.zeros(records, np.bool_),
        np.frombuffer(b"".join(hash_of("p.d", str(n))[:8] for n in shared), np.uint64),
    )
    tracemalloc.start()
    try:
        pairs = within_pairs(table, KEY_SET)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(pairs) == records // 2
    assert peak < 300 * records
