"""The guards: who, when, with what; and that an owner is never without the item's knowledge."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from pydantic import ValidationError

from schemas.workflows.advance import advance, open_item
from schemas.workflows.copies import copy_for
from schemas.workflows.events import MAX_EVENTS, Act, Actor, History, Opened, Reporter
from schemas.workflows.position import HistoryError, position_of
from schemas.workflows.refusal import REFUSAL_WORDINGS, Refusal, RefusalCode
from tests.unit.schemas.workflows.scene import (
    BUREAU,
    CALENDAR,
    CASE_OWNER,
    CIVIL,
    DUTY,
    FEDERATION,
    MONDAY_AT,
    OTHER_CIVIL,
    P07,
    POLICE,
    SCHOOL,
    SUPERVISOR,
    TEACHER,
    TOWNSHIP,
    VILLAGE,
    W1,
    W2,
    W6,
    accepted,
    acknowledged_referral,
    act,
    actor,
    after,
    china,
    later,
    new_item,
    opening,
    owner_of,
    persuading,
    refused,
    report_taken_down,
    sent_referral,
    state_of,
    suspected_dropout,
)


def test_the_sender_owns_a_referral_until_the_receiver_acknowledges() -> None:
    history = sent_referral()
    assert (state_of(W6, history), owner_of(W6, history)) == ("sent", BUREAU)
    history = after(W6, history, act("acknowledge", CIVIL, CASE_OWNER))
    assert (state_of(W6, history), owner_of(W6, history)) == ("acknowledged", CIVIL)


def test_a_refused_referral_stays_with_who_refused_until_it_is_taken_back() -> None:
    refuse = act("refuse", CIVIL, CASE_OWNER, reason="not_our_duty", next_office=FEDERATION)
    history = after(W6, acknowledged_referral(), refuse)
    assert owner_of(W6, history) == CIVIL
    history = after(W6, history, act("take_back", BUREAU, CASE_OWNER))
    assert (state_of(W6, history), owner_of(W6, history)) == ("draft", BUREAU)


def test_a_redirected_referral_passes_when_the_next_office_acknowledges() -> None:
    redirect = act("redirect", CIVIL, CASE_OWNER, reason="not_our_region", next_office=OTHER_CIVIL)
    history = after(W6, acknowledged_referral(), redirect)
    assert owner_of(W6, history) == CIVIL
    assert refused(W6, history, act("acknowledge", CIVIL, CASE_OWNER)) is RefusalCode.NOT_YOU
    history = after(W6, history, act("acknowledge", OTHER_CIVIL, CASE_OWNER))
    assert owner_of(W6, history) == OTHER_CIVIL
    assert refused(W6, history, act("accept", CIVIL, CASE_OWNER)) is RefusalCode.NOT_YOU


def test_a_referral_ends_with_the_sender() -> None:
    history = after(
        W6,
        acknowledged_referral(),
        act("accept", CIVIL, CASE_OWNER),
        act("visit", CIVIL, VILLAGE, proof="visit-1"),
        act("begin", CIVIL, SUPERVISOR),
        act("give_result", CIVIL, CASE_OWNER, reason="served", proof="result-1"),
        act("close", BUREAU, CASE_OWNER),
    )
    assert (state_of(W6, history), owner_of(W6, history)) == ("closed", BUREAU)
    assert refused(W6, history, act("begin", CIVIL, CASE_OWNER)) is RefusalCode.NOT_NOW


@pytest.mark.parametrize(
    ("one", "code"),
    [
        (act("sign", CIVIL, CASE_OWNER), RefusalCode.UNKNOWN_ACT),
        (act("close", BUREAU, CASE_OWNER), RefusalCode.NOT_NOW),
        (act("accept", BUREAU, CASE_OWNER), RefusalCode.NOT_YOU),
        (act("accept", CIVIL, VILLAGE), RefusalCode.NOT_YOU),
        (act("accept", CIVIL, CASE_OWNER, proof="paper-1"), RefusalCode.NOT_WANTED),
        (act("accept", CIVIL, CASE_OWNER, reason="served"), RefusalCode.NOT_WANTED),
        (act("accept", CIVIL, CASE_OWNER, next_office=FEDERATION), RefusalCode.NOT_WANTED),
        (act("refuse", CIVIL, CASE_OWNER, next_office=FEDERATION), RefusalCode.REASON_WANTED),
        (act("refuse", CIVIL, CASE_OWNER, reason="served", next_office=FEDERATION), RefusalCode.REASON_UNKNOWN),
        (act("refuse", CIVIL, CASE_OWNER, reason="not_our_duty"), RefusalCode.NEXT_OFFICE_WANTED),
        (act("refuse", CIVIL, CASE_OWNER, reason="not_our_duty", next_office=CIVIL), RefusalCode.NEXT_OFFICE_IS_YOURS),
        (
            act("refuse", CIVIL, CASE_OWNER, reason="not_our_duty", next_office="lead_body.99"),
            RefusalCode.WRONG_KIND_OF_OFFICE,
        ),
        (act("accept", CIVIL, CASE_OWNER, later(MONDAY_AT, seconds=-1)), RefusalCode.BEFORE_THE_LAST),
    ],
)
def test_what_a_receiver_may_not_do(one: Act, code: RefusalCode) -> None:
    assert refused(W6, acknowledged_referral(), one, MONDAY_AT) is code


def test_a_refusal_records_nothing_and_says_why_in_two_languages() -> None:
    history = acknowledged_referral()
    judged = advance(W6, history, act("close", BUREAU, CASE_OWNER), MONDAY_AT, CALENDAR)
    assert judged == Refusal(RefusalCode.NOT_NOW)
    assert judged.wording.zh == "当前状态下不能办理这一步。"
    assert set(REFUSAL_WORDINGS) == set(RefusalCode)


def test_nothing_happens_in_the_future() -> None:
    tomorrow = act("accept", CIVIL, CASE_OWNER, later(MONDAY_AT, days=1))
    assert refused(W6, acknowledged_referral(), tomorrow, MONDAY_AT) is RefusalCode.IN_THE_FUTURE


def test_a_proof_is_wanted() -> None:
    history = after(W6, acknowledged_referral(), act("accept", CIVIL, CASE_OWNER))
    assert refused(W6, history, act("visit", CIVIL, VILLAGE)) is RefusalCode.PROOF_WANTED


def test_a_history_has_an_end() -> None:
    history = after(W6, acknowledged_referral(), act("accept", CIVIL, CASE_OWNER))
    visit = act("visit", CIVIL, VILLAGE, proof="visit-1")
    full = history.model_copy(update={"events": (*history.events, *[visit] * (MAX_EVENTS - len(history.events)))})
    assert refused(W6, full, visit) is RefusalCode.FULL


def test_a_dropout_is_suspected_only_after_contact_and_a_visit() -> None:
    suspect = act("suspect", SCHOOL, TEACHER)
    history = after(W1, new_item(W1), act("contact_parents", SCHOOL, TEACHER))
    assert refused(W1, history, suspect) is RefusalCode.STEP_MISSING
    history = after(W1, history, act("visit_home", SCHOOL, TEACHER, proof="visit-1"), suspect)
    assert state_of(W1, history) == "suspected"


def test_a_dropout_is_reported_in_writing_and_stays_the_school_s_until_the_bureau_acknowledges() -> None:
    report = act("report", SCHOOL, TEACHER, reason="unknown")
    assert refused(W1, suspected_dropout(), report) is RefusalCode.PROOF_WANTED
    history = after(W1, suspected_dropout(), act("report", SCHOOL, TEACHER, reason="unknown", proof="report-1"))
    assert owner_of(W1, history) == SCHOOL
    assert owner_of(W1, after(W1, history, act("acknowledge", BUREAU, CASE_OWNER))) == BUREAU


def test_the_exact_reason_of_a_dropout_does_not_travel() -> None:
    for code in ("involved_in_a_case", "r13", "early_marriage"):
        report = act("report", SCHOOL, TEACHER, reason=code, proof="report-1")
        assert refused(W1, suspected_dropout(), report) is RefusalCode.REASON_UNKNOWN


def test_a_return_rests_on_a_record_of_persuasion_and_a_closing_on_the_observation() -> None:
    back = act("return_to_school", BUREAU, CASE_OWNER)
    assert refused(W1, persuading(), back) is RefusalCode.STEP_MISSING
    history = after(
        W1,
        persuading(),
        act("record_persuasion", TOWNSHIP, VILLAGE, proof="p-1"),
        back,
        act("confirm", SCHOOL, TEACHER),
    )
    early = act("close", BUREAU, CASE_OWNER, china(2026, 7, 2, 23, 59), proof="c-1")
    assert refused(W1, history, early) is RefusalCode.TOO_EARLY
    history = after(W1, history, act("close", BUREAU, CASE_OWNER, china(2026, 7, 3), proof="c-1"))
    assert (state_of(W1, history), owner_of(W1, history)) == ("closed", BUREAU)
    history = after(W1, history, act("reopen", SCHOOL, TEACHER, china(2026, 7, 4)))
    assert (state_of(W1, history), owner_of(W1, history)) == ("noticed", SCHOOL)
    assert refused(W1, history, act("suspect", SCHOOL, TEACHER, china(2026, 7, 4))) is RefusalCode.STEP_MISSING


def test_a_report_is_closed_only_when_police_and_township_have_seen_it() -> None:
    history = after(
        W2,
        report_taken_down(),
        act("accept", CIVIL, CASE_OWNER),
        act("give_feedback", CIVIL, CASE_OWNER),
        act("police_acknowledge", POLICE, DUTY),
    )
    close = act("close_unfounded", CIVIL, CASE_OWNER, reason="no_sign_found")
    assert refused(W2, history, close) is RefusalCode.STEP_MISSING
    history = after(W2, history, act("township_acknowledge", TOWNSHIP, SUPERVISOR), close)
    assert (state_of(W2, history), owner_of(W2, history)) == ("unfounded", CIVIL)


def test_a_report_is_the_reporting_units_until_an_office_takes_it_down() -> None:
    history = new_item(W2)
    assert (state_of(W2, history), owner_of(W2, history)) == ("reported", BUREAU)
    assert refused(W2, history, act("accept", CIVIL, DUTY)) is RefusalCode.NOT_NOW
    assert refused(W2, history, act("take_down", BUREAU, CASE_OWNER)) is RefusalCode.NOT_YOU
    for office, role in ((POLICE, DUTY), (TOWNSHIP, SUPERVISOR), (CIVIL, CASE_OWNER)):
        taken = after(W2, history, act("take_down", office, role))
        assert (state_of(W2, taken), owner_of(W2, taken)) == ("received", office)
    assert refused(W2, taken, act("take_down", POLICE, DUTY)) is RefusalCode.NOT_NOW


def test_whoever_walks_into_an_office_is_taken_down_there_at_once() -> None:
    opened = opening(W2, reporter=Reporter(name="某人")).model_copy(update={"actor": actor(POLICE, DUTY)})
    history = after(W2, accepted(open_item(W2, opened, MONDAY_AT)), act("take_down", POLICE, DUTY))
    assert owner_of(W2, history) == POLICE
    assert copy_for(W2, history, POLICE).opened.reporter is not None


def test_a_report_at_the_wrong_office_is_forwarded_and_stays_there_until_accepted() -> None:
    forward = act("forward", POLICE, DUTY, reason="not_our_region", next_office=OTHER_CIVIL)
    history = after(W2, report_taken_down(), forward)
    assert owner_of(W2, history) == POLICE
    history = after(W2, history, act("accept", OTHER_CIVIL, DUTY))
    assert owner_of(W2, history) == OTHER_CIVIL


def test_the_police_take_an_emergency_over_and_hand_over_in_writing() -> None:
    history = after(W2, report_taken_down(), act("accept", CIVIL, DUTY), act("start_emergency", POLICE, DUTY))
    assert owner_of(W2, history) == POLICE
    assert refused(W2, history, act("end_emergency", POLICE, DUTY)) is RefusalCode.PROOF_WANTED
    assert state_of(W2, after(W2, history, act("end_emergency", POLICE, DUTY, proof="handover-1"))) == "accepted"


def test_a_notified_child_stays_with_the_police_until_civil_affairs_acknowledge() -> None:
    forward = act("forward", CIVIL, DUTY, reason="not_our_region", next_office=OTHER_CIVIL)
    history = after(P07, new_item(P07), forward)
    assert owner_of(P07, history) == POLICE
    assert refused(P07, history, act("acknowledge", CIVIL, DUTY)) is RefusalCode.NOT_YOU
    history = after(P07, history, act("acknowledge", OTHER_CIVIL, DUTY))
    assert owner_of(P07, history) == OTHER_CIVIL
    unsigned = act("arrange_care", OTHER_CIVIL, DUTY, reason="relative_cares")
    assert refused(P07, history, unsigned) is RefusalCode.PROOF_WANTED


def test_no_workflow_about_a_restricted_guardian_can_say_why() -> None:
    words = {reason.code for reason in P07.reasons} | {one.id for one in P07.transitions}
    assert not any(bad in word for word in words for bad in ("offence", "crime", "detain", "custody", "drug", "prison"))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"at": later(MONDAY_AT, seconds=1)}, RefusalCode.IN_THE_FUTURE),
        ({"actor": actor(POLICE, CASE_OWNER)}, RefusalCode.NOT_YOU),
        ({"actor": actor(CIVIL, DUTY)}, RefusalCode.WRONG_KIND_OF_OFFICE),
        ({"seats": {"addressee": CIVIL}}, RefusalCode.SEATS_INCOMPLETE),
        ({"seats": {"addressee": CIVIL, "township": TOWNSHIP, "origin": POLICE}}, RefusalCode.SEATS_INCOMPLETE),
        ({"seats": {"addressee": BUREAU, "township": TOWNSHIP}}, RefusalCode.WRONG_KIND_OF_OFFICE),
        ({"reporter": Reporter(name="某人")}, RefusalCode.NOT_WANTED),
    ],
)
def test_openings_that_are_refused(change: dict[str, object], code: RefusalCode) -> None:
    opened = opening(P07).model_copy(update=change)
    assert open_item(P07, opened, MONDAY_AT) == Refusal(code)


def test_a_history_of_another_version_is_not_read() -> None:
    history = new_item(W6).model_copy(update={"version": 2})
    with pytest.raises(HistoryError, match="version"):
        advance(W6, history, act("send", BUREAU, CASE_OWNER, next_office=CIVIL), MONDAY_AT, CALENDAR)
    with pytest.raises(HistoryError, match="another workflow"):
        position_of(W1, new_item(W6))


def test_a_history_begins_with_its_opening_and_once() -> None:
    first = opening(W6)
    send = act("send", BUREAU, CASE_OWNER, next_office=CIVIL)
    for events in ((send,), (first, first), (send, first), ()):
        with pytest.raises(ValidationError):
            History(workflow="W6", version=1, region="00", events=events)


def test_events_hold_no_identifier_and_no_local_time() -> None:
    with pytest.raises(ValidationError, match="identifier"):
        Actor(agency=CIVIL, role=CASE_OWNER, officer="990101201001010010")
    with pytest.raises(ValidationError, match="identifier"):
        act("visit", CIVIL, VILLAGE, proof="990101201001010010")
    for at in (datetime(2026, 3, 2, 9), datetime(2026, 3, 2, 9, tzinfo=timezone(timedelta(hours=8)))):  # noqa: DTZ001
        with pytest.raises(ValidationError):
            Opened(at=at, actor=actor(BUREAU, CASE_OWNER), seats={})
    assert Opened(at=datetime(2026, 3, 2, 9, tzinfo=UTC), actor=actor(BUREAU, CASE_OWNER), seats={}).reporter is None


def test_a_history_survives_its_own_json() -> None:
    history = acknowledged_referral()
    assert History.model_validate_json(history.model_dump_json()) == history


def test_the_township_of_the_wrong_place_is_replaced_by_that_of_the_right_one() -> None:
    there = "civil_affairs.990102004"
    history = after(
        P07,
        new_item(P07),
        act("forward", CIVIL, DUTY, reason="not_our_region", next_office=OTHER_CIVIL),
        act("acknowledge", OTHER_CIVIL, DUTY),
        act("involve_township", OTHER_CIVIL, DUTY, next_office=there),
    )
    assert position_of(P07, history).seats["township"] == there
    assert refused(P07, history, act("visit", TOWNSHIP, VILLAGE, proof="visit-1")) is RefusalCode.NOT_YOU


def test_a_history_that_leaves_seats_empty_is_not_read() -> None:
    for seats in ({}, {"addressee": CIVIL}, {"addressee": CIVIL, "township": TOWNSHIP, "civil_affairs": CIVIL}):
        opened = opening(P07).model_copy(update={"seats": seats})
        with pytest.raises(HistoryError, match="seats"):
            position_of(P07, new_item(P07).model_copy(update={"events": (opened,)}))
    send = act("send", BUREAU, CASE_OWNER)
    with pytest.raises(HistoryError, match="next office"):
        position_of(W6, new_item(W6).with_event(send))
