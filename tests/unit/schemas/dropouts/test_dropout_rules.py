"""Limits of absence, reasons and duties to report: the data is sound, and periods leave no day out."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from schemas.codes import DropoutStatus
from schemas.dropouts.absence_limit import AbsenceLimit, limit_of, load_absence_limits
from schemas.dropouts.ledgers import LEDGER_NAMES, LEDGER_STATES, DropoutLedger, ledger_of, status_of
from schemas.dropouts.reasons import DROPOUT_REASON, DropoutReason, ReasonGroup, group_of
from schemas.dropouts.reporting_duties import (
    Level,
    due_on,
    load_reporting_duties,
    period_before,
    period_of,
)
from schemas.workflows.load import load_workflows
from schemas.working_days import working_calendar

DAYS = st.dates(date(2020, 1, 1), date(2035, 12, 31))
DUTIES = st.sampled_from(load_reporting_duties())


@pytest.mark.parametrize(
    ("region", "days"),
    [("990101", 3), ("310151", 3), ("440100", 5), ("44", 5), ("4401", 5), ("450100", 3), ("310150", 3)],
)
def test_the_nearest_region_s_limit_holds(region: str, days: int) -> None:
    assert limit_of(region).least_days == days


def test_a_region_that_lists_by_the_month_lists_every_absence() -> None:
    limit = load_absence_limits()["00"].model_dump(by_alias=True) | {"school_days": None, "listed_by_day": 28}
    assert AbsenceLimit.model_validate(limit).least_days == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"listed_by_day": 28},
        {"school_days": None},
        {"school_days": 0},
        {"basis": "published"},
        {"region": "9"},
        {"days": 4},
    ],
)
def test_a_limit_that_says_nothing_or_too_much_is_refused(changes: dict[str, object]) -> None:
    limit = load_absence_limits()["00"].model_dump(by_alias=True)
    with pytest.raises(ValidationError):
        AbsenceLimit.model_validate(limit | changes)


def test_every_reason_has_a_group_that_the_workflow_knows() -> None:
    report = load_workflows()["W1"].find_transition("report")
    assert report is not None
    assert {group_of(reason) for reason in DropoutReason} == {ReasonGroup(code) for code in report.reasons}


def test_what_may_never_be_told_is_unknown_outside_the_school() -> None:
    assert group_of(DropoutReason.UNDER_MEASURES) is ReasonGroup.UNKNOWN


@pytest.mark.parametrize(("written", "reason"), [("r01", "R01"), ("厌学", "R01"), ("因病", "R05"), ("R99", "R99")])
def test_reasons_are_read_as_schools_write_them(written: str, reason: str) -> None:
    assert DROPOUT_REASON.parse(written) == reason


def test_there_is_a_duty_for_each_level() -> None:
    assert [duty.level for duty in load_reporting_duties()] == list(Level)


@given(DUTIES, DAYS)
def test_each_day_lies_in_one_period_and_periods_touch(duty, on: date) -> None:
    period = period_of(duty, on)
    assert period.covers(on)
    assert period_of(duty, period.last_on + timedelta(days=1)).first_on == period.last_on + timedelta(days=1)
    assert period_before(duty, period).last_on == period.first_on - timedelta(days=1)
    assert period_of(duty, period.first_on) == period_of(duty, period.last_on) == period


@given(DUTIES, DAYS)
def test_a_report_is_due_when_its_period_is_over_and_not_before(duty, on: date) -> None:
    period = period_of(duty, on)
    due = due_on(duty, period, working_calendar())
    assert due.on >= period.last_on
    assert (due.on == period.last_on) == (duty.working_days_after == 0)


def test_periods_of_2026() -> None:
    by_level = {duty.level: duty for duty in load_reporting_duties()}
    on = date(2026, 11, 22)
    found = {level: period_of(duty, on) for level, duty in by_level.items()}
    assert (found[Level.SCHOOL].first_on, found[Level.SCHOOL].last_on) == (date(2026, 11, 1), date(2026, 11, 30))
    assert (found[Level.COUNTY].first_on, found[Level.COUNTY].last_on) == (date(2026, 10, 1), date(2026, 12, 31))
    assert (found[Level.CITY].first_on, found[Level.CITY].last_on) == (date(2026, 9, 1), date(2027, 1, 31))
    assert (found[Level.PROVINCE].first_on, found[Level.PROVINCE].last_on) == (date(2026, 9, 1), date(2027, 8, 31))
    third_quarter = period_before(by_level[Level.COUNTY], found[Level.COUNTY])
    # Ten working days after 30 September 2026: National Day is off until 7 October, 10 October is worked.
    assert due_on(by_level[Level.COUNTY], third_quarter, working_calendar()).on == date(2026, 10, 20)


def test_every_state_of_the_workflow_stands_in_one_ledger() -> None:
    states = [state for of_ledger in LEDGER_STATES.values() for state in of_ledger]
    assert sorted(states) == sorted(state.id for state in load_workflows()["W1"].states)
    assert LEDGER_STATES.keys() == LEDGER_NAMES.keys() == set(DropoutLedger)
    final = {state.id for state in load_workflows()["W1"].states if state.final}
    assert {state for state in states if status_of(state) is DropoutStatus.CLOSED} == final
    with pytest.raises(KeyError):
        ledger_of("unheard_of")
