"""Region codes: levels, and what lies in whose subtree."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.regions import RegionError, RegionLevel, county_of, is_within, level_of, parse_region

villages = st.integers(990101001001, 999999999999).map(str)


@pytest.mark.parametrize(
    ("code", "level"),
    [("99", 2), ("9901", 4), ("990000", 2), ("990100", 4), ("990102", 6), ("990102003", 9), ("990102003004", 12),
     ("990102000", 6), ("990102000000", 6), ("990102003000", 9), ("990000000000", 2)],
)  # fmt: skip
def test_levels(code: str, level: int) -> None:
    assert level_of(code) == level


@given(villages)
def test_a_village_lies_in_each_of_its_superiors(village: str) -> None:
    for level in RegionLevel:
        assert is_within(village, village[:level])
        assert is_within(village, village[:level].ljust(12, "0"))


@pytest.mark.parametrize(
    ("region", "scope", "expected"),
    [("990102", "990000", True), ("990102", "990100", True), ("990102", "990103", False), ("990102", "9902", False),
     ("990100", "990102", False), ("990000", "990100", False), ("990102003", "990102", True), ("980102", "99", False),
     ("990102003004", "990102003", True), ("990102", "990102003", False)],
)  # fmt: skip
def test_is_within(region: str, scope: str, expected: bool) -> None:
    assert is_within(region, scope) is expected


@pytest.mark.parametrize("scope", ["", "0", "00", "000000", "9", "990", "99010", "9901020", "99 102", "９９", "99\n"])
def test_unknown_scopes_are_refused_not_widened(scope: str) -> None:
    with pytest.raises(RegionError):
        is_within("990102", scope)
    with pytest.raises(RegionError):
        is_within(scope, "99")


def test_county_of() -> None:
    assert county_of("990102003004") == county_of("990102") == "990102"
    for too_high in ("99", "990000", "990100"):
        with pytest.raises(RegionError, match="no_county"):
            county_of(too_high)


def test_parse_region() -> None:
    assert parse_region(" 990102 ") == parse_region(990102) == parse_region(990102.0) == "990102"
    for bad in (None, "", "99", "9901", "9901022", "甲乙丙丁戊己", 990102.5, "9" * 100):
        with pytest.raises(RegionError):
            parse_region(bad)
