"""Working days: the published calendars of 2024 to 2026, years without a notice, and bad notices."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.catalogue_files import CatalogueError, read_catalogue
from schemas.holiday_notice import MAX_NOTICE_BYTES, HolidayNotice, parse_holiday_notice
from schemas.working_days import bundled_notices, calendar_of, china_date, working_calendar

CALENDAR = working_calendar()
DAYS = st.dates(date(2023, 1, 1), date(2028, 12, 31))


def test_bundled_years() -> None:
    assert [notice.year for notice in bundled_notices()] == [2024, 2025, 2026]


@pytest.mark.parametrize(("year", "off", "worked"), [(2024, 28, 8), (2025, 28, 5), (2026, 33, 6)])
def test_numbers_of_days_in_the_notices(year: int, off: int, worked: int) -> None:
    assert sum(day.year == year for day in CALENDAR.off) == off
    assert sum(day.year == year for day in CALENDAR.worked) == worked


@pytest.mark.parametrize(
    ("on", "works"),
    [
        (date(2026, 1, 2), False),  # a Friday off
        (date(2026, 1, 4), True),  # a Sunday worked
        (date(2026, 2, 13), True),
        (date(2026, 2, 14), True),  # a Saturday worked before Spring Festival
        (date(2026, 2, 15), False),
        (date(2026, 2, 23), False),
        (date(2026, 2, 24), True),
        (date(2026, 2, 28), True),
        (date(2026, 3, 1), False),
        (date(2026, 9, 20), True),
        (date(2026, 10, 7), False),
        (date(2026, 10, 10), True),
        (date(2025, 10, 8), False),
        (date(2024, 5, 11), True),
    ],
)
def test_single_days(on: date, works: bool) -> None:
    assert CALENDAR.is_working_day(on) is works


@pytest.mark.parametrize(
    ("on", "count", "counted"),
    [
        (date(2026, 2, 12), 1, date(2026, 2, 13)),
        (date(2026, 2, 13), 1, date(2026, 2, 14)),
        (date(2026, 2, 14), 1, date(2026, 2, 24)),
        (date(2026, 2, 13), 10, date(2026, 3, 5)),
        (date(2026, 9, 18), 2, date(2026, 9, 21)),
        (date(2026, 9, 30), 1, date(2026, 10, 8)),
        (date(2026, 9, 30), 3, date(2026, 10, 10)),
        (date(2026, 9, 30), 4, date(2026, 10, 12)),
        (date(2026, 3, 6), 0, date(2026, 3, 6)),
    ],
)
def test_counting_across_holidays(on: date, count: int, counted: date) -> None:
    assert CALENDAR.add_working_days(on, count).on == counted
    assert not CALENDAR.add_working_days(on, count).provisional


def test_a_year_without_a_notice_is_counted_by_weekends_and_says_so() -> None:
    found = CALENDAR.add_working_days(date(2026, 12, 31), 1)
    assert (found.on, found.provisional) == (date(2027, 1, 1), True)
    assert CALENDAR.next_working_day(date(2027, 5, 1)).provisional
    assert not CALENDAR.knows(date(2027, 1, 1))


def test_an_own_notice_is_added_and_replaces() -> None:
    of_2027 = notice(year=2027, holidays=[holiday("2027-01-01", "2027-01-03")], make_up_days=[])
    calendar = working_calendar([HolidayNotice.model_validate(of_2027)])
    assert calendar.add_working_days(date(2026, 12, 31), 1).on == date(2027, 1, 4)
    assert not calendar.add_working_days(date(2026, 12, 31), 1).provisional
    of_2026 = HolidayNotice.model_validate(notice())
    assert working_calendar([of_2026]).is_working_day(date(2026, 10, 1))


def test_the_december_before_belongs_to_a_notice_but_is_not_known_by_it() -> None:
    of_2023 = notice(year=2023, holidays=[holiday("2022-12-30", "2023-01-02")], make_up_days=[])
    calendar = calendar_of([HolidayNotice.model_validate(of_2023)])
    assert not calendar.is_working_day(date(2022, 12, 30))
    assert not calendar.knows(date(2022, 12, 30))


def test_two_notices_may_not_disagree() -> None:
    first = notice(year=2026, holidays=[holiday("2026-12-26", "2026-12-26")], make_up_days=[])
    second = notice(year=2027, holidays=[holiday("2027-01-01", "2027-01-03")], make_up_days=["2026-12-26"])
    with pytest.raises(CatalogueError, match="disagree"):
        calendar_of([HolidayNotice.model_validate(first), HolidayNotice.model_validate(second)])


@given(DAYS, st.integers(0, 40))
def test_counting_lands_on_working_days_and_counts_them(on: date, count: int) -> None:
    counted = CALENDAR.add_working_days(on, count).on
    between = [on + timedelta(days=number) for number in range(1, (counted - on).days + 1)]
    assert sum(map(CALENDAR.is_working_day, between)) == count
    assert counted == on or CALENDAR.is_working_day(counted)


@given(DAYS)
def test_the_next_working_day_skips_only_days_off(on: date) -> None:
    found = CALENDAR.next_working_day(on).on
    assert CALENDAR.is_working_day(found)
    assert not any(CALENDAR.is_working_day(on + timedelta(days=number)) for number in range((found - on).days))


def test_days_are_counted_forward() -> None:
    with pytest.raises(ValueError, match="forward"):
        CALENDAR.add_working_days(date(2026, 1, 1), -1)


def test_the_date_is_the_one_in_china() -> None:
    assert china_date(datetime(2026, 2, 14, 15, 59, tzinfo=UTC)) == date(2026, 2, 14)
    assert china_date(datetime(2026, 2, 14, 16, 0, tzinfo=UTC)) == date(2026, 2, 15)
    with pytest.raises(ValueError, match="zone"):
        china_date(datetime(2026, 2, 14, 16, 0))  # noqa: DTZ001 - what is refused


def holiday(first: str, last: str) -> dict[str, str]:
    return {"zh": "节日", "en": "Holiday", "first_on": first, "last_on": last}


def notice(**change: object) -> dict[str, Any]:
    content: dict[str, Any] = dict(read_catalogue("holidays"))["2026"]
    return {**content, "holidays": [holiday("2026-01-01", "2026-01-03")], **change}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (notice(holidays=[]), "holidays"),
        (notice(holidays=[holiday("2026-01-03", "2026-01-01")]), "ends before"),
        (notice(holidays=[holiday("2026-01-01", "2026-12-01")]), "or never"),
        (notice(holidays=[holiday("2026-01-01", "2026-01-03"), holiday("2026-01-03", "2026-01-04")]), "twice"),
        (notice(make_up_days=["2026-01-10", "2026-01-10"]), "twice"),
        (notice(holidays=[holiday("2027-01-01", "2027-01-03")]), "another year"),
        (notice(make_up_days=["2025-11-29"]), "another year"),
        (notice(make_up_days=["2026-01-03"]), "off and worked"),
        (notice(make_up_days=["2026-01-05"]), "no Saturday"),
        (notice(surplus=1), "surplus"),
    ],
)
def test_bad_notices_do_not_load(content: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        HolidayNotice.model_validate(content)


@pytest.mark.parametrize(
    ("file", "said"),
    [
        (b"x" * (MAX_NOTICE_BYTES + 1), "too large"),
        (b"{", "not YAML"),
        (b"\xff\xfe\x00", "not YAML"),
        (b"- 1", "HolidayNotice"),
        (b"year: 2027", "required"),
    ],
)
def test_bad_files_are_refused(file: bytes, said: str) -> None:
    with pytest.raises(CatalogueError, match=said):
        parse_holiday_notice(file)


def test_an_agency_reads_its_own_file() -> None:
    file = """{year: 2027, notice: 通知, number: 一号, issued_on: 2026-11-10, make_up_days: [],
        holidays: [{zh: 元旦, en: New Year, first_on: 2027-01-01, last_on: 2027-01-03}]}"""
    assert parse_holiday_notice(file.encode()).year == 2027
