"""Which records of one file certainly name the same child."""

import pytest

from linkage.duplicates import same_child
from tests.unit.linkage.population import KEY_SET, Key, table_of

ANNA: list[Key] = [("id", "1"), ("p.d", "anna")]


def groups(*records: list[Key]) -> list[int]:
    children, child = same_child(table_of(*records), KEY_SET)
    assert sorted(set(child.tolist())) == list(range(children))
    return child.tolist()


@pytest.mark.parametrize(
    "second",
    [
        [*ANNA, ("n.r6", "x")],
        [("p.d", "other date"), *ANNA],
        [("id", "1"), ("p.d", "anna"), ("p.d!lunar", "a")],
    ],
)
def test_records_that_agree_on_all_that_settles_are_one_child(second: list[Key]):
    first, other = groups(ANNA, second)
    assert first == other


@pytest.mark.parametrize(
    "second",
    [
        [("id", "1"), ("p.d", "other")],
        [("id", "2"), ("p.d", "anna")],
        [("p.d", "anna")],
        [("id!repaired", "1"), ("p.d", "anna")],
        [("id", "1"), ("p.d!lunar", "anna")],
        [],
    ],
)
def test_records_that_agree_on_less_are_not(second: list[Key]):
    first, other = groups(ANNA, second)
    assert first != other


def test_records_without_a_number_are_one_child_if_all_their_hashes_are_equal():
    known = [("p.d", "anna"), ("n.r6", "b")]
    a, b, c, d = groups(known, list(reversed(known)), known[:1], [("p.d", "anna"), ("g.d", "b")])
    assert a == b
    assert len({a, c, d}) == 3


def test_records_without_entries_are_children_of_their_own():
    assert len(set(groups([], [], ANNA))) == 3


def test_a_chain_is_one_child():
    """A record with two dates joins two that agree with one of them each."""
    first, second, third = groups(
        [("id", "1"), ("p.d", "a")], [("id", "1"), ("p.d", "a"), ("p.d", "b")], [("id", "1"), ("p.d", "b")]
    )
    assert first == second == third
