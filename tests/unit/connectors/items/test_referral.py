"""A referral from office to office: who sees what, who may do what, and where the papers are."""

from datetime import date

import pytest

from connectors.console.roles import Role
from connectors.items.actions import open_item, take_step
from connectors.items.errors import ItemNotFoundError, StepFault, StepRefusedError
from connectors.items.lists import find_by_number, get_item, list_items
from connectors.items.papers import ResultPaper, VisitPaper
from connectors.items.synchronise import synchronise
from connectors.items.views import ItemScope
from connectors.items.visits import report_visit
from connectors.items.words import Service
from connectors.state.alerts import list_alerts
from schemas.workflows.item_number import number_of
from schemas.workflows.refusal import RefusalCode
from tests.unit.connectors.items.items_gateway import BUREAU, CIVIL, FEDERATION, POLICE, County
from tests.unit.connectors.items.test_papers import PAPERS

REFERRAL = PAPERS[0]
VISIT = VisitPaper(visited_on=date(2026, 3, 3), child_seen=True, note="在家")
RESULT = ResultPaper(services=(Service.TEMPORARY_RELIEF,), note="已发放")


def send_referral(county: County, *, to: str = CIVIL) -> str:
    """Open a referral at the bureau and send it."""
    bureau = county[BUREAU]
    officer = bureau.account(Role.CASE_OWNER)
    item = open_item(bureau.console, officer, "W6", {}, REFERRAL)
    take_step(bureau.console, officer, item, "send", next_office=to, own=REFERRAL)
    return item


def test_a_referral_runs_from_one_office_to_the_other(county: County) -> None:
    bureau, civil = county[BUREAU], county[CIVIL]
    sender, holder = bureau.account(Role.CASE_OWNER), civil.account(Role.CASE_OWNER)
    item = send_referral(county)
    assert synchronise(civil.console).read == 1
    (row,) = list_items(civil.console, holder, scope=ItemScope.WAITING)
    assert (row.item, row.number, row.child_name, row.is_ours) == (item, number_of("W6", item), "赵小树", False)
    view = get_item(civil.console, holder, item)
    assert [step.transition.id for step in view.steps] == ["acknowledge"]
    assert [paper for _, paper in view.papers] == [REFERRAL]
    for step in ("acknowledge", "accept", "begin"):
        take_step(civil.console, holder, item, step)
    take_step(civil.console, holder, item, "visit", proof="visit-1", own=VISIT)
    take_step(civil.console, holder, item, "give_result", reason="served", proof="result-1", own=RESULT)
    synchronise(bureau.console)
    view = get_item(bureau.console, sender, item)
    assert view.row.state_id == "result_given"
    assert [paper for _, paper in view.papers] == [REFERRAL, REFERRAL, RESULT]
    assert [line.officer for line in view.lines] == ["case-owner"] * 2 + [None] * 5
    take_step(bureau.console, sender, item, "close")
    synchronise(civil.console)
    assert county.gateway.state(item) == "closed"
    for office, account in ((bureau, sender), (civil, holder)):
        assert not list_items(office.console, account, scope=ItemScope.ALL)
        (row,) = list_items(office.console, account, scope=ItemScope.CLOSED)
        assert row.item == item
        assert not list_alerts(office.connector.state)


def test_an_office_that_redirected_it_is_shown_no_paper_any_more(county: County) -> None:
    civil, federation = county[CIVIL], county[FEDERATION]
    holder = civil.account(Role.CASE_OWNER)
    item = send_referral(county)
    synchronise(civil.console)
    take_step(civil.console, holder, item, "acknowledge")
    (redirect,) = (s for s in get_item(civil.console, holder, item).steps if s.transition.id == "redirect")
    assert FEDERATION in dict(redirect.offices)
    assert CIVIL not in dict(redirect.offices)
    take_step(civil.console, holder, item, "redirect", reason="not_our_duty", next_office=FEDERATION, own=REFERRAL)
    other = federation.account(Role.CASE_OWNER)
    synchronise(federation.console)
    assert get_item(federation.console, other, item).row.child_name == "赵小树"
    take_step(federation.console, other, item, "acknowledge")
    assert synchronise(civil.console).left == 1
    (row,) = list_items(civil.console, holder, scope=ItemScope.CLOSED)
    assert (row.child_name, row.is_ours, row.overdue) == (None, False, False)
    view = get_item(civil.console, holder, item)
    assert (view.papers, view.steps, view.clocks) == ((), (), ())
    with pytest.raises(StepRefusedError) as caught:
        take_step(civil.console, holder, item, "keep")
    assert caught.value.code is StepFault.ITEM_GONE


def test_whoever_takes_no_part_finds_nothing(county: County) -> None:
    item = send_referral(county)
    police = county[POLICE]
    assert synchronise(police.console).read == 0
    for roles in ((Role.CASE_OWNER,), (Role.DUTY_OFFICER, Role.SUPERVISOR)):
        with pytest.raises(ItemNotFoundError):
            get_item(police.console, police.account(*roles), item)
    for role in (Role.QUERY_OFFICER, Role.ADMINISTRATOR, Role.SCHOOL_USER, Role.SUPERVISOR, Role.VILLAGE_DIRECTOR):
        for office in (county[BUREAU], county[CIVIL]):
            synchronise(office.console)
            account = office.account(role)
            assert not [row for scope in ItemScope for row in list_items(office.console, account, scope=scope)]
            assert find_by_number(office.console, account, number_of("W6", item)) is None
            with pytest.raises(ItemNotFoundError):
                get_item(office.console, account, item)
            with pytest.raises(ItemNotFoundError):
                take_step(office.console, account, item, "withdraw", reason="sent_in_error")


def test_a_school_has_its_own_items_alone(county: County) -> None:
    bureau = county[BUREAU]
    teacher = bureau.account(Role.SCHOOL_USER)
    other = bureau.account(Role.SCHOOL_USER, school="童安县第二小学")
    item = open_item(bureau.console, teacher, "W6", {}, REFERRAL, school="童安县第二小学")
    assert get_item(bureau.console, teacher, item).row.school == teacher.school
    with pytest.raises(ItemNotFoundError):
        get_item(bureau.console, other, item)
    assert not list_items(bureau.console, other, scope=ItemScope.ALL)
    officer = bureau.account(Role.CASE_OWNER)
    assert get_item(bureau.console, officer, item).row.school == teacher.school


def test_the_village_child_director_reports_by_number_and_sees_nothing(county: County) -> None:
    civil, item = county[CIVIL], send_referral(county)
    holder, director = civil.account(Role.CASE_OWNER), civil.account(Role.VILLAGE_DIRECTOR)
    number = number_of("W6", item)
    synchronise(civil.console)
    with pytest.raises(ItemNotFoundError):
        report_visit(civil.console, director, number, VISIT, "visit-1")
    take_step(civil.console, holder, item, "acknowledge")
    take_step(civil.console, holder, item, "accept")
    for wrong in ("W6-00000000", "no number", number.replace("W6", "W1")):
        with pytest.raises(ItemNotFoundError):
            report_visit(civil.console, director, wrong, VISIT, "visit-1")
    assert report_visit(civil.console, director, f" {number.lower()} ", VISIT, "visit-1")
    view = get_item(civil.console, holder, item)
    assert (view.lines[-1].officer, view.lines[-1].proof) == ("village-director", "visit-1")
    assert view.papers[-1][1] == VISIT
    assert not list_items(civil.console, director, scope=ItemScope.WAITING)


@pytest.mark.parametrize(
    ("step", "given", "code"),
    [
        ("acknowledge", {}, RefusalCode.NOT_NOW),
        ("fly", {}, RefusalCode.UNKNOWN_ACT),
        ("redirect", {"reason": "not_our_duty"}, RefusalCode.NEXT_OFFICE_WANTED),
        ("redirect", {"reason": "cold", "next_office": FEDERATION}, RefusalCode.REASON_UNKNOWN),
        ("redirect", {"reason": "not_our_duty", "next_office": CIVIL}, RefusalCode.NEXT_OFFICE_IS_YOURS),
        ("redirect", {"reason": "not_our_duty", "next_office": "health.990101"}, RefusalCode.OFFICE_UNKNOWN),
        ("redirect", {"reason": "not_our_duty", "next_office": "？"}, RefusalCode.OFFICE_UNKNOWN),
        ("redirect", {"reason": "not_our_duty", "next_office": FEDERATION, "own": RESULT}, StepFault.WRONG_PAPER),
        ("accept", {"own": VISIT}, StepFault.WRONG_PAPER),
        ("accept", {"proof": "p-1"}, RefusalCode.NOT_WANTED),
    ],
)
def test_a_step_that_is_refused_changes_nothing(
    county: County, step: str, given: dict[str, object], code: RefusalCode | StepFault
) -> None:
    civil, item = county[CIVIL], send_referral(county)
    holder = civil.account(Role.CASE_OWNER)
    synchronise(civil.console)
    take_step(civil.console, holder, item, "acknowledge")
    with pytest.raises(StepRefusedError) as caught:
        take_step(civil.console, holder, item, step, **given)  # type: ignore[arg-type]
    assert caught.value.code is code
    assert caught.value.wording.zh
    view = get_item(civil.console, holder, item)
    assert (view.row.state_id, view.row.pending, view.problem) == ("acknowledged", False, None)


def test_what_was_done_stands_in_the_record(county: County) -> None:
    from connectors.console.record import list_record
    from connectors.state.database import reading

    item = send_referral(county)
    get_item(county[BUREAU].console, county[BUREAU].account(Role.CASE_OWNER), item)
    with reading(county[BUREAU].connector.state) as connection:
        lines = [(line.action.value, line.subject, line.detail) for line in reversed(list_record(connection))]
    assert lines == [
        ("item_opened", item, "W6"),
        ("item_step", item, "send"),
        ("item_viewed", item, None),
    ]
