"""Pages of items: what each role may do and see, what is said before anything leaves, and what never shows."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from connectors.console.account import Account
from connectors.console.actions import Action
from connectors.console.context import Console
from connectors.console.record import list_record
from connectors.console.roles import Role
from connectors.items.lists import list_items
from connectors.items.outbox import deliver
from connectors.items.views import ItemScope
from connectors.state.database import reading
from connectors.web.app import create_console_app
from tests.browser.item_desk import (
    CITY,
    CIVIL_AFFAIRS,
    EDUCATION,
    LONG_NAME,
    POLICE,
    SCHOOL,
    ItemDesks,
    account_of,
)
from tests.item_offices import opened_offices
from tests.unit.connectors.desk.desk_pages import Browser, browser_of
from tests.unit.connectors.offices import citizen_id

CASE_OWNER = account_of("古丽巴哈尔·吐尔逊江", Role.CASE_OWNER)
TEACHER = account_of("Li Na", Role.SCHOOL_USER, school=SCHOOL)
DUTY = account_of("王安", Role.DUTY_OFFICER)
VILLAGE = account_of("赵大山", Role.VILLAGE_DIRECTOR)
WATCHER = account_of("欧阳思远", Role.SUPERVISOR)
REPORTER = ("钱老师", "0990-5551111")
CHILD = {
    "child_name": LONG_NAME,
    "child_citizen_id": citizen_id(1),
    "child_address": "童安县槐树镇三组",
    "child_guardian_phone": "0990-5550000",
}


class Desks:
    """The offices with a browser for each person, without a served console."""

    def __init__(self, desks: ItemDesks) -> None:
        self.desks = desks
        self._apps: dict[str, Flask] = {}
        self._browsers: dict[tuple[str, str], Browser] = {}

    def office(self, agency: str) -> Console:
        return self.desks.relay.offices[agency]

    def browser(self, agency: str, account: Account) -> Browser:
        key = (agency, account.id)
        if key not in self._browsers:
            office = self.office(agency)
            if agency not in self._apps:
                self._apps[agency] = create_console_app(office)
            self._browsers[key] = browser_of(self._apps[agency], office, account)
        return self._browsers[key]


@pytest.fixture
def desks(tmp_path: Path) -> Iterator[Desks]:
    with opened_offices(tmp_path) as relay:
        yield Desks(ItemDesks(relay))


def _take(browser: Browser, item: str, step: str, **fields: str) -> str:
    """Take a step through its page, and through the page that confirms it where there is one."""
    address = f"/desk/items/{item}/steps/{step}"
    page = browser.post(address, fields, browser.get(address))
    if 'name="confirmed"' in page:
        page = browser.post(address, {**fields, "confirmed": "yes"}, page)
    return page


def test_a_referral_goes_through_the_pages_of_both_offices(desks: Desks) -> None:
    sender, holder = desks.browser(EDUCATION, CASE_OWNER), desks.browser(CIVIL_AFFAIRS, CASE_OWNER)
    fields = {**CHILD, "situations": ["poverty"], "next_office": CIVIL_AFFAIRS}
    said = sender.post("/desk/items/new/W6", fields, sender.get("/desk/items/new/W6"))
    assert "童安县民政局" in said
    assert "网关只知道编号、单位和步骤" in said
    assert "99****2015****" in said
    assert list_items(desks.office(EDUCATION), CASE_OWNER, scope=ItemScope.ALL) == []
    opened = sender.post("/desk/items/new/W6", {**fields, "confirmed": "yes"}, said)
    assert "已转出、待签收" in opened
    item = sender.path.rsplit("/", 1)[1]
    desks.desks.synchronise()
    waiting = holder.get("/desk/items")
    assert LONG_NAME in waiting
    assert "（1 个工作日）" in waiting
    assert "待本单位办理" in holder.get("/desk/items?scope=all")
    assert "需要您办理或督办 1 项与其他单位的事项" in holder.get("/desk/")
    assert "已签收" in _take(holder, item, "acknowledge")
    for step in ("accept", "begin"):
        _take(holder, item, step)
    visit = {"visited_on": "2026-03-05", "child_seen": "yes", "proof": "ZF-2026-1"}
    assert "走访记录" in _take(holder, item, "visit", **visit)
    assert "已反馈结果" in _take(holder, item, "give_result", reason="served", proof="JG-2026-1", services="poverty")
    desks.desks.synchronise()
    assert "办理结果" in sender.get(f"/desk/items/{item}")
    assert "已办结" in _take(sender, item, "close")
    assert "ZF-2026-1" in sender.get(f"/desk/items/{item}")
    assert LONG_NAME in sender.get("/desk/items?scope=closed")


def test_what_is_wrong_with_a_form_stands_beside_its_field_and_nothing_typed_is_lost(desks: Desks) -> None:
    browser = desks.browser(EDUCATION, CASE_OWNER)
    wrong = {
        "child_name": "",
        "child_citizen_id": "990101201505070016",
        "child_birth_date": "2030-01-01",
        "child_guardian_phone": "none",
        "note": "家里只有姐姐",
    }
    page = browser.post("/desk/items/new/W6", wrong, browser.get("/desk/items/new/W6"))
    assert browser.status == 422
    for name in ("child_name", "child_citizen_id", "child_birth_date", "situations"):
        assert f'href="#field-{name}"' in page, name
        assert f'id="error-{name}"' in page, name
    assert "家里只有姐姐" in page
    other = {**CHILD, "child_birth_date": "2014-05-07", "situations": ["poverty"]}
    assert "与身份号码中的出生日期不一致" in browser.post("/desk/items/new/W6", other, page)


def test_numbers_are_covered_until_asked_for_and_the_look_is_recorded(desks: Desks) -> None:
    item = desks.desks.refer(CASE_OWNER)
    browser, office = desks.browser(EDUCATION, CASE_OWNER), desks.office(EDUCATION)
    page = browser.get(f"/desk/items/{item}")
    assert page.count("<h3>转介单</h3>") == 1
    assert citizen_id(1) not in page
    assert "0990-5550000" not in page
    assert citizen_id(1) in browser.get(f"/desk/items/{item}?whole=1")
    assert citizen_id(1) in browser.get(f"/desk/items/{item}/slip")
    with reading(office.connector.state) as connection:
        details = [(line.action, line.detail) for line in list_record(connection, subject=item)]
    assert (Action.ITEM_VIEWED, "numbers=whole") in details
    assert (Action.RECEIPT_PRINTED, "slip") in details


def test_the_reporter_stays_where_the_report_was_taken_down(desks: Desks) -> None:
    receiver = desks.browser(CIVIL_AFFAIRS, CASE_OWNER)
    form = receiver.get("/desk/items/new/W2")
    assert "任何时候都不送交其他单位" in form
    fields = {
        **CHILD,
        "situations": ["unattended"],
        "police": POLICE,
        "township": CIVIL_AFFAIRS,
        "civil_affairs": CIVIL_AFFAIRS,
        "reporter_name": REPORTER[0],
        "reporter_contact": REPORTER[1],
    }
    said = receiver.post("/desk/items/new/W2", fields, form)
    assert "报告人信息只存本单位" in said
    page = receiver.post("/desk/items/new/W2", {**fields, "confirmed": "yes"}, said)
    assert "已接报" in page
    item = receiver.path.rsplit("/", 1)[1]
    assert REPORTER[0] in receiver.get(f"/desk/items/{item}")
    desks.desks.synchronise()
    told = desks.browser(POLICE, DUTY).get(f"/desk/items/{item}")
    assert LONG_NAME in told
    assert not [text for text in REPORTER if text in told]
    assert "reporter_name" not in desks.browser(EDUCATION, TEACHER).get("/desk/items/new/W2")


def test_children_are_added_one_by_one_to_a_notification(desks: Desks) -> None:
    browser = desks.browser(POLICE, DUTY)
    form = browser.get("/desk/items/new/P07")
    first = {"slots": "1", "child1_name": LONG_NAME, "care_needed_from": "2026-03-06"}
    form = browser.post("/desk/items/new/P07", {**first, "add_child": "yes"}, form)
    assert LONG_NAME in form
    assert 'name="child2_name"' in form
    both = {**first, "slots": "2", "child2_name": "赵小树", "addressee": CIVIL_AFFAIRS, "township": CIVIL_AFFAIRS}
    page = browser.post("/desk/items/new/P07", {**both, "confirmed": "yes"}, form)
    assert "已通报、待签收" in page
    item = browser.path.rsplit("/", 1)[1]
    desks.desks.synchronise()
    assert "赵小树" in desks.browser(CIVIL_AFFAIRS, CASE_OWNER).get(f"/desk/items/{item}")


def test_what_can_be_opened_follows_from_role_and_agency(desks: Desks) -> None:
    offered = {
        (EDUCATION, CASE_OWNER): {"W6", "W2"},
        (EDUCATION, TEACHER): {"W6", "W2"},
        (POLICE, DUTY): {"W2", "P07"},
        (CITY, WATCHER): set(),
    }
    for (agency, account), kinds in offered.items():
        browser = desks.browser(agency, account)
        page = browser.get("/desk/items/new")
        assert {kind for kind in ("W6", "W2", "P07") if f"/desk/items/new/{kind}" in page} == kinds, account.id
        for kind in ("W1", "W6", "W2", "P07"):
            browser.get(f"/desk/items/new/{kind}")
            assert browser.status == (200 if kind in kinds else 404), (account.id, kind)


def test_while_the_gateway_is_away_a_step_is_kept_and_the_page_says_so(desks: Desks) -> None:
    item = desks.desks.refer(CASE_OWNER, is_sent=False)
    browser = desks.browser(EDUCATION, CASE_OWNER)
    desks.desks.relay.is_away = True
    page = _take(browser, item, "send", next_office=CIVIL_AFFAIRS)
    assert "已保存，正在送往网关" in page
    assert "看看是否已送达" in page
    assert "/steps/" not in page
    browser.get(f"/desk/items/{item}/steps/withdraw")
    assert browser.path == f"/desk/items/{item}"
    desks.desks.relay.is_away = False
    assert deliver(desks.office(EDUCATION)).delivered == 1
    assert "已转出、待签收" in browser.get(f"/desk/items/{item}")
    assert "这一步现在不能办理" in browser.get(f"/desk/items/{item}/steps/send")


def test_a_step_is_not_taken_before_it_is_confirmed(desks: Desks) -> None:
    item = desks.desks.refer(CASE_OWNER, is_sent=False)
    browser, address = desks.browser(EDUCATION, CASE_OWNER), f"/desk/items/{item}/steps/send"
    said = browser.post(address, {"next_office": CIVIL_AFFAIRS}, browser.get(address))
    assert "办理后不能撤销" in said
    assert "转介单" in said
    assert "拟稿" in browser.get(f"/desk/items/{item}")
    changed = browser.post(address, {"next_office": CIVIL_AFFAIRS, "change": "yes"}, said)
    assert f'value="{CIVIL_AFFAIRS}" selected' in changed
    missing = browser.post(address, {"next_office": "education.990101", "confirmed": "yes"}, said)
    assert "请选择单位" in missing


def test_a_school_sees_its_own_items_alone(desks: Desks) -> None:
    item = desks.desks.refer(CASE_OWNER)
    browser = desks.browser(EDUCATION, TEACHER)
    assert LONG_NAME not in browser.get("/desk/items?scope=all")
    for path in ("", "/slip", "/steps/withdraw"):
        browser.get(f"/desk/items/{item}{path}")
        assert browser.status == 404, path


def test_the_supervisor_sees_what_is_overdue_below_and_nothing_about_the_child(desks: Desks) -> None:
    item = desks.desks.refer(CASE_OWNER)
    desks.desks.pass_days(4)
    page = desks.browser(CITY, WATCHER).get("/desk/items")
    assert "已超期" in page
    assert f"/desk/items/{item}" in page
    seen = desks.browser(CITY, WATCHER).get(f"/desk/items/{item}")
    for text in (page, seen):
        assert not [clear for clear in (LONG_NAME, "99****", "槐树镇") if clear in text]
    assert "已督办" in seen
    assert "需要您办理或督办 1 项与其他单位的事项" in desks.browser(CITY, WATCHER).get("/desk/")
    assert "已超期" in desks.browser(CIVIL_AFFAIRS, CASE_OWNER).get("/desk/")


def test_a_visit_is_reported_by_number_and_nothing_of_the_item_is_told(desks: Desks) -> None:
    item = desks.desks.refer(CASE_OWNER)
    desks.desks.synchronise()
    holder, village = desks.browser(CIVIL_AFFAIRS, CASE_OWNER), desks.browser(CIVIL_AFFAIRS, VILLAGE)
    for step in ("acknowledge", "accept"):
        _take(holder, item, step)
    number = f"w6－{item[:8]}"
    fields = {"number": number, "visited_on": "2026.3.4", "child_seen": "no", "proof": "ZF-2026-015", "note": "锁门"}
    page = village.post("/desk/visits", fields, village.get("/desk/visits"))
    assert "已记录" in page
    assert LONG_NAME not in page
    assert "锁门" in holder.get(f"/desk/items/{item}")
    wrong = village.post("/desk/visits", {**fields, "number": "W6-00000000"}, page)
    assert "这个编号现在不需要走访" in wrong
    assert "锁门" in wrong
    for address in ("/desk/items", f"/desk/items/{item}", f"/desk/items/{item}/slip", "/desk/items/new"):
        village.get(address)
        assert village.status == 403, address


def test_items_are_found_by_number_and_by_name_and_a_name_is_in_no_address(desks: Desks) -> None:
    item = desks.desks.refer(CASE_OWNER)
    browser = desks.browser(EDUCATION, CASE_OWNER)
    browser.get(f"/desk/items/by-number?number=w6-{item[:8]}")
    assert browser.path == f"/desk/items/{item}"
    assert "没有这个编号的事项" in browser.get("/desk/items/by-number?number=W6-00000000")
    assert "事项编号形如" in browser.get("/desk/items/by-number?number=12")
    page = browser.post("/desk/items/by-name", {"child_name": "买买提", "scope": "all"}, browser.get("/desk/items"))
    assert browser.path == "/desk/items/by-name"
    assert item in page
    assert "没有找到" in browser.post("/desk/items/by-name", {"child_name": "无此人", "scope": "all"}, page)
