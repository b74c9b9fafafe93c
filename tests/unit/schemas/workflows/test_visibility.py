"""Who sees an item, what travels to whom, and that a stored history is judged again."""

from datetime import timedelta

import pytest

from schemas.faults import Wording
from schemas.workflows.advance import record_escalation
from schemas.workflows.copies import NotAPartyError, copy_for, status_of
from schemas.workflows.events import History, Reporter
from schemas.workflows.position import HistoryError
from schemas.workflows.replay import replay
from schemas.workflows.roles import WorkflowRole
from schemas.workflows.running import due_escalations
from schemas.workflows.visibility import Viewer, visible_to
from tests.unit.schemas.workflows.scene import (
    BUREAU,
    CALENDAR,
    CASE_OWNER,
    CIVIL,
    DUTY,
    FEDERATION,
    MONDAY_AT,
    OTHER_CIVIL,
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
    new_item,
    persuading,
    report_taken_down,
    sent_referral,
)

REPORTER = Reporter(name="某教师", contact="办公室")


def test_sender_and_addressee_see_a_referral_and_nobody_else() -> None:
    agencies = {one.agency for one in visible_to(W6, sent_referral(), MONDAY_AT, CALENDAR)}
    assert agencies == {BUREAU, CIVIL}


def test_an_office_that_passed_a_referral_on_sees_it_no_longer() -> None:
    history = after(
        W6,
        acknowledged_referral(),
        act("redirect", CIVIL, CASE_OWNER, reason="not_our_region", next_office=OTHER_CIVIL),
        act("acknowledge", OTHER_CIVIL, CASE_OWNER),
    )
    assert {one.agency for one in visible_to(W6, history, MONDAY_AT, CALENDAR)} == {BUREAU, OTHER_CIVIL}
    with pytest.raises(NotAPartyError):
        copy_for(W6, history, CIVIL)


def test_a_village_director_sees_an_item_only_while_something_is_asked_of_them() -> None:
    village = Viewer("self", TOWNSHIP, VILLAGE)
    assert village in visible_to(W1, persuading(), MONDAY_AT, CALENDAR)
    history = after(W1, persuading(), act("record_persuasion", TOWNSHIP, VILLAGE, proof="p-1"))
    history = after(W1, history, act("return_to_school", BUREAU, CASE_OWNER))
    assert village not in visible_to(W1, history, MONDAY_AT, CALENDAR)
    assert Viewer("self", SCHOOL, TEACHER) in visible_to(W1, history, MONDAY_AT, CALENDAR)


def test_the_superior_sees_what_is_overdue_before_any_job_has_run() -> None:
    above = Viewer("superior", CIVIL, WorkflowRole.SUPERVISOR)
    history = sent_referral()
    assert above not in visible_to(W6, history, china(2026, 3, 3, 23, 59), CALENDAR)
    late_at = china(2026, 3, 4)
    assert above in visible_to(W6, history, late_at, CALENDAR)
    (told,) = due_escalations(W6, history, late_at, CALENDAR)
    history = accepted(record_escalation(W6, history, told, late_at, CALENDAR))
    history = after(W6, history, act("acknowledge", CIVIL, CASE_OWNER, late_at))
    assert above in visible_to(W6, history, late_at, CALENDAR), "whoever was told follows to the end"


def test_those_above_see_an_item_no_longer_once_it_has_ended() -> None:
    late_at = china(2026, 3, 20)
    history = after(W6, sent_referral(), act("withdraw", BUREAU, CASE_OWNER, late_at, reason="no_longer_needed"))
    assert {one.office for one in visible_to(W6, history, late_at, CALENDAR)} == {"self"}


def report(reporter: Reporter | None = REPORTER) -> History:
    return report_taken_down(reporter=reporter)


def test_the_reporter_stays_with_the_office_that_took_the_report_down() -> None:
    history = after(W2, report(), act("accept", CIVIL, DUTY))
    assert copy_for(W2, history, POLICE).opened.reporter == REPORTER
    for agency in (CIVIL, TOWNSHIP):
        travelling = copy_for(W2, history, agency)
        assert travelling.opened.reporter is None
        assert travelling.events[1:] == history.events[1:]
        assert REPORTER.name not in travelling.model_dump_json()


def test_nobody_gets_the_reporter_before_the_report_is_taken_down() -> None:
    history = new_item(W2, reporter=REPORTER)
    for agency in (BUREAU, POLICE, CIVIL, TOWNSHIP):
        assert copy_for(W2, history, agency).opened.reporter is None


def test_the_reporting_unit_sees_the_report_until_it_is_taken_down_and_when_it_is_fed_back() -> None:
    def sees(history: History) -> bool:
        return BUREAU in {one.agency for one in visible_to(W2, history, MONDAY_AT, CALENDAR)}

    accepted_report = after(W2, report(), act("accept", CIVIL, CASE_OWNER))
    fed_back = after(W2, accepted_report, act("give_feedback", CIVIL, CASE_OWNER))
    acknowledged = act("police_acknowledge", POLICE, DUTY), act("township_acknowledge", TOWNSHIP, SUPERVISOR)
    concluded = after(
        W2, fed_back, *acknowledged, act("conclude", CIVIL, CASE_OWNER, reason="need_met", proof="paper-1")
    )
    stages = (new_item(W2), report(), accepted_report, fed_back, concluded)
    assert [sees(history) for history in stages] == [True, False, False, True, False]


def test_nobody_else_gets_a_copy() -> None:
    with pytest.raises(NotAPartyError):
        copy_for(W2, report(), FEDERATION)


def test_an_office_that_refused_gets_no_further_copy() -> None:
    refuse = act("refuse", CIVIL, CASE_OWNER, reason="not_our_duty", next_office=FEDERATION)
    history = after(W6, acknowledged_referral(), refuse, act("take_back", BUREAU, CASE_OWNER))
    for agency in (CIVIL, FEDERATION):
        with pytest.raises(NotAPartyError):
            copy_for(W6, history, agency)


def test_the_reporter_stands_in_no_repr() -> None:
    for shown in (repr(report()), str(report().opened), repr(REPORTER), str(REPORTER), f"{REPORTER}"):
        assert REPORTER.name not in shown
        assert "办公室" not in shown


def test_a_reporter_hears_the_status_alone() -> None:
    history = after(W2, report(), act("accept", CIVIL, DUTY, MONDAY_AT + timedelta(hours=1)))
    status = status_of(W2, history)
    assert (status.state, status.since_at, status.final) == ("accepted", MONDAY_AT + timedelta(hours=1), False)
    assert status.name == Wording("已受理", "accepted")
    assert set(type(status).__slots__) == {"state", "name", "since_at", "final"}


def late_referral() -> History:
    late_at = china(2026, 3, 4)
    history = sent_referral()
    (told,) = due_escalations(W6, history, late_at, CALENDAR)
    return accepted(record_escalation(W6, history, told, late_at, CALENDAR))


def test_a_good_history_is_accepted_again() -> None:
    for workflow, history in ((W6, late_referral()), (W1, persuading()), (W2, copy_for(W2, report(), CIVIL))):
        assert replay(workflow, history, china(2026, 3, 5), CALENDAR) == history


def with_last(history: History, **change: object) -> History:
    return history.model_copy(update={"events": (*history.events[:-1], history.events[-1].model_copy(update=change))})


def test_those_above_an_office_that_passed_an_item_on_see_it_no_longer() -> None:
    late_at = china(2026, 3, 4)
    redirect = act("redirect", CIVIL, CASE_OWNER, late_at, reason="not_our_region", next_office=OTHER_CIVIL)
    history = after(W6, late_referral(), act("acknowledge", CIVIL, CASE_OWNER, late_at), redirect)
    assert "superior" in {one.office for one in visible_to(W6, history, late_at, CALENDAR)}
    history = after(W6, history, act("acknowledge", OTHER_CIVIL, CASE_OWNER, late_at))
    assert "superior" not in {one.office for one in visible_to(W6, history, late_at, CALENDAR)}


@pytest.mark.parametrize(
    "bad",
    [
        with_last(acknowledged_referral(), actor=actor(FEDERATION, CASE_OWNER)),
        with_last(acknowledged_referral(), transition="sign"),
        with_last(acknowledged_referral(), transition="close"),
        with_last(acknowledged_referral(), proof="paper-1"),
        with_last(sent_referral(), next_office=None),
        sent_referral().model_copy(
            update={"events": (sent_referral().opened.model_copy(update={"seats": {"holder": CIVIL}}),)}
        ),
        with_last(acknowledged_referral(), at=china(2026, 3, 1)),
        with_last(acknowledged_referral(), at=china(2026, 3, 6)),
        with_last(late_referral(), step="nobody"),
        with_last(late_referral(), clock="decide"),
        with_last(late_referral(), run=0),
        with_last(late_referral(), agency=POLICE),
        with_last(late_referral(), at=china(2026, 3, 1)),
        with_last(late_referral(), at=china(2026, 3, 6)),
        late_referral().model_copy(update={"events": (*late_referral().events, late_referral().events[-1])}),
        sent_referral().model_copy(update={"version": 2}),
        sent_referral().model_copy(update={"region": "51"}),
        new_item(W1),
        new_item(W6, china(2026, 3, 6)),
    ],
)
def test_a_history_that_was_tampered_with_is_refused(bad: History) -> None:
    with pytest.raises(HistoryError):
        replay(W6, bad, china(2026, 3, 5), CALENDAR)


def test_a_second_opening_is_refused_even_where_the_model_was_not_asked() -> None:
    first = sent_referral()
    twice = first.model_copy(update={"events": (*first.events, first.opened)})
    with pytest.raises(HistoryError, match="can't have happened"):
        replay(W6, twice, china(2026, 3, 5), CALENDAR)
    headless = first.model_copy(update={"events": first.events[1:]})
    with pytest.raises(TypeError, match="opening"):
        replay(W6, headless, china(2026, 3, 5), CALENDAR)
