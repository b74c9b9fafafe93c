"""Lunar dates: against the conversion table of the Hong Kong Observatory, by way of an independent table of months."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demo.province.lunar import as_lunar_date
from schemas.lunar_dates import read_as_lunar


@given(st.dates(date(2000, 2, 5), date(2037, 12, 31)))
def test_a_day_is_among_those_that_its_lunar_date_can_mean(solar_on: date) -> None:
    lunar = as_lunar_date(solar_on)
    # 30 February is a lunar day that no form takes.
    assert lunar is None or solar_on in read_as_lunar(lunar)


@pytest.mark.parametrize(
    ("declared", "meant"),
    [
        (date(2024, 1, 1), (date(2024, 2, 10),)),
        (date(2024, 12, 30), ()),  # new year's eve of 2024 was the 29th
        (date(2023, 12, 30), (date(2024, 2, 9),)),
        (date(2023, 2, 1), (date(2023, 2, 20), date(2023, 3, 22))),  # second month and leap second month
        (date(2020, 1, 31), ()),  # no lunar month has 31 days
        (date(1899, 12, 30), ()),
        (date(2101, 1, 1), ()),
    ],
)
def test_days_of_known_calendars(declared: date, meant: tuple[date, ...]) -> None:
    assert read_as_lunar(declared) == meant
