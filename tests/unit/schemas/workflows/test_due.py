"""When clocks run out: across weekends, holidays, make-up working days, month ends and years without a notice."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.workflows.clock import Span, SpanUnit
from schemas.workflows.due import due_at, period_over_at
from tests.unit.schemas.workflows.scene import CALENDAR, china

DAY_UNITS = [SpanUnit.DAYS, SpanUnit.WORKING_DAYS, SpanUnit.MONTHS, SpanUnit.END_OF_MONTH]
MOMENTS = st.integers(0, 5 * 366 * 86_400).map(lambda seconds: china(2023, 6, 1) + timedelta(seconds=seconds))


def span(unit: SpanUnit, value: int = 0) -> Span:
    return Span(unit=unit, value=value)


@pytest.mark.parametrize(
    ("since_at", "unit", "value", "on"),
    [
        # 2026-02-13 is a Friday, the Saturday after is worked, Spring Festival lasts from the 15th to the 23rd.
        (china(2026, 2, 13, 9), SpanUnit.WORKING_DAYS, 1, date(2026, 2, 14)),
        (china(2026, 2, 13, 9), SpanUnit.WORKING_DAYS, 2, date(2026, 2, 24)),
        (china(2026, 2, 14, 17), SpanUnit.WORKING_DAYS, 1, date(2026, 2, 24)),
        (china(2026, 2, 20, 9), SpanUnit.WORKING_DAYS, 1, date(2026, 2, 24)),
        (china(2026, 2, 27, 9), SpanUnit.WORKING_DAYS, 1, date(2026, 2, 28)),
        # National Day lasts from 1 to 7 October; the Saturday after is worked, as is the Sunday 20 September.
        (china(2026, 9, 30, 9), SpanUnit.WORKING_DAYS, 3, date(2026, 10, 10)),
        (china(2026, 9, 18, 9), SpanUnit.WORKING_DAYS, 1, date(2026, 9, 20)),
        (china(2026, 9, 30, 9), SpanUnit.DAYS, 3, date(2026, 10, 8)),
        (china(2026, 2, 14, 9), SpanUnit.DAYS, 3, date(2026, 2, 24)),
        (china(2026, 3, 2, 9), SpanUnit.DAYS, 3, date(2026, 3, 5)),
        (china(2026, 3, 3, 9), SpanUnit.DAYS, 4, date(2026, 3, 9)),
        (china(2026, 1, 30, 9), SpanUnit.MONTHS, 1, date(2026, 2, 28)),
        (china(2024, 1, 31, 9), SpanUnit.MONTHS, 1, date(2024, 2, 29)),
        (china(2026, 3, 10, 9), SpanUnit.MONTHS, 4, date(2026, 7, 10)),
        (china(2025, 11, 5, 9), SpanUnit.MONTHS, 2, date(2026, 1, 5)),
        (china(2026, 3, 2, 9), SpanUnit.END_OF_MONTH, 0, date(2026, 3, 31)),
        (china(2026, 1, 5, 9), SpanUnit.END_OF_MONTH, 0, date(2026, 2, 2)),
        (china(2026, 9, 3, 9), SpanUnit.END_OF_MONTH, 1, date(2026, 11, 2)),
        # In London it is still the day before.
        (china(2026, 3, 3, 1), SpanUnit.WORKING_DAYS, 1, date(2026, 3, 4)),
    ],
)
def test_last_days(since_at: datetime, unit: SpanUnit, value: int, on: date) -> None:
    due = due_at(span(unit, value), since_at, CALENDAR)
    assert due.on == on
    assert due.at == china(on.year, on.month, on.day) + timedelta(days=1)
    assert not due.provisional


def test_hours_run_through_the_holidays() -> None:
    due = due_at(span(SpanUnit.HOURS, 24), china(2026, 2, 16, 22, 30), CALENDAR)
    assert (due.at, due.on) == (china(2026, 2, 17, 22, 30), date(2026, 2, 17))


def test_at_once_is_now() -> None:
    since_at = china(2026, 2, 16, 22, 30)
    assert due_at(span(SpanUnit.AT_ONCE), since_at, CALENDAR).at == since_at


@pytest.mark.parametrize("unit", DAY_UNITS)
def test_a_year_without_a_notice_makes_the_end_provisional(unit: SpanUnit) -> None:
    assert due_at(span(unit, 5), china(2026, 12, 29), CALENDAR).provisional
    assert not due_at(span(SpanUnit.HOURS, 200), china(2026, 12, 29), CALENDAR).provisional


@given(MOMENTS, st.sampled_from(DAY_UNITS), st.integers(1, 60))
def test_the_last_day_is_worked_and_lies_after_the_first(since_at: datetime, unit: SpanUnit, value: int) -> None:
    due = due_at(span(unit, value), since_at, CALENDAR)
    assert CALENDAR.is_working_day(due.on)
    assert due.at > since_at


@given(MOMENTS, MOMENTS, st.sampled_from(list(SpanUnit)), st.integers(1, 60))
def test_what_begins_later_never_ends_earlier(one: datetime, other: datetime, unit: SpanUnit, value: int) -> None:
    length = span(unit, 0 if unit is SpanUnit.AT_ONCE else value)
    first, second = sorted((one, other))
    assert due_at(length, first, CALENDAR).at <= due_at(length, second, CALENDAR).at


def test_a_waiting_period_ends_on_its_day() -> None:
    over = period_over_at(span(SpanUnit.MONTHS, 1), china(2026, 9, 1, 9))
    assert over.on == date(2026, 10, 1)
    assert over.at == china(2026, 10, 2)
    assert period_over_at(span(SpanUnit.HOURS, 2), china(2026, 9, 1, 9)).at == china(2026, 9, 1, 11)


@pytest.mark.parametrize(("unit", "value"), [("hours", 0), ("days", 0), ("at_once", 1), ("weeks", 1), ("days", -1)])
def test_spans_that_say_nothing_do_not_load(unit: str, value: int) -> None:
    with pytest.raises(ValueError, match="Span"):
        Span.model_validate({"unit": unit, "value": value})
