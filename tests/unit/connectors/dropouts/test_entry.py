"""What a school notes of contacts is read, whichever way the day is written; steps follow in their order alone."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.dropouts.contacts import Contacts, read_contacts
from connectors.dropouts.entry import MAX_ENTRY_BYTES, AbsenceEntry
from connectors.dropouts.flag_steps import child_of, paper_of, state_after, steps_of
from connectors.dropouts.judge_absence import AbsenceRules, judge_absence
from connectors.education import DROPOUT_LEDGER
from schemas.check_digit import complete_citizen_id
from schemas.dropouts.absence_limit import limit_of
from schemas.dropouts.reasons import DropoutReason
from schemas.workflows.load import load_workflows
from tests.unit.connectors.agency_records import record_of
from tests.unit.connectors.ledgers import TODAY

DAYS = st.dates(date(2025, 1, 1), date(2026, 12, 31))
FORMS = (
    "{0.year}.{0.month}.{0.day}",
    "{0.year}年{0.month}月{0.day}日",
    "{0:%Y%m%d}",
    "{0:%Y-%m-%d}",
    "{0.year}/{0.month}/{0.day}",
)
ROW = {
    "name": "测试·甲",
    "citizen_id": complete_citizen_id("99000120130507002"),
    "first_absent_on": "2026-03-02",
    "absent_days": 4,
    "reason": "R01",
    "contacted_on": "2026-03-05",
    "visited_on": "2026-03-06",
    "visit_proof": "JF-1",
}
RULES = AbsenceRules({name: name for name in ROW}, None, limit_of("990101"), TODAY)


def codes(**changes: object) -> set[str]:
    """Return the codes of what is wrong with a row; columns are called by their fields."""
    record = record_of(DROPOUT_LEDGER, ROW | changes)
    return {one.code for one in judge_absence(record, RULES, is_flagged=False)}


@pytest.mark.parametrize(
    ("text", "contacted", "visited"),
    [
        ("电话联系2次、家访1次，2026.3.5", True, True),
        ("联系3次", True, False),
        ("3次、2026.3.5", True, False),
        ("入户走访，2026年3月5日", True, True),
        ("家访0次，电话联系1次", True, False),
        ("未家访", False, False),
        ("电话联系0次", False, False),
        ("未联系上", False, False),
        ("联系次数：0次，家访次数：0次", False, False),
        ("微信联系次数：2次", True, False),
        ("联系不上", False, False),
        ("无", False, False),
        ("", False, False),
    ],
)
def test_contacts_are_read(text: str, contacted: bool, visited: bool) -> None:
    said = read_contacts(text)
    assert (said.contacted, said.visited) == (contacted, visited)


@given(st.lists(DAYS, min_size=1, max_size=3), st.data())
def test_the_last_day_is_found_whichever_way_it_is_written(days: list[date], data: st.DataObject) -> None:
    written = [data.draw(st.sampled_from(FORMS)).format(day) for day in days]
    assert read_contacts("家访" + "、".join(written)) == Contacts(True, True, max(days))


@given(st.text(max_size=200))
def test_no_text_breaks_the_reading(text: str) -> None:
    said = read_contacts(text)
    assert said.contacted or not said.visited


@given(DAYS, st.integers(0, 500))
def test_a_row_is_free_of_faults_if_date_and_days_agree_with_today_and_the_limit(first: date, days: int) -> None:
    found = codes(first_absent_on=first.isoformat(), absent_days=days)
    expected = set()
    if first > TODAY:
        expected.add("absence.date_in_future")
    elif days > (TODAY - first).days + 1:
        expected.add("absence.more_days_than_passed")
    if days < RULES.limit.least_days:
        expected.add("absence.below_limit")
    assert found == expected


ENTRIES = st.builds(
    AbsenceEntry,
    school=st.just("某校"),
    name=st.just("测试·甲"),
    contacted=st.booleans(),
    visited=st.booleans(),
    visit_proof=st.none() | st.just("JF-1"),
    reported_on=st.none() | DAYS,
    report_proof=st.none() | st.just("BG-1"),
    reason=st.none() | st.sampled_from(DropoutReason),
)


@given(ENTRIES)
def test_steps_lead_where_they_say_and_none_lacks_what_it_needs(entry: AbsenceEntry) -> None:
    workflow, state, done = load_workflows()["W1"], "noticed", set[str]()
    for step in steps_of(entry):
        one = workflow.find_transition(step.transition)
        assert one is not None
        assert state in one.sources
        assert done.issuperset(one.needs)
        assert (step.proof is not None) == one.proof
        assert (step.reason in one.reasons) == bool(one.reasons)
        state, done = one.to or state, done | {one.id}
    assert state == state_after(entry)


@given(ENTRIES)
def test_an_entry_is_kept_and_read_back_and_shows_nothing(entry: AbsenceEntry) -> None:
    assert AbsenceEntry.from_bytes(entry.to_bytes(), MAX_ENTRY_BYTES) == entry
    assert "测试·甲" not in repr(entry)
    assert paper_of(entry, "KC-1A2B3C4D").child == child_of(entry)
