"""Linkage keys: exactly the agreed strings, and only where there is evidence."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.citizen_id import parse_citizen_id
from schemas.identity import ChildIdentity, age_in_years, is_plausible_child_id
from schemas.linkage_keys import G0, KeyType, LinkageKey, linkage_keys

TODAY = date(2026, 3, 5)
CITIZEN_ID = parse_citizen_id("990101201503070011", allow_test_regions=True, today=TODAY)


def texts(identity: ChildIdentity) -> list[tuple[str, str]]:
    return [(key.key_type.value, key.text) for key in linkage_keys(identity)]


def test_all_keys_of_a_full_record() -> None:
    identity = ChildIdentity(CITIZEN_ID, "单·晓明", (date(2015, 7, 3), date(2014, 3, 7), date(2015, 7, 3)))
    assert texts(identity) == [
        ("id", "990101150307001"),
        ("p.d", "shan.xiao.ming20140307"),
        ("p.d", "shan.xiao.ming20150307"),
        ("p.d", "shan.xiao.ming20150703"),
    ]


def test_a_date_said_twice_makes_one_key() -> None:
    assert len(texts(ChildIdentity(CITIZEN_ID, "单晓明", (date(2015, 3, 7),)))) == 2


@pytest.mark.parametrize("name", [None, "", "·", "张" * 60, "1234"])
def test_no_usable_name_no_name_key(name: str | None) -> None:
    assert texts(ChildIdentity(CITIZEN_ID, name, (date(2015, 3, 7),))) == [("id", "990101150307001")]


def test_no_date_no_name_key() -> None:
    assert texts(ChildIdentity(None, "单晓明")) == []


def test_oprf_input() -> None:
    assert LinkageKey(KeyType.P_D, "shan.ming20150307").oprf_input() == b"p.d\x1fshan.ming20150307"
    assert LinkageKey(KeyType.ID, "990101150307001").oprf_input() == b"id\x1f990101150307001"


@given(st.text(max_size=20), st.lists(st.dates(date(1900, 1, 1)), max_size=3))
def test_the_separator_stands_once_and_nothing_is_shown(name: str, dates: list[date]) -> None:
    for key in linkage_keys(ChildIdentity(CITIZEN_ID, name, tuple(dates))):
        assert key.oprf_input().count(b"\x1f") == 1
        assert key.text not in repr(key)


def test_key_set_is_the_agreed_one() -> None:
    assert (G0.name, G0.version, G0.key_types) == ("G0", 1, (KeyType.ID, KeyType.P_D))


def test_repr_of_an_identity_shows_nothing() -> None:
    identity = ChildIdentity(CITIZEN_ID, "单晓明", (date(2015, 3, 7),), "male", ("990101",))
    assert repr(identity) == "ChildIdentity(redacted)"


def test_an_adults_number_is_not_the_childs() -> None:
    grandmother = parse_citizen_id("990101196001010023", allow_test_regions=True, today=TODAY)
    assert not is_plausible_child_id(ChildIdentity(grandmother), TODAY, max_age_years=25)
    assert is_plausible_child_id(ChildIdentity(CITIZEN_ID), TODAY, max_age_years=25)
    assert is_plausible_child_id(ChildIdentity(None), TODAY, max_age_years=25)


def test_age() -> None:
    assert age_in_years(date(2008, 3, 5), TODAY) == 18
    assert age_in_years(date(2008, 3, 6), TODAY) == 17
    assert age_in_years(date(2008, 2, 29), date(2026, 2, 28)) == 17
    assert age_in_years(date(2008, 2, 29), date(2026, 3, 1)) == 18
