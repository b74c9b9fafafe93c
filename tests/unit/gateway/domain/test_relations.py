"""A relation finds the records of an equal hash under its own key type, and none under another."""

from gateway.domain.relations import find_related
from linkage.hash_table import build_table

GUARDIAN, ID = 16, 1


def test_all_records_of_an_equal_hash_in_order_and_once() -> None:
    a, b = b"a" * 16, b"b" * 16
    found = build_table(4, [3, 0, 1, 2, 3], [GUARDIAN, GUARDIAN, GUARDIAN, ID, GUARDIAN], [a, a, b, a, b])
    asked = build_table(3, [0, 0, 2], [GUARDIAN, GUARDIAN, GUARDIAN], [a, b, b])
    assert find_related(asked, found, {GUARDIAN}) == [(0, 1, 3), (), (1, 3)]


def test_another_key_type_of_equal_hash_says_nothing() -> None:
    same = b"a" * 16
    found = build_table(2, [0, 1], [ID, GUARDIAN], [same, same])
    assert find_related(build_table(1, [0], [GUARDIAN], [same]), found, {GUARDIAN}) == [(1,)]
    assert find_related(build_table(1, [0], [ID], [same]), found, {GUARDIAN}) == [()]
