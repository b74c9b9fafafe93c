"""Forms of papers: whatever is typed is read or refused beside its field, and no sentence quotes it."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from connectors.items.papers import MAX_CHILDREN, DropoutPaper, NoticePaper, Paper, parse_paper
from connectors.web.item_child_form import CHILD_FIELDS, TypedFields
from connectors.web.item_paper_form import (
    child_slots,
    read_notice,
    read_reference,
    read_referral,
    read_report,
    read_reporter,
    read_result,
    read_visit,
)
from connectors.web.item_paper_words import show_paper
from connectors.web.item_wordings import say_due
from schemas.workflows.clock import Span, SpanUnit
from schemas.workflows.due import due_at
from schemas.working_days import working_calendar
from tests.unit.connectors.offices import citizen_id

TODAY = date(2026, 3, 5)
READERS = (read_referral, read_report, read_notice, read_visit, read_result)
FIELDS = (
    *(f"child_{name}" for name in CHILD_FIELDS),
    *(f"child1_{name}" for name in CHILD_FIELDS),
    *("situations", "wanted", "services", "note", "place", "guardian_name", "slots", "add_child"),
    *("visited_on", "child_seen", "care_needed_from", "reporter_name", "reporter_contact", "proof"),
)
LIKELY = st.sampled_from(
    (
        citizen_id(1),
        "2015-05-07",
        "20260305",
        "2026.3",
        "yes",
        "male",
        "poverty",
        "unattended",
        "0990-5550000",
        "赵小树",
    )
)
TYPED = st.dictionaries(st.sampled_from(FIELDS), LIKELY | st.text(max_size=600), max_size=12)


@pytest.fixture(autouse=True)
def _request() -> Iterator[None]:
    with Flask("forms").test_request_context("/"):
        yield


def _typed(**fields: str) -> TypedFields:
    return TypedFields(MultiDict(fields), TODAY, allow_test_regions=True)


@given(fields=TYPED)
def test_whatever_is_typed_is_read_or_refused_and_never_quoted(fields: dict[str, str]) -> None:
    with Flask("forms").test_request_context("/"):
        for read in READERS:
            typed = _typed(**fields)
            paper: Paper | None = read(typed)
            assert (paper is None) == bool(typed.errors), read.__name__
            if paper is not None:
                assert parse_paper(paper.to_bytes()) == paper
                assert show_paper(0, paper, is_whole=False).title
            said = " ".join(typed.errors.values())
            assert not [text for text in fields.values() if len(text) > 5 and text in said]
        read_reporter(_typed(**fields))
        read_reference(_typed(**fields), "proof")
        assert 1 <= child_slots(_typed(**fields)) <= MAX_CHILDREN


def test_sex_and_birth_date_follow_from_the_number() -> None:
    typed = _typed(child_name=" 赵小树 ", child_citizen_id=citizen_id(2).lower(), situations="poverty")
    paper = read_referral(typed)
    assert paper is not None
    assert (paper.child.name, paper.child.gender, paper.child.birth_date) == ("赵小树", "female", date(2015, 5, 7))


def test_a_number_and_another_birth_date_are_not_both_taken() -> None:
    typed = _typed(
        child_name="赵小树", child_citizen_id=citizen_id(2), child_birth_date="2015-05-08", situations="poverty"
    )
    assert read_referral(typed) is None
    assert set(typed.errors) == {"child_birth_date"}


def test_several_children_are_told_apart() -> None:
    typed = _typed(slots="3", child1_name="赵小树", child3_name="赵小花", care_needed_from="2026-03-05")
    paper = read_notice(typed)
    assert isinstance(paper, NoticePaper)
    lines = show_paper(0, paper, is_whole=False).lines
    assert lines[:4] == (("儿童", "1"), ("姓名", "赵小树"), ("儿童", "2"), ("姓名", "赵小花"))


def test_only_a_notification_may_name_a_day_to_come() -> None:
    typed = _typed(child1_name="赵小树", care_needed_from="2026-03-09")
    paper = read_notice(typed)
    assert isinstance(paper, NoticePaper)
    assert paper.care_needed_from == date(2026, 3, 9)
    visited = _typed(visited_on="2026-03-09", child_seen="yes")
    assert read_visit(visited) is None
    assert set(visited.errors) == {"visited_on"}


def test_a_report_needs_no_child() -> None:
    paper = read_report(_typed(situations="unattended", place="槐树镇市场"))
    assert paper is not None
    assert paper.child is None


@pytest.mark.parametrize("reference", [citizen_id(1), "a", "材料一", "x" * 41, ""])
def test_a_reference_is_no_name_and_no_number_of_a_person(reference: str) -> None:
    typed = _typed(proof=reference)
    assert read_reference(typed, "proof") is None
    assert set(typed.errors) == {"proof"}


@pytest.mark.parametrize(("code", "shown"), [("R11", "R11 失联或失踪"), ("R98", "R98")])
def test_a_reason_is_shown_by_its_name(code: str, shown: str) -> None:
    referral = read_referral(_typed(child_name="赵小树", situations="poverty"))
    assert referral is not None
    lines = show_paper(0, DropoutPaper(child=referral.child, reason_code=code), is_whole=False).lines
    assert ("原因", shown) in lines


@pytest.mark.parametrize(
    ("unit", "value", "shown"),
    [
        ("working_days", 1, "2026年3月6日"),
        ("days", 3, "2026年3月9日"),  # ends on a Sunday: the first working day after it
        ("hours", 8, "2026年3月6日 00:00"),
        ("at_once", 0, "2026年3月5日 16:00"),
    ],
)
def test_a_deadline_is_a_day_or_a_moment_as_it_is_counted(unit: str, value: int, shown: str) -> None:
    span = Span(unit=SpanUnit(unit), value=value)
    assert say_due(due_at(span, datetime(2026, 3, 5, 8, tzinfo=UTC), working_calendar())) == shown


def test_numbers_are_covered_unless_they_are_asked_for() -> None:
    paper = read_referral(
        _typed(
            child_name="赵小树",
            child_citizen_id=citizen_id(1),
            child_guardian_phone="0990-5550000",
            situations="poverty",
        )
    )
    assert paper is not None
    covered, whole = (str(show_paper(0, paper, is_whole=is_whole).lines) for is_whole in (False, True))
    for number in (citizen_id(1), "0990-5550000"):
        assert number not in covered
        assert number in whole
    assert citizen_id(1) not in repr(show_paper(0, paper, is_whole=True))
