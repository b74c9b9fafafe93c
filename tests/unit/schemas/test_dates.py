"""Ledger dates: every way that offices write one, and nothing that might be another day."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.dates import DateError, LedgerDate, parse_ledger_date

DAY = LedgerDate(date(2026, 3, 5), "day")
MONTH = LedgerDate(date(2026, 3, 1), "month")


@pytest.mark.parametrize(
    "cell",
    ["2026.3.5", "2026.03.05", "2026-03-05", "2026/3/5", "20260305", "2026年3月5日", "2026年03月05号", " 2026-03-05 ",
     "２０２６．３．５", "2026-03-05 00:00:00", "2026-03-05T00:00:00", "46086", 46086, 46086.0, 46086.75, 20260305,
     20260305.0, date(2026, 3, 5), datetime(2026, 3, 5, 9, 30, tzinfo=UTC)],
)  # fmt: skip
def test_days(cell: str | float | date) -> None:
    assert parse_ledger_date(cell) == DAY


@pytest.mark.parametrize("cell", ["2026年3月", "202603", 202603, "2026-03", "2026/3", "2026.3", "2026.03", 2026.3])
def test_months(cell: str | float) -> None:
    assert parse_ledger_date(cell) == MONTH


@pytest.mark.parametrize(
    ("cell", "code"),
    [(None, "empty"), ("", "empty"), ("  ", "empty"), ("昨天", "not_a_date"), ("2026", "not_a_date"),
     (2026, "not_a_date"), ("3.5", "not_a_date"), ("2026-03/05", "not_a_date"), ("2026-03-05 08:00", "not_a_date"),
     ("26-3-5", "not_a_date"), (True, "not_a_date"), (float("nan"), "not_a_date"), (float("inf"), "not_a_date"),
     (-1, "not_a_date"), ("1" * 100, "not_a_date"), ("2026-02-29", "no_such_day"), ("20261301", "no_such_day"),
     ("2026年13月", "no_such_day"), ("1899-12-31", "out_of_range"), ("2101-01-01", "out_of_range"),
     ("99999", "out_of_range"), ("2026.1", "ambiguous_month"), (2026.1, "ambiguous_month"),
     ("٢٠٢٦-٠٣-٠٥", "not_a_date")],
)  # fmt: skip
def test_refused(cell: str | float | None, code: str) -> None:
    with pytest.raises(DateError) as caught:
        parse_ledger_date(cell)
    assert caught.value.code == code
    assert str(cell) not in str(caught.value) or not cell


@given(st.dates(date(1927, 6, 1), date(2100, 12, 31)))
def test_every_form_of_a_day_agrees(on: date) -> None:
    serial = (on - date(1899, 12, 31)).days + 1  # day 1 is 1 January 1900, and a day that never was is counted
    forms = (f"{on.year}.{on.month}.{on.day}", f"{on:%Y%m%d}", f"{on.year}年{on.month}月{on.day}日", serial)
    assert {parse_ledger_date(form).on for form in forms} == {on}


@given(st.text(max_size=50) | st.floats() | st.integers())
def test_anything_else_is_refused_by_code(cell: str | float) -> None:
    try:
        found = parse_ledger_date(cell)
    except DateError:
        return
    assert date(1900, 1, 1) <= found.on < date(2101, 1, 1)


def test_repr_hides_the_date() -> None:
    assert repr(DAY) == "LedgerDate(precision='day')"
