"""Who hears of an item, who may see it, and whom a step is about."""

from datetime import timedelta

import pytest

from gateway.domain.item_offices import Offices, concerned, find_peer, may_see
from schemas.agency_kinds import AgencyKind
from schemas.messages.registry import Member
from schemas.workflows.advance import record_escalation
from schemas.workflows.clock import Above
from schemas.workflows.events import History
from schemas.workflows.running import due_escalations
from tests.unit.schemas.workflows.scene import (
    BUREAU,
    CALENDAR,
    CASE_OWNER,
    CIVIL,
    DUTY,
    MONDAY_AT,
    OTHER_CIVIL,
    POLICE,
    TOWNSHIP,
    W2,
    W6,
    accepted,
    acknowledged_referral,
    act,
    after,
    new_item,
    report_taken_down,
    sent_referral,
)

CITY, PROVINCE, LEAD = "civil_affairs.9901", "civil_affairs.99", "lead_body.9901"
LATE_AT = MONDAY_AT + timedelta(days=3)


def _offices(*agencies: str, lead_body: str | None = LEAD) -> Offices:
    return Offices({agency: _member(agency) for agency in agencies}, lead_body)


def _member(agency: str) -> Member:
    kind, _, region = agency.partition(".")
    return Member(
        agency=agency,
        agency_type=kind,
        name_zh="单位",
        name_en="office",
        region=region,
        endpoint="https://office.example",
        statements=("a.b.c",),
    )


NETWORK = _offices(BUREAU, CIVIL, OTHER_CIVIL, TOWNSHIP, POLICE, CITY, PROVINCE, LEAD)


@pytest.mark.parametrize(
    ("agency", "superior"),
    [(TOWNSHIP, CIVIL), (CIVIL, CITY), (CITY, PROVINCE), (PROVINCE, None), (BUREAU, None), ("court.990101", None)],
)
def test_the_superior_is_the_nearest_of_the_same_kind(agency: str, superior: str | None) -> None:
    assert NETWORK.find_above(agency, Above.SUPERIOR) == superior


def test_a_level_that_is_not_registered_is_left_out() -> None:
    assert _offices(TOWNSHIP, PROVINCE).find_above(TOWNSHIP, Above.SUPERIOR) == PROVINCE


def test_a_filled_up_region_code_means_its_subtree() -> None:
    offices = _offices(CIVIL, "civil_affairs.990000", "civil_affairs.990100")
    assert offices.find_above(CIVIL, Above.SUPERIOR) == "civil_affairs.990100"
    assert offices.find_above("civil_affairs.990100", Above.SUPERIOR) == "civil_affairs.990000"


def test_the_lead_body_is_the_one_that_was_set_and_is_registered() -> None:
    assert NETWORK.find_above(CIVIL, Above.LEAD_BODY) == LEAD
    assert _offices(CIVIL).find_above(CIVIL, Above.LEAD_BODY) is None
    assert _offices(CIVIL, LEAD, lead_body=None).find_above(CIVIL, Above.LEAD_BODY) is None


def test_an_office_fits_by_what_it_is_registered_as() -> None:
    assert NETWORK.fits(CIVIL, {AgencyKind.CIVIL_AFFAIRS})
    assert not NETWORK.fits(CIVIL, {AgencyKind.EDUCATION})
    assert not NETWORK.fits("civil_affairs.990199", {AgencyKind.CIVIL_AFFAIRS})


def _late() -> History:
    history = sent_referral()
    (told,) = due_escalations(W6, history, LATE_AT, CALENDAR)
    return accepted(record_escalation(W6, history, told, LATE_AT, CALENDAR))


def test_those_above_are_concerned_once_they_were_told_and_while_the_item_is_below_them() -> None:
    assert concerned(NETWORK, W6, new_item(W6), sent_referral()) == {BUREAU, CIVIL}
    assert concerned(NETWORK, W6, sent_referral(), _late()) == {BUREAU, CIVIL, CITY}
    withdrawn = after(W6, _late(), act("withdraw", BUREAU, CASE_OWNER, LATE_AT, reason="sent_in_error"))
    assert CITY in concerned(NETWORK, W6, _late(), withdrawn)


def test_an_office_is_concerned_by_the_change_with_which_it_leaves() -> None:
    redirect = act("redirect", CIVIL, CASE_OWNER, reason="not_our_region", next_office=OTHER_CIVIL)
    redirected = after(W6, acknowledged_referral(), redirect)
    taken = after(W6, redirected, act("acknowledge", OTHER_CIVIL, CASE_OWNER))
    assert concerned(NETWORK, W6, redirected, taken) == {BUREAU, CIVIL, OTHER_CIVIL}
    accepted_there = after(W6, taken, act("accept", OTHER_CIVIL, CASE_OWNER))
    assert concerned(NETWORK, W6, taken, accepted_there) == {BUREAU, OTHER_CIVIL}


def test_who_may_see_an_item() -> None:
    def seeing(history: History, at_late: bool = False) -> set[str]:
        now = LATE_AT if at_late else MONDAY_AT
        return {one for one in NETWORK.members if may_see(NETWORK, W6, history, one, now, CALENDAR)}

    assert seeing(new_item(W6)) == {BUREAU}
    assert seeing(sent_referral()) == {BUREAU, CIVIL}
    assert seeing(sent_referral(), at_late=True) == {BUREAU, CIVIL, CITY}, "also before the job has run"
    closed = after(W6, sent_referral(), act("withdraw", BUREAU, CASE_OWNER, LATE_AT, reason="sent_in_error"))
    assert seeing(closed, at_late=True) == {BUREAU}


def test_whom_a_step_is_about() -> None:
    assert find_peer(W6, new_item(W6)) is None
    assert find_peer(W6, sent_referral()) == CIVIL
    assert find_peer(W6, acknowledged_referral()) == BUREAU
    assert find_peer(W6, after(W6, acknowledged_referral(), act("accept", CIVIL, CASE_OWNER))) == BUREAU
    assert find_peer(W6, _late()) == CIVIL
    assert find_peer(W2, new_item(W2)) == POLICE
    assert find_peer(W2, report_taken_down()) == BUREAU
    assert find_peer(W2, after(W2, report_taken_down(), act("accept", CIVIL, DUTY))) == POLICE
