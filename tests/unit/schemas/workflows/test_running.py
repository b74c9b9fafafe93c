"""Clocks while an item moves: what starts, stops and renews them, who is told when, and never twice."""

from datetime import date, timedelta

from schemas.holiday_notice import HolidayNotice
from schemas.workflows.advance import record_escalation
from schemas.workflows.clock import Above
from schemas.workflows.events import Escalated, History
from schemas.workflows.refusal import Refusal, RefusalCode
from schemas.workflows.rule_pack import Workflow
from schemas.workflows.running import DueEscalation, RunningClock, due_escalations, overdue_clocks, running_clocks
from schemas.working_days import working_calendar
from tests.unit.schemas.test_working_days import holiday, notice
from tests.unit.schemas.workflows.scene import (
    BUREAU,
    CALENDAR,
    CASE_OWNER,
    CIVIL,
    DUTY,
    MONDAY_AT,
    OTHER_CIVIL,
    P07,
    POLICE,
    SUPERVISOR,
    TOWNSHIP,
    VILLAGE,
    W1,
    W2,
    W6,
    accepted,
    acknowledged_referral,
    act,
    after,
    china,
    new_item,
    persuading,
    report_taken_down,
    sent_referral,
)


def running(workflow: Workflow, history: History) -> dict[str, RunningClock]:
    return {one.clock.id: one for one in running_clocks(workflow, history, CALENDAR)}


def test_a_referral_before_the_spring_festival_is_acknowledged_on_the_first_day_after() -> None:
    history = sent_referral(china(2026, 2, 14, 16))
    clock = running(W6, history)["acknowledge"]
    assert clock.due.on == date(2026, 2, 24)
    assert clock.duty.agency == CIVIL
    assert overdue_clocks(W6, history, china(2026, 2, 24, 23, 59), CALENDAR) == ()
    assert [one.clock.id for one in overdue_clocks(W6, history, china(2026, 2, 25), CALENDAR)] == ["acknowledge"]


def test_passing_a_referral_on_buys_no_time() -> None:
    history = after(
        W6,
        acknowledged_referral(),
        act("redirect", CIVIL, CASE_OWNER, china(2026, 3, 4), reason="not_our_region", next_office=OTHER_CIVIL),
        act("acknowledge", OTHER_CIVIL, CASE_OWNER, china(2026, 3, 5)),
    )
    clocks = running(W6, history)
    assert clocks["settle"].since_at == MONDAY_AT
    assert clocks["settle"].duty.agency == BUREAU
    assert clocks["decide"].since_at == china(2026, 3, 5)


def test_forwarding_a_child_s_notification_buys_no_time() -> None:
    forward = act(
        "forward", CIVIL, DUTY, MONDAY_AT + timedelta(minutes=50), reason="not_our_region", next_office=OTHER_CIVIL
    )
    clock = running(P07, after(P07, new_item(P07), forward))["acknowledge"]
    assert (clock.since_at, clock.duty.agency) == (MONDAY_AT, OTHER_CIVIL)


def test_an_act_stops_its_clock_and_leaving_the_states_begins_it_anew() -> None:
    assert {"respond", "police_acknowledge", "township_acknowledge"} == set(running(W2, report_taken_down()))
    history = after(W2, report_taken_down(), act("police_acknowledge", POLICE, DUTY), act("accept", POLICE, DUTY))
    assert {"feedback", "township_acknowledge"} == set(running(W2, history))
    assert running(W2, history)["township_acknowledge"].since_at == MONDAY_AT


def test_a_record_renews_its_clock() -> None:
    history = persuading()
    assert running(W1, history)["persuade"].due.on == date(2026, 4, 2)
    record = act("record_persuasion", TOWNSHIP, VILLAGE, china(2026, 3, 20), proof="p-1")
    history = after(W1, history, record)
    assert running(W1, history)["persuade"].due.on == date(2026, 4, 20)


def test_a_visit_stops_the_first_and_renews_the_next() -> None:
    history = after(
        P07,
        new_item(P07),
        act("acknowledge", CIVIL, DUTY),
        act("arrange_care", CIVIL, DUTY, reason="relative_cares", proof="handover-1"),
    )
    assert {"first_visit", "look_again"} == set(running(P07, history))
    history = after(P07, history, act("visit", TOWNSHIP, SUPERVISOR, china(2026, 3, 4), proof="visit-1"))
    assert set(running(P07, history)) == {"look_again"}
    assert running(P07, history)["look_again"].due.on == date(2026, 4, 7)


def test_the_superior_hears_first_and_the_lead_body_two_working_days_later() -> None:
    history = sent_referral(china(2026, 9, 29, 9))
    at_midnight = china(2026, 10, 1)
    (first,) = due_escalations(W6, history, at_midnight, CALENDAR)
    assert (first.clock, first.to, first.agency, first.due.at) == ("acknowledge", Above.SUPERIOR, CIVIL, at_midnight)
    history = accepted(record_escalation(W6, history, first, at_midnight, CALENDAR))
    assert due_escalations(W6, history, china(2026, 10, 9, 23, 59), CALENDAR) == ()
    (second,) = due_escalations(W6, history, china(2026, 10, 10), CALENDAR)
    assert (second.to, second.due.on) == (Above.LEAD_BODY, date(2026, 10, 9))


def test_an_urgent_report_is_overdue_at_once_and_escalated_in_hours_of_any_day() -> None:
    night_at = china(2026, 2, 17, 1)
    history = report_taken_down(night_at)
    assert [one.clock.id for one in overdue_clocks(W2, history, night_at, CALENDAR)] == ["respond"]
    assert due_escalations(W2, history, night_at, CALENDAR) == ()
    told = due_escalations(W2, history, night_at + timedelta(hours=3), CALENDAR)
    assert [(one.clock, one.to) for one in told] == [
        ("respond", Above.SUPERIOR),
        ("police_acknowledge", Above.SUPERIOR),
    ]


def test_a_report_that_nobody_takes_down_is_the_polices_and_is_escalated() -> None:
    night_at = china(2026, 2, 17, 1)
    history = new_item(W2, night_at)
    assert running(W2, history)["take_down"].duty.agency == POLICE
    told = due_escalations(W2, history, night_at + timedelta(hours=3), CALENDAR)
    assert ("take_down", Above.SUPERIOR, POLICE) in [(one.clock, one.to, one.agency) for one in told]


def test_hours_after_a_deadline_at_midnight_are_counted_from_midnight() -> None:
    content = W6.model_dump(by_alias=True)
    content["clocks"][1]["escalations"][1]["after"] = {"unit": "hours", "value": 2}
    workflow = Workflow.model_validate(content)
    told = due_escalations(workflow, sent_referral(), china(2026, 3, 4, 2), CALENDAR)
    assert [(one.to, one.due.at) for one in told] == [
        (Above.SUPERIOR, china(2026, 3, 4)),
        (Above.LEAD_BODY, china(2026, 3, 4, 2)),
    ]


def test_a_job_that_runs_twice_tells_once() -> None:
    now = china(2026, 3, 20)
    history = sent_referral()
    told = due_escalations(W6, history, now, CALENDAR)
    assert [(one.clock, one.step) for one in told] == [
        ("acknowledge", "superior"),
        ("acknowledge", "lead_body"),
        ("settle", "lead_body"),
    ]
    for one in told:
        history = accepted(record_escalation(W6, history, one, now, CALENDAR))
    assert due_escalations(W6, history, now, CALENDAR) == ()
    for one in told:
        assert record_escalation(W6, history, one, now, CALENDAR) == Refusal(RefusalCode.NOT_DUE)
    assert len([event for event in history.events if isinstance(event, Escalated)]) == 3


def test_each_run_of_a_clock_is_told_anew() -> None:
    now = china(2026, 3, 4)
    history = sent_referral()
    (first,) = due_escalations(W6, history, now, CALENDAR)
    history = accepted(record_escalation(W6, history, first, now, CALENDAR))
    redirect = {"reason": "not_our_region", "next_office": OTHER_CIVIL}
    history = after(
        W6, history, act("acknowledge", CIVIL, CASE_OWNER, now), act("redirect", CIVIL, CASE_OWNER, now, **redirect)
    )
    (second,) = due_escalations(W6, history, china(2026, 3, 6), CALENDAR)
    assert (second.clock, second.step, second.agency) == (first.clock, first.step, OTHER_CIVIL)
    assert second.run != first.run


def test_whoever_is_above_the_next_office_hears_of_a_clock_that_ran_out_before() -> None:
    late_at = MONDAY_AT + timedelta(hours=2)
    (first,) = due_escalations(P07, new_item(P07), late_at, CALENDAR)
    history = accepted(record_escalation(P07, new_item(P07), first, late_at, CALENDAR))
    forward = act("forward", CIVIL, DUTY, late_at, reason="not_our_region", next_office=OTHER_CIVIL)
    history = after(P07, history, forward)
    (second,) = due_escalations(P07, history, late_at, CALENDAR)
    assert (first.agency, second.agency) == (CIVIL, OTHER_CIVIL)
    assert (first.clock, first.step, first.run) == (second.clock, second.step, second.run)
    history = accepted(record_escalation(P07, history, second, late_at, CALENDAR))
    assert due_escalations(P07, history, late_at, CALENDAR) == ()
    back = act("pass_on", POLICE, DUTY, late_at, next_office=CIVIL)
    assert due_escalations(P07, after(P07, history, back), late_at, CALENDAR) == ()


def test_what_is_not_due_is_not_recorded() -> None:
    history = sent_referral()
    (told,) = due_escalations(W6, history, china(2026, 3, 4), CALENDAR)
    assert record_escalation(W6, history, told, china(2026, 3, 3, 23, 59), CALENDAR) == Refusal(RefusalCode.NOT_DUE)
    for change in ({"run": 0}, {"to": Above.LEAD_BODY}, {"agency": POLICE}, {"clock": "decide"}):
        other = DueEscalation(**{**{name: getattr(told, name) for name in DueEscalation.__slots__}, **change})
        assert record_escalation(W6, history, other, china(2026, 3, 4), CALENDAR) == Refusal(RefusalCode.NOT_DUE)
    before = MONDAY_AT - timedelta(seconds=1)
    assert record_escalation(W6, history, told, before, CALENDAR) == Refusal(RefusalCode.BEFORE_THE_LAST)


def test_nothing_runs_once_an_item_has_ended() -> None:
    history = after(W6, new_item(W6), act("withdraw", BUREAU, CASE_OWNER, reason="sent_in_error"))
    assert running_clocks(W6, history, CALENDAR) == ()
    assert due_escalations(W6, history, china(2027, 1, 1), CALENDAR) == ()


def test_a_year_without_a_notice_shows_and_a_notice_settles_it() -> None:
    history = sent_referral(china(2026, 12, 31, 9))
    (clock,) = [one for one in running_clocks(W6, history, CALENDAR) if one.clock.id == "acknowledge"]
    assert (clock.due.on, clock.due.provisional) == (date(2027, 1, 1), True)
    (told,) = due_escalations(W6, history, china(2027, 1, 2), CALENDAR)
    assert told.due.provisional
    of_2027 = notice(year=2027, holidays=[holiday("2027-01-01", "2027-01-03")], make_up_days=[])
    settled = working_calendar([HolidayNotice.model_validate(of_2027)])
    (clock,) = [one for one in running_clocks(W6, history, settled) if one.clock.id == "acknowledge"]
    assert (clock.due.on, clock.due.provisional) == (date(2027, 1, 4), False)
