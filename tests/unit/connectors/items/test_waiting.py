"""What waits for whom is counted from what is kept: right after each change, and without reading what waits."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Engine, event, select

from connectors.console.account import Account
from connectors.console.roles import Role
from connectors.items.access import may_see, parts_of
from connectors.items.actions import open_item, take_step
from connectors.items.courses import Course, course_of
from connectors.items.offices import offices_of
from connectors.items.steps import open_steps, waiting_for
from connectors.items.synchronise import exchange_items, synchronise
from connectors.items.views import ItemScope
from connectors.items.waiting import bring_up_to_date, count_waiting, ids_waiting
from connectors.state.database import reading, writing
from connectors.state.item_outbox import find_waiting, note_refused
from connectors.state.item_tables import item, item_wait
from connectors.state.items import list_kept_items
from schemas.workflows.refusal import RefusalCode
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
from tests.unit.connectors.items.test_referral import REFERRAL, send_referral

ROLES = (
    (Role.CASE_OWNER,),
    (Role.DUTY_OFFICER,),
    (Role.CHILD_SUPERVISOR,),
    (Role.SUPERVISOR,),
    (Role.SCHOOL_USER,),
    (Role.CASE_OWNER, Role.SUPERVISOR),
    (Role.APPROVER,),
)
AGENCIES = (BUREAU, CIVIL, POLICE, TOWNSHIP, FEDERATION, CITY_CIVIL)


def slowly(office: Office, account: Account, scope: ItemScope) -> list[str]:
    """Return what waits by looking at every item."""
    console, offices, now = office.console, offices_of(office.console), office.console.now()

    def waits(course: Course) -> bool:
        if scope is ItemScope.OVERDUE:
            return any(one.is_overdue(now) for one in course.running)
        if course.kept.waiting is not None and course.kept.waiting.refused is not None:
            return True
        is_duty = any(one.duty.agency == offices.own for one in waiting_for(course, now))
        return is_duty and bool(open_steps(course, account.id, parts_of(account, course.kept), offices, now))

    with reading(office.connector.state) as connection:
        kept = list_kept_items(connection, ended=False)
    courses = [course_of(console.connector, one) for one in kept]
    return sorted(one.kept.id for one in courses if may_see(account, one, offices, now) and waits(one))


def check_all(county: County) -> int:
    """Compare the kept with the slow way at every office for every role; return how much waits in all."""
    total = 0
    for agency in AGENCIES:
        for roles in ROLES:
            office = county[agency]
            account = office.account(*roles)
            for scope in (ItemScope.WAITING, ItemScope.OVERDUE):
                expected = slowly(office, account, scope)
                assert ids_waiting(office.console, account, scope) == expected, (agency, roles, scope)
                assert count_waiting(office.console, account, scope) == len(expected)
                total += len(expected)
    return total


@contextmanager
def statements(state: Engine) -> Iterator[list[str]]:
    """Note every statement that is executed."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)

    event.listen(state, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(state, "before_cursor_execute", note)


def exchange(county: County) -> None:
    for agency in AGENCIES:
        synchronise(county[agency].console)


def test_the_kept_count_is_the_slow_one_after_each_step_and_as_time_passes(county: County) -> None:
    bureau, civil, police = county[BUREAU], county[CIVIL], county[POLICE]
    officer, teacher = bureau.account(Role.CASE_OWNER), bureau.account(Role.SCHOOL_USER)
    referral = open_item(bureau.console, officer, "W6", {}, REFERRAL)
    counted = check_all(county)
    take_step(bureau.console, officer, referral, "send", next_office=CIVIL, own=REFERRAL)
    seats = {"police": POLICE, "township": TOWNSHIP, "civil_affairs": CIVIL}
    report = open_item(bureau.console, teacher, "W2", seats, PAPERS[3], reporter=REPORTER)
    flag = open_item(bureau.console, teacher, "W1", {"education": BUREAU, "township": TOWNSHIP}, PAPERS[5])
    counted += check_all(county)
    exchange(county)
    counted += check_all(county)
    take_step(civil.console, civil.account(Role.CASE_OWNER), referral, "acknowledge")
    take_step(police.console, police.account(Role.DUTY_OFFICER), report, "take_down")
    take_step(bureau.console, teacher, flag, "contact_parents")
    counted += check_all(county)
    for days in (1, 2, 5, 20, 60):
        county.pass_time(days=days)
        county.gateway.escalate()
        counted += check_all(county)
        exchange(county)
        counted += check_all(county)
    assert counted > 40


def test_a_refused_step_and_one_on_its_way_are_counted_as_they_are(county: County) -> None:
    bureau = county[BUREAU]
    officer = bureau.account(Role.CASE_OWNER)
    referral = open_item(bureau.console, officer, "W6", {}, REFERRAL)
    county.gateway.is_away = True
    take_step(bureau.console, officer, referral, "send", next_office=CIVIL, own=REFERRAL)
    assert count_waiting(bureau.console, officer, ItemScope.WAITING) == 0
    check_all(county)
    with writing(bureau.connector.state) as connection:
        waiting = find_waiting(connection, referral)
        assert waiting is not None
        note_refused(connection, referral, waiting.token, RefusalCode.NOT_NOW.value)
    assert count_waiting(bureau.console, officer, ItemScope.WAITING) == 1
    check_all(county)


def test_a_page_reads_no_more_however_much_waits(county: County) -> None:
    bureau = county[BUREAU]
    officer = bureau.account(Role.CASE_OWNER)

    def cost() -> list[str]:
        with statements(bureau.connector.state) as seen:
            found.append(count_waiting(bureau.console, officer, ItemScope.WAITING))
        return seen

    found: list[int] = []
    open_item(bureau.console, officer, "W6", {}, REFERRAL)
    cost()
    few = cost()
    for _ in range(20):
        open_item(bureau.console, officer, "W6", {}, REFERRAL)
    after_changes = cost()
    many = cost()
    assert found == [1, 1, 21, 21]
    assert many == few
    assert not any("item_event" in one or "item_paper" in one for one in many)
    assert len(after_changes) > len(many)


def test_only_what_changed_is_read_again(county: County) -> None:
    bureau = county[BUREAU]
    officer = bureau.account(Role.CASE_OWNER)
    items = [open_item(bureau.console, officer, "W6", {}, REFERRAL) for _ in range(10)]
    bring_up_to_date(bureau.console)
    take_step(bureau.console, officer, items[3], "send", next_office=CIVIL, own=REFERRAL)
    with statements(bureau.connector.state) as seen:
        assert count_waiting(bureau.console, officer, ItemScope.WAITING) == 9
    assert sum("FROM item_event" in one for one in seen) == 1


def test_the_clock_s_job_leaves_nothing_to_be_counted(county: County) -> None:
    civil = county[CIVIL]
    send_referral(county)
    exchange_items(civil.console)
    with reading(civil.connector.state) as connection:
        assert list(connection.execute(select(item.c.is_counted)).scalars()) == [True]


def test_another_office_above_counts_everything_anew(county: County, monkeypatch: pytest.MonkeyPatch) -> None:
    bureau = county[BUREAU]
    officer = bureau.account(Role.CASE_OWNER)
    open_item(bureau.console, officer, "W6", {}, REFERRAL)
    assert count_waiting(bureau.console, officer, ItemScope.WAITING) == 1
    with writing(bureau.connector.state) as connection:
        connection.execute(item_wait.delete())  # as if it had been computed otherwise
    assert count_waiting(bureau.console, officer, ItemScope.WAITING) == 0
    monkeypatch.setattr("connectors.items.waiting._basis", lambda _offices, _calendar: "other offices")
    assert count_waiting(bureau.console, officer, ItemScope.WAITING) == 1
