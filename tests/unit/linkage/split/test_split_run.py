"""Split files are judged as whole ones are: every outcome, probability and estimate is equal to the last bit."""

import random
from dataclasses import replace

import numpy as np
import pytest

from connectors.publisher.common_keys import MAX_GROUP_PUBLISHED
from connectors.rehearsal.link_files import Linked, link_tables
from linkage.hash_table import HashTable
from linkage.judgement import NO_CANDIDATE
from linkage.split.run import Spread, link_split
from schemas.messages.match import Basis, WithheldReason
from tests.unit.linkage.population import KEY_SET, Person, draw_children, file_of, observe
from tests.unit.linkage.split.in_lists import ListEngine, split


def observed(people: list[Person], seed: int, twice: int = 0) -> list[Person]:
    """Return what an office holds of people; every `twice`-th stands in it again, as it is or written otherwise."""
    draw = random.Random(seed)
    seen = [observe(person, draw) for person in people]
    again = seen[::twice] if twice else []
    return seen + [one if place % 2 else replace(one, county=0, guardian=None) for place, one in enumerate(again)]


def without_repeats(table: HashTable) -> tuple[HashTable, np.ndarray]:
    """Return a table without records that are an earlier one in all hashes, and each record's former number."""
    seen, kept = set(), []
    for record in range(table.records):
        hashes = tuple(np.sort(table.index_hash[table.record == record]).tolist())
        if hashes not in seen:
            kept.append(record)
        seen.add(hashes)
    number = np.full(table.records, -1, np.int32)
    number[kept] = np.arange(len(kept))
    return table.renumbered(number, len(kept)), np.array(kept)


def assert_same(asked: HashTable, index: HashTable, *, buckets: int, cuts: int) -> Linked:
    def cut(table: HashTable, seed: int) -> list[int]:
        return sorted(random.Random(seed).sample(range(1, table.records), cuts))

    done = link_split(
        ListEngine(),
        split(asked, cut(asked, 1)),
        split(index, cut(index, 2)),
        KEY_SET,
        Spread(buckets, MAX_GROUP_PUBLISHED),
    )
    once, numbers = without_repeats(index)
    whole = link_tables(asked, once, KEY_SET)
    assert done.repeated == index.records - once.records
    a, b = done.judgement, whole.judgement
    partner = np.where(whole.partner == NO_CANDIDATE, NO_CANDIDATE, numbers[whole.partner])
    assert (a.candidate == partner).all()
    for name in ("outcome", "agreed", "comparison", "is_settled"):
        assert (getattr(a, name) == getattr(b, name)).all(), name
    assert a.probability.tobytes() == b.probability.tobytes()
    for name in ("basis", "withheld", "threshold", "precision", "recall"):
        assert getattr(a, name) == getattr(b, name), name
    return whole


@pytest.mark.parametrize(("buckets", "cuts"), [(1, 0), (7, 3), (64, 11)])
def test_a_fitted_run_is_the_same_however_it_is_cut(buckets: int, cuts: int) -> None:
    people = draw_children(3_400, seed=11)
    asked, index = file_of(observed(people[:2_000], 1, twice=50)), file_of(observed(people[900:], 2, twice=60))
    linked = assert_same(asked, index, buckets=buckets, cuts=cuts)
    assert (linked.judgement.basis, linked.judgement.withheld) == (Basis.FITTED, None)
    assert 300 < linked.judgement.is_settled.sum() < 1_000
    assert (linked.judgement.outcome == 0).sum() > 900


def test_a_file_full_of_repetitions_is_withheld_alike() -> None:
    people = draw_children(3_400, seed=11)
    asked, index = file_of(observed(people[:2_000], 1)), file_of(observed(people[900:], 2, twice=3))
    linked = assert_same(asked, index, buckets=5, cuts=4)
    assert linked.judgement.withheld is WithheldReason.DUPLICATES


def test_small_files_are_judged_by_the_same_rules() -> None:
    people = draw_children(60, seed=13)
    linked = assert_same(file_of(observed(people[:40], 1)), file_of(observed(people[10:], 2)), buckets=3, cuts=2)
    assert linked.judgement.basis is Basis.RULES


def test_files_without_a_common_hash() -> None:
    people = draw_children(30, seed=14)
    linked = assert_same(file_of(people[:3]), file_of(people[27:]), buckets=3, cuts=2)
    assert (linked.judgement.outcome == 2).all()


def test_what_too_many_share_is_left_out_although_it_is_spread_over_parts() -> None:
    one = draw_children(1, seed=15)[0]
    namesakes = [replace(one, number=None, guardian=None, day=1 + place) for place in range(MAX_GROUP_PUBLISHED + 1)]
    index = [*namesakes, replace(one, number=1, day=28, surname=9)]
    linked = assert_same(file_of([replace(one, number=None, guardian=None, day=27)]), file_of(index), buckets=4, cuts=0)
    assert linked.judgement.outcome.tolist() == [2]
