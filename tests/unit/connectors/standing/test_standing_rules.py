"""The pure rules: when, which rows, by whom, and what is a change."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.context import OFFICE_ZONE
from connectors.desk.question_answers import AnswerKind
from connectors.standing.changes import UNKNOWN, ChangeKind, KnownAnswer, compare
from connectors.standing.rhythm import HOUR, LAST_DAY, MONTHS, Rhythm, Schedule, next_due
from connectors.standing.row_rules import AGE, BirthdayMonths, Month
from connectors.standing.standing_states import (
    MOVES,
    Standing,
    StandingDeed,
    StandingRefusedError,
    StandingState,
    do,
)

AGENCY = "civil_affairs.990101"
MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2032, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - aware by strategy
SCHEDULES = st.builds(Schedule, st.sampled_from(Rhythm), st.integers(1, LAST_DAY))


@given(schedule=SCHEDULES, after=MOMENTS)
def test_the_next_time_is_later_in_the_chosen_hour_and_on_a_chosen_day(schedule: Schedule, after: datetime) -> None:
    due = next_due(schedule, after, AGENCY)
    assert due > after
    assert due.astimezone(OFFICE_ZONE).hour == HOUR
    if schedule.rhythm is Rhythm.INDEX:
        assert due - after <= timedelta(days=1)
    else:
        assert (due.day, due.month in MONTHS[schedule.rhythm]) == (schedule.day, True)


@given(schedule=SCHEDULES, after=MOMENTS)
def test_no_time_is_left_out_between_two(schedule: Schedule, after: datetime) -> None:
    first = next_due(schedule, after, AGENCY)
    between = after + (first - after) / 2
    assert next_due(schedule, between, AGENCY) == first


@pytest.mark.parametrize("day", [0, 29])
def test_a_day_that_not_every_month_has_is_refused(day: int) -> None:
    with pytest.raises(ValueError, match="day of the month"):
        Schedule(Rhythm.MONTHLY, day)


def first_days(year: int, months: int) -> Iterator[date]:
    for number in range(months):
        yield date(year + number // 12, number % 12 + 1, 1)


@given(born=st.dates(date(2006, 3, 1), date(2012, 12, 31)), missed=st.sets(st.integers(0, 95)))
def test_each_child_is_asked_about_once_before_the_month_after_its_birthday(born: date, missed: set[int]) -> None:
    """Runs are on the first of each month; some are missed, and made up for by the next."""
    through: Month | None = None
    asked: list[date] = []
    for number, day in enumerate(first_days(2024, 96)):
        if number in missed and number:
            continue
        months = BirthdayMonths.due(day, through)
        asked += [day] * months.has({born})
        through = max(months.first.plus(-1), months.last)
    assert len(asked) <= 1
    birthday_month = Month.of(born).plus(12 * AGE)
    if not missed and birthday_month > Month.of(date(2024, 1, 1)):
        assert [Month.of(day) for day in asked] == [birthday_month.plus(-1)]
    if asked and not missed:
        assert Month.of(asked[0]) <= birthday_month


@pytest.mark.parametrize(
    ("born", "month"),
    [
        (date(2008, 2, 29), "2026-01"),
        (date(2008, 12, 31), "2026-11"),
        (date(2009, 1, 1), "2026-12"),
        (date(2008, 8, 15), "2026-07"),
    ],
)
def test_a_birthday_is_asked_about_one_month_ahead(born: date, month: str) -> None:
    through = Month.parse(month)
    first = date.fromisoformat(f"{month}-01")
    assert BirthdayMonths.due(first, through).has({born})
    assert not BirthdayMonths.due(first - timedelta(days=1), through.plus(-1)).has({born})


def test_months_are_written_as_they_are_read() -> None:
    assert [str(Month.parse(text)) for text in ("2026-01", "2026-12")] == ["2026-01", "2026-12"]
    assert str(Month.parse("2026-12").plus(1)) == "2027-01"


MATCH = KnownAnswer(AnswerKind.MATCH, {"life_status": "alive_registered"})
MOVED = KnownAnswer(AnswerKind.MATCH, {"life_status": "moved"})
POSSIBLE, REFUSED = KnownAnswer(AnswerKind.POSSIBLE), KnownAnswer(AnswerKind.REFUSED)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (UNKNOWN, MATCH, ChangeKind.NEW),
        (POSSIBLE, MATCH, ChangeKind.NEW),
        (MATCH, MOVED, ChangeKind.CHANGED),
        (MATCH, UNKNOWN, ChangeKind.GONE),
        (REFUSED, UNKNOWN, ChangeKind.GONE),
        (POSSIBLE, UNKNOWN, None),
        (MATCH, POSSIBLE, ChangeKind.UNDECIDED),
        (UNKNOWN, POSSIBLE, ChangeKind.UNDECIDED),
        (MATCH, REFUSED, ChangeKind.WITHHELD),
    ],
)
def test_what_is_told(before: KnownAnswer, after: KnownAnswer, expected: ChangeKind | None) -> None:
    assert compare(before, after) is expected


@pytest.mark.parametrize("known", [UNKNOWN, MATCH, MOVED, POSSIBLE, REFUSED])
def test_the_same_answer_is_not_told(known: KnownAnswer) -> None:
    assert compare(known, KnownAnswer(known.kind, dict(known.values))) is None


@given(deeds=st.lists(st.tuples(st.sampled_from(StandingDeed), st.sampled_from(["officer", "head", "other", None]))))
def test_nothing_is_active_that_another_person_did_not_approve(deeds: list[tuple[StandingDeed, str | None]]) -> None:
    standing, approved_by = Standing(StandingState.AWAITING_APPROVAL, "officer"), None
    for deed, actor in deeds:
        try:
            standing = do(standing, deed, actor)
        except StandingRefusedError:
            continue
        if deed is StandingDeed.APPROVE:
            approved_by = actor
        if deed is StandingDeed.REPLACE:
            approved_by = None
        assert standing.approver == approved_by != "officer"
        if standing.state is StandingState.ACTIVE:
            assert approved_by is not None


def test_what_has_ended_stays_so() -> None:
    assert set(MOVES) == set(StandingDeed)
    over = {StandingState.ENDED, StandingState.DECLINED}
    assert not any(over & set(move.leads) for move in MOVES.values())
