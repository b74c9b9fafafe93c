"""The frequency-rank attack names what frequencies give away, and nothing that they don't."""

import numpy as np

from linkage.hash_table import HashTable
from quality.leakage import SINGLE_ATTRIBUTES, measure_leakage, single_attributes, without_common
from schemas.identity import ChildIdentity

NAMES = {1: "one", 2: "other"}


def table(*records: tuple[tuple[int, int], ...]) -> HashTable:
    """Return a table of records, each a tuple of (key type code, hash)."""
    entries = [(number, code, value) for number, record in enumerate(records) for code, value in record]
    record, code, value = (list(column) for column in zip(*entries, strict=True))
    return HashTable(
        len(records),
        np.array(record, np.int32),
        np.array(code, np.uint8),
        np.zeros(len(entries), np.bool_),
        np.array(value, np.uint64),
    )


def grouped(code: int, sizes: dict[int, int]) -> HashTable:
    """Return a table in which each hash is held by so many records."""
    return table(*(((code, value),) for value, size in sizes.items() for _ in range(size)))


def random() -> np.random.Generator:
    return np.random.default_rng(1)


def test_counts_of_groups() -> None:
    found = measure_leakage(grouped(1, {7: 3, 8: 1, 9: 1, 4: 1}), grouped(1, {7: 1}), NAMES, random())
    one, other = found.key_types["one"], found.key_types["other"]
    assert (one.hashes, one.once, one.largest) == (4, 0.75, 3)
    assert (other.hashes, other.once, other.largest, other.named_share) == (0, 0.0, 0, 0.0)


def test_ranks_name_hashes_whose_frequencies_differ() -> None:
    seen = grouped(1, {7: 5, 8: 4, 9: 3, 4: 2})
    known = grouped(1, {7: 50, 8: 40, 9: 30, 4: 20})
    assert measure_leakage(seen, known, NAMES, random()).named_share == 1.0
    other_way_round = grouped(1, {7: 20, 8: 30, 9: 40, 4: 50})
    assert measure_leakage(seen, other_way_round, NAMES, random()).named_share == 0.0


def test_a_frequency_of_its_own_names_a_hash_in_spite_of_its_rank() -> None:
    seen = grouped(1, {7: 5, 8: 1, 9: 1})
    known = grouped(1, {3: 9, 7: 5, 8: 1, 9: 1})
    assert measure_leakage(seen, known, NAMES, random()).key_types["one"].named >= 1


def test_hashes_that_occur_once_are_named_by_luck_alone() -> None:
    once = grouped(1, dict.fromkeys(range(5_000), 1))
    assert measure_leakage(once, once, NAMES, random()).key_types["one"].named < 10


def test_key_types_are_attacked_apart() -> None:
    seen = table(((1, 7), (2, 7)), ((1, 7), (2, 8)), ((1, 9),))
    found = measure_leakage(seen, seen, NAMES, random())
    assert found.key_types["one"].named == 2
    assert found.key_types["one"].largest == 2
    assert found.key_types["other"].largest == 1


def test_signatures_are_group_sizes_by_key_type() -> None:
    alike = table(((1, 7), (2, 5)), ((1, 7), (2, 6)), ((1, 8), (2, 4)), ((1, 9),), ())
    assert measure_leakage(alike, alike, NAMES, random()).own_signature == 3 / 5
    nothing = table(((1, 1),)).renumbered(np.array([-1], np.int32), 0)
    assert measure_leakage(nothing, nothing, NAMES, random()).own_signature == 0.0


def test_common_hashes_are_left_out_key_type_by_key_type() -> None:
    kept = without_common(table(((1, 7), (2, 7)), ((1, 7),), ((1, 8),)), 1)
    assert (kept.records, kept.key_type.tolist(), kept.index_hash.tolist()) == (3, [2, 1], [7, 8])


def test_single_attributes_are_surname_and_counties() -> None:
    identities = [ChildIdentity(name="王小明", regions=("990101", "990102")), ChildIdentity(name="汪明", regions=())]
    hashes = single_attributes(identities, b"k")
    by_code = {code: set(hashes.index_hash[hashes.key_type == code].tolist()) for code in SINGLE_ATTRIBUTES}
    assert (hashes.records, [len(values) for values in by_code.values()]) == (2, [1, 2])
