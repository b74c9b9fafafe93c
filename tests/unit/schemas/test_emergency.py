"""Emergency calls: by when they are reviewed, whom a missing review suspends, and what a note may not hold."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.emergency import (
    RECORD_LASTS,
    CallFacts,
    CallState,
    NoteError,
    Verdict,
    may_go_on,
    parse_note,
    review_due,
    state_of,
    suspends,
)
from schemas.purpose_catalogue import load_purposes
from schemas.working_days import CHINA_TIME, working_calendar

CALENDAR = working_calendar()
HOUR = 3_600


def china(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=CHINA_TIME)  # type: ignore[misc]


@pytest.mark.parametrize(
    ("called_at", "last_day"),
    [
        (china(2026, 3, 3, 9), date(2026, 3, 4)),  # a Tuesday
        (china(2026, 3, 3, 23, 59), date(2026, 3, 4)),
        (china(2026, 3, 4, 0, 0), date(2026, 3, 5)),
        (china(2026, 3, 6, 18), date(2026, 3, 9)),  # Friday to Monday
        (china(2026, 2, 13, 9), date(2026, 2, 14)),  # a Saturday worked before the Spring Festival
        (china(2026, 2, 14, 17), date(2026, 2, 24)),  # over the festival
    ],
)
def test_a_review_is_due_at_the_end_of_the_next_working_day(called_at: datetime, last_day: date) -> None:
    due = review_due(called_at, CALENDAR)
    last = datetime(last_day.year, last_day.month, last_day.day, 23, 59, 59, tzinfo=CHINA_TIME)
    assert int(due.at.timestamp()) == int(last.timestamp()) + 1
    assert due.at.tzinfo is UTC
    assert not due.provisional


def test_a_moment_without_zone_has_no_deadline() -> None:
    with pytest.raises(ValueError, match="zone"):
        review_due(datetime(2026, 3, 3, 9), CALENDAR)  # noqa: DTZ001 - what is refused


facts = st.builds(
    CallFacts,
    opened_at=st.integers(0, 10),
    due_at=st.integers(5, 20),
    verdict=st.none() | st.sampled_from(list(Verdict)),
    reviewed_at=st.integers(0, 30),
    lifted_at=st.none() | st.integers(0, 40),
).map(
    lambda call: (
        call
        if call.verdict is not None
        else CallFacts(opened_at=call.opened_at, due_at=call.due_at, lifted_at=call.lifted_at)
    )
)


@given(facts, st.integers(0, 60))
def test_exactly_what_is_overdue_or_a_misuse_suspends_until_it_is_lifted(call: CallFacts, now: int) -> None:
    in_time = call.reviewed_at is not None and call.reviewed_at < call.due_at
    waits = call.verdict is None and now < call.due_at
    is_good = (call.verdict is Verdict.JUSTIFIED and in_time) or waits
    assert suspends(call, now) == (not is_good and call.lifted_at is None)
    assert (state_of(call, now) in {CallState.OPEN, CallState.JUSTIFIED}) == is_good


@given(facts, st.integers(0, 60), st.integers(0, 60))
def test_time_alone_lifts_nothing(call: CallFacts, now: int, later: int) -> None:
    if suspends(call, now):
        assert suspends(call, now + later)


def test_a_late_review_does_not_undo_that_it_was_late() -> None:
    call = CallFacts(opened_at=0, due_at=10, verdict=Verdict.JUSTIFIED, reviewed_at=10)
    assert state_of(call, 11) is CallState.OVERDUE


def test_a_call_is_over_after_an_hour_and_after_its_review() -> None:
    call = CallFacts(opened_at=0, due_at=100_000)
    assert may_go_on(call, HOUR - 1)
    assert not may_go_on(call, HOUR)
    assert not may_go_on(CallFacts(opened_at=0, due_at=9, verdict=Verdict.JUSTIFIED, reviewed_at=1), 2)


@pytest.mark.parametrize("note", ["孩子在车站 3 号口，独自一人", "  两 个\n孩子 ", "", "12 34 a"])
def test_notes_are_kept_in_one_line(note: str) -> None:
    assert parse_note(note) == " ".join(note.split())


@pytest.mark.parametrize("note", ["13800000000", "电话 138-0000", "990101 2012", "１２３４５", "1 2 3 4 5"])
def test_a_note_holds_no_number_of_anybody(note: str) -> None:
    with pytest.raises(NoteError) as caught:
        parse_note(note)
    assert caught.value.reason == "digits"
    assert note not in str(caught.value)


def test_a_note_is_short() -> None:
    with pytest.raises(NoteError) as caught:
        parse_note("字" * 301)
    assert caught.value.reason == "too_long"


def test_records_are_kept_as_long_as_the_purpose_says() -> None:
    assert RECORD_LASTS.days == load_purposes()["P16"].record_days
