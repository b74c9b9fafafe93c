"""Lists of items: what waits for whom, what is overdue, who is told above, what an account is reminded of."""

from datetime import date, timedelta

import pytest

from connectors.console.roles import Role
from connectors.items.actions import open_item, openable_by, take_step
from connectors.items.courses import read_course
from connectors.items.errors import ItemNotFoundError, StepRefusedError
from connectors.items.lists import find_by_number, get_item, list_items
from connectors.items.offices import offices_for
from connectors.items.papers import DropoutPaper, NoticePaper, ReportPaper, VisitPaper
from connectors.items.reminders import reminders
from connectors.items.synchronise import forget_papers_that_left, synchronise
from connectors.items.views import ItemScope
from connectors.state.alerts import list_alerts
from schemas.workflows.item_number import number_of
from schemas.workflows.load import load_workflows
from schemas.workflows.refusal import RefusalCode
from schemas.working_days import CHINA_TIME
from tests.unit.connectors.items.items_gateway import (
    BUREAU,
    CITY_CIVIL,
    CIVIL,
    FEDERATION,
    POLICE,
    TOWNSHIP,
    County,
    Office,
)
from tests.unit.connectors.items.test_papers import PAPERS, REPORTER
from tests.unit.connectors.items.test_referral import REFERRAL, VISIT, send_referral


def waiting(office: Office, *roles: Role) -> list[str]:
    """Return the states of the items that wait for an account with these roles."""
    rows = list_items(office.console, office.account(*roles), scope=ItemScope.WAITING)
    return [row.state_id for row in rows]


def test_an_item_waits_for_whoever_is_to_do_the_next_thing(county: County) -> None:
    bureau, civil = county[BUREAU], county[CIVIL]
    item = open_item(bureau.console, bureau.account(Role.CASE_OWNER), "W6", {}, REFERRAL)
    assert waiting(bureau, Role.CASE_OWNER) == ["draft"]
    take_step(bureau.console, bureau.account(Role.CASE_OWNER), item, "send", next_office=CIVIL, own=REFERRAL)
    synchronise(civil.console)
    assert (waiting(bureau, Role.CASE_OWNER), waiting(civil, Role.CASE_OWNER)) == ([], ["sent"])
    assert waiting(civil, Role.APPROVER) == []
    (row,) = list_items(civil.console, civil.account(Role.CASE_OWNER), scope=ItemScope.ALL)
    assert (row.is_ours, row.waits_for_us, row.overdue) == (False, True, False)
    assert row.due is not None
    assert row.due.on == date(2026, 3, 6)
    take_step(civil.console, civil.account(Role.CASE_OWNER), item, "acknowledge")
    synchronise(bureau.console)
    assert (waiting(bureau, Role.CASE_OWNER), waiting(civil, Role.CASE_OWNER)) == ([], ["acknowledged"])


def test_a_report_waits_for_everybody_who_has_to_acknowledge_it(county: County) -> None:
    police, township, civil, bureau = county[POLICE], county[TOWNSHIP], county[CIVIL], county[BUREAU]
    teacher = bureau.account(Role.SCHOOL_USER)
    seats = {"police": POLICE, "township": TOWNSHIP, "civil_affairs": CIVIL}
    item = open_item(bureau.console, teacher, "W2", seats, PAPERS[3], reporter=REPORTER)
    own = get_item(bureau.console, teacher, item).papers[0][1]
    assert isinstance(own, ReportPaper)
    assert own.reporter == REPORTER
    for office, role in ((police, Role.DUTY_OFFICER), (township, Role.CHILD_SUPERVISOR), (civil, Role.CASE_OWNER)):
        synchronise(office.console)
        (_, paper), *_ = get_item(office.console, office.account(role), item).papers
        assert isinstance(paper, ReportPaper)
        assert (paper.reporter, paper.child) == (None, own.child)
    assert waiting(police, Role.DUTY_OFFICER) == ["reported"]
    assert waiting(township, Role.CHILD_SUPERVISOR) == ["reported"]
    take_step(police.console, police.account(Role.DUTY_OFFICER), item, "take_down")
    take_step(police.console, police.account(Role.DUTY_OFFICER), item, "police_acknowledge")
    synchronise(township.console)
    assert waiting(township, Role.CHILD_SUPERVISOR) == ["received"]
    take_step(township.console, township.account(Role.CHILD_SUPERVISOR), item, "township_acknowledge")
    assert waiting(township, Role.CHILD_SUPERVISOR) == []


def test_a_notice_reaches_all_that_take_part_and_a_visit_the_owner(county: County) -> None:
    police, township, civil = county[POLICE], county[TOWNSHIP], county[CIVIL]
    seats = {"addressee": CIVIL, "township": TOWNSHIP}
    item = open_item(police.console, police.account(Role.DUTY_OFFICER), "P07", seats, PAPERS[4])
    for office in (civil, township):
        synchronise(office.console)
    take_step(civil.console, civil.account(Role.DUTY_OFFICER), item, "acknowledge")
    synchronise(township.console)
    visitor = township.account(Role.CHILD_SUPERVISOR)
    assert isinstance(get_item(township.console, visitor, item).papers[0][1], NoticePaper)
    take_step(township.console, visitor, item, "visit", proof="visit-1", own=VISIT)
    synchronise(civil.console)
    held = [paper for _, paper in get_item(civil.console, civil.account(Role.CASE_OWNER), item).papers]
    assert held == [PAPERS[4], VISIT]
    synchronise(police.console)
    assert get_item(police.console, police.account(Role.DUTY_OFFICER), item).papers == ((0, PAPERS[4]),)


def test_a_dropout_s_paper_goes_to_the_township_only_for_persuading(county: County) -> None:
    bureau, township = county[BUREAU], county[TOWNSHIP]
    teacher, officer = bureau.account(Role.SCHOOL_USER), bureau.account(Role.CASE_OWNER)
    seats = {"education": BUREAU, "township": TOWNSHIP}
    item = open_item(bureau.console, teacher, "W1", seats, PAPERS[5])
    take_step(bureau.console, teacher, item, "contact_parents")
    take_step(bureau.console, teacher, item, "visit_home", proof="visit-1", own=VISIT)
    take_step(bureau.console, teacher, item, "suspect")
    take_step(bureau.console, teacher, item, "report", reason="health", proof="report-1")
    take_step(bureau.console, officer, item, "acknowledge")
    assert county.gateway.items[item].papers == []
    take_step(bureau.console, officer, item, "persuade", own=PAPERS[5])
    synchronise(township.console)
    helper = township.account(Role.CHILD_SUPERVISOR)
    view = get_item(township.console, helper, item)
    assert [type(paper) for _, paper in view.papers] == [DropoutPaper]
    take_step(township.console, helper, item, "record_persuasion", proof="visit-2", own=VISIT)
    synchronise(bureau.console)
    assert [type(paper) for _, paper in get_item(bureau.console, officer, item).papers] == [
        DropoutPaper,
        VisitPaper,
        DropoutPaper,
        VisitPaper,
    ]


def test_a_superior_sees_what_is_overdue_below_and_nothing_of_the_child(county: County) -> None:
    item = send_referral(county)
    civil, city, bureau = county[CIVIL], county[CITY_CIVIL], county[BUREAU]
    synchronise(civil.console)
    county.pass_time(days=9)
    county.gateway.escalate()
    assert synchronise(city.console).read == 1
    supervisor = city.account(Role.SUPERVISOR)
    (row,) = list_items(city.console, supervisor, scope=ItemScope.OVERDUE)
    assert (row.item, row.child_name, row.overdue, row.waits_for_us) == (item, None, True, False)
    view = get_item(city.console, supervisor, item)
    assert (view.papers, view.steps) == ((), ())
    assert [told.office.zh for told in view.escalations][:1] == ["童安县民政局"]
    for role in (Role.CASE_OWNER, Role.DUTY_OFFICER, Role.ADMINISTRATOR):
        with pytest.raises(ItemNotFoundError):
            get_item(city.console, city.account(role), item)
    synchronise(civil.console)
    (row,) = list_items(civil.console, civil.account(Role.CASE_OWNER), scope=ItemScope.OVERDUE)
    assert row.overdue
    take_step(civil.console, civil.account(Role.CASE_OWNER), item, "acknowledge")
    for office in (city, bureau):
        assert not list_alerts(office.connector.state)


def test_whom_an_account_is_reminded_of(county: County) -> None:
    item = send_referral(county)
    civil = county[CIVIL]
    officer = civil.account(Role.CASE_OWNER)
    synchronise(civil.console)
    found = reminders(civil.console, officer, civil.console.now())
    assert ([row.item for row in found.due_soon], found.overdue, found.provisional) == ([item], (), False)
    county.pass_time(days=5)
    found = reminders(civil.console, officer, civil.console.now())
    assert ([row.item for row in found.overdue], found.due_soon) == ([item], ())
    take_step(civil.console, officer, item, "acknowledge")
    found = reminders(civil.console, officer, civil.console.now())
    assert (found.overdue, found.due_soon) == ((), ())
    assert reminders(civil.console, civil.account(Role.APPROVER), civil.console.now()).overdue == ()


def test_a_deadline_in_a_year_without_a_notice_is_provisional(county: County) -> None:
    civil = county[CIVIL]
    county.gateway.now = county.gateway.now.replace(year=2026, month=12, day=31)
    county.gateway.refresh()
    item = send_referral(county)
    synchronise(civil.console)
    (row,) = list_items(civil.console, civil.account(Role.CASE_OWNER), scope=ItemScope.WAITING)
    assert row.item == item
    assert row.due is not None
    assert row.due.provisional
    assert row.due.at.astimezone(CHINA_TIME).year == 2027
    assert reminders(civil.console, civil.account(Role.CASE_OWNER), civil.console.now()).provisional


def test_papers_of_an_item_that_left_are_deleted_after_a_month(county: County) -> None:
    item = send_referral(county)
    civil, federation = county[CIVIL], county[FEDERATION]
    holder = civil.account(Role.CASE_OWNER)
    synchronise(civil.console)
    take_step(civil.console, holder, item, "acknowledge")
    take_step(civil.console, holder, item, "redirect", reason="not_our_duty", next_office=FEDERATION, own=REFERRAL)
    synchronise(federation.console)
    take_step(federation.console, federation.account(Role.CASE_OWNER), item, "acknowledge")
    synchronise(civil.console)
    assert forget_papers_that_left(civil.connector) == 0
    county.pass_time(days=31)
    assert forget_papers_that_left(civil.connector) == 2
    assert forget_papers_that_left(federation.connector) == 0
    (row,) = list_items(civil.console, holder, scope=ItemScope.CLOSED)
    assert (row.state.zh, row.child_name) == ("本单位已办毕", None)


def test_what_each_account_may_open(county: County) -> None:
    def ids(agency: str, *roles: Role) -> list[str]:
        return sorted(one.id for one in openable_by(county[agency].console, county[agency].account(*roles)))

    assert ids(BUREAU, Role.SCHOOL_USER) == ["W1", "W2", "W6"]
    assert ids(BUREAU, Role.CASE_OWNER) == ["W2", "W6"]
    assert ids(POLICE, Role.DUTY_OFFICER) == ["P07", "W2"]
    assert ids(CIVIL, Role.VILLAGE_DIRECTOR, Role.APPROVER) == []
    with pytest.raises(StepRefusedError) as caught:
        open_item(county[CIVIL].console, county[CIVIL].account(Role.APPROVER), "W6", {}, REFERRAL)
    assert caught.value.code is RefusalCode.NOT_YOU
    with pytest.raises(StepRefusedError) as caught:
        open_item(county[CIVIL].console, county[CIVIL].account(Role.CASE_OWNER), "W9", {}, REFERRAL)
    assert caught.value.code is RefusalCode.WORKFLOW_UNKNOWN
    seats = {"addressee": "civil_affairs.990109", "township": TOWNSHIP}
    with pytest.raises(StepRefusedError) as caught:
        open_item(county[POLICE].console, county[POLICE].account(Role.DUTY_OFFICER), "P07", seats, PAPERS[4])
    assert caught.value.code is RefusalCode.OFFICE_UNKNOWN


def test_the_offices_that_fit_a_seat_stand_in_order(county: County) -> None:
    named = [agency for agency, _ in offices_for(county[POLICE].console, "P07", "addressee")]
    assert named == [CIVIL, CITY_CIVIL, TOWNSHIP]
    names = dict(offices_for(county[BUREAU].console, "W6", "addressee"))
    assert names[CIVIL].zh == "童安县民政局"
    county.gateway.now += timedelta(days=9)
    assert offices_for(county[POLICE].console, "P07", "addressee") == ()


def test_an_item_is_found_by_its_number_by_who_may_see_it(county: County) -> None:
    item = send_referral(county)
    bureau = county[BUREAU]
    number = number_of("W6", item)
    assert find_by_number(bureau.console, bureau.account(Role.CASE_OWNER), number) == item
    assert find_by_number(bureau.console, bureau.account(Role.APPROVER), number) is None
    assert find_by_number(bureau.console, bureau.account(Role.CASE_OWNER), "W6-00000000") is None


def test_nothing_of_a_child_shows_in_what_pages_are_given(county: County) -> None:
    item = send_referral(county)
    bureau = county[BUREAU]
    view = get_item(bureau.console, bureau.account(Role.CASE_OWNER), item)
    for clear in ("赵小树", "赵大山", "槐树镇", "奶奶"):
        assert clear not in repr(view)


def test_an_item_of_a_workflow_that_is_gone_is_reported_and_stops_nothing(
    county: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = send_referral(county)
    bureau = county[BUREAU]
    officer = bureau.account(Role.CASE_OWNER)
    later = {id_: one for id_, one in load_workflows().items() if id_ != "W6"}
    read_course.cache_clear()
    monkeypatch.setattr("connectors.items.courses.load_workflows", lambda: later)
    assert list_items(bureau.console, officer, scope=ItemScope.ALL) == []
    with pytest.raises(ItemNotFoundError):
        take_step(bureau.console, officer, item, "withdraw", reason="sent_in_error")
    assert [code for _, code, _ in list_alerts(bureau.connector.state)] == ["item_workflow_unknown"]
