"""A row is settled by a number, a name and a birth date that agree with one record, and with no other."""

import numpy as np
import pytest

from linkage.settling import Found, settled
from tests.unit.linkage.population import KEY_SET, Key, table_of

ANNA: list[Key] = [("id", "1"), ("p.d", "anna")]


def is_settled(row: list[Key], *index: list[Key]) -> bool:
    table = table_of(*index)
    return bool(settled(table_of(row), Found(table, table.holds()), KEY_SET)[0])


def test_one_record_agrees_on_both():
    assert is_settled(ANNA, ANNA, [("id", "2"), ("p.d", "anna")], [("id", "1"), ("p.d", "berta")])


@pytest.mark.parametrize(
    "index",
    [
        [],
        [[("id", "1")]],
        [[("p.d", "anna")]],
        [[("id", "1"), ("p.d", "berta")], [("id", "2"), ("p.d", "anna")]],
        [ANNA, ANNA],
        [ANNA, [*ANNA, ("n.r6", "x")]],
        [[("id!repaired", "1"), ("p.d", "anna")]],
        [[("id", "1"), ("p.d!lunar", "anna")]],
    ],
)
def test_anything_less_or_more_settles_nothing(index: list[list[Key]]):
    assert not is_settled(ANNA, *index)


def test_the_same_child_twice_in_a_roster_is_settled_twice():
    index = table_of(ANNA)
    assert settled(table_of(ANNA, ANNA), Found(index, index.holds()), KEY_SET).all()


def test_what_is_found_comes_with_what_each_record_holds():
    with pytest.raises(ValueError, match="one item a record"):
        Found(table_of(ANNA), np.zeros(2, np.uint32))
