"""Working days across the year's end: plain weekdays and provisional until the notice comes, then counted anew."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest

from connectors.console.account import Account
from connectors.console.actions import Action
from connectors.console.record import list_record
from connectors.console.roles import Role
from connectors.desk.correction_rules import CorrectionOutcome, CorrectionSource, Said
from connectors.desk.corrections import decide_correction, get_correction, record_correction
from connectors.desk.holiday_notices import (
    HolidayNoticeMissingError,
    check_holidays,
    count_missing_years,
    take_notice,
)
from connectors.holidays import calendar_for
from connectors.items.actions import open_item, take_step
from connectors.items.lists import get_item
from connectors.items.views import ItemScope
from connectors.items.waiting import count_waiting
from connectors.state.database import reading
from hosting.holiday_notices import NOTICES_FOLDER, missing_years, own_notices
from schemas.catalogue_files import CatalogueError
from schemas.holiday_notice import MAX_NOTICE_BYTES
from schemas.working_days import CHINA_TIME
from tests.unit.connectors.items.items_gateway import BUREAU, CIVIL, County, opened_county
from tests.unit.connectors.items.test_referral import REFERRAL
from tests.unit.connectors.web.office_desk import OfficeDesk, open_desk

NOTICE_2027 = """\
year: 2027
notice: 国务院办公厅关于2027年部分节假日安排的通知
number: 国办发明电〔2026〕99号
issued_on: 2026-11-20
holidays:
- {zh: 元旦, en: New Year, first_on: 2027-01-01, last_on: 2027-01-05}
make_up_days: [2027-01-09]
""".encode()
ADMINISTRATOR = Account("administrator", "王安", frozenset({Role.ADMINISTRATOR}))
YEAR_S_END = datetime(2026, 12, 30, 9, tzinfo=CHINA_TIME).astimezone(UTC)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[OfficeDesk]:
    """An office two days before the year's end."""
    opened = open_desk(tmp_path)
    opened.clock.now = YEAR_S_END
    yield opened
    opened.console.client.close()
    opened.connector.state.dispose()


def said(received_on: date) -> Said:
    return Said(CorrectionSource.GUARDIAN, "家长", "孩子", "残疾等级", "应为二级", received_on, "A202603050001")


def test_a_due_day_across_the_year_s_end_is_provisional_and_settled_by_the_notice(desk: OfficeDesk) -> None:
    waiting, answered = (record_correction(desk.console, "officer", said(date(2026, 12, 30))) for _ in range(2))
    decide_correction(desk.console, "officer", answered, CorrectionOutcome.UPHELD, "无误")
    before = get_correction(desk.console, "officer", waiting)
    assert (before.due_on, before.is_provisional) == (date(2027, 1, 13), True)

    take_notice(desk.console, ADMINISTRATOR, NOTICE_2027)

    after = get_correction(desk.console, "officer", waiting)
    assert (after.due_on, after.is_provisional) == (date(2027, 1, 15), False)
    assert get_correction(desk.console, "officer", answered).is_provisional  # it was answered by what was known
    with reading(desk.connector.state) as connection:
        actions = {line.action: (line.account, line.detail) for line in list_record(connection)}
    assert actions[Action.HOLIDAYS_ADDED] == (ADMINISTRATOR.id, "year=2027")
    assert actions[Action.CORRECTION_DUE_MOVED] == (None, "due=2027-01-15")


def test_the_clock_s_job_tells_what_is_missing_and_takes_a_file_that_was_put_there(desk: OfficeDesk) -> None:
    waiting = record_correction(desk.console, "officer", said(date(2026, 12, 30)))
    with pytest.raises(HolidayNoticeMissingError, match="2027"):
        check_holidays(desk.connector)
    folder = desk.connector.folder / NOTICES_FOLDER
    folder.mkdir()
    (folder / "2027.yaml").write_bytes(NOTICE_2027)
    check_holidays(desk.connector)
    assert not get_correction(desk.console, "officer", waiting).is_provisional
    (folder / "2028.yaml").write_bytes(NOTICE_2027)
    assert own_notices(desk.connector.folder).faulty == ("2028.yaml",)
    with pytest.raises(HolidayNoticeMissingError, match="faulty files: 1"):
        check_holidays(desk.connector)
    assert 2027 in calendar_for(desk.connector).notices


def test_next_year_is_asked_for_once_it_should_be_announced(desk: OfficeDesk) -> None:
    calendar = calendar_for(desk.connector)
    assert missing_years(calendar, date(2026, 10, 31)) == ()
    assert missing_years(calendar, date(2026, 11, 1)) == (2027,)
    assert missing_years(calendar, date(2027, 1, 1)) == (2027,)
    assert count_missing_years(desk.console, ADMINISTRATOR) == 1
    assert count_missing_years(desk.console, Account("officer", "王安", frozenset({Role.CASE_OWNER}))) == 0


def test_the_administrator_is_warned_and_adds_the_notice_on_a_page(desk: OfficeDesk) -> None:
    browser = desk.browser(Role.ADMINISTRATOR)
    assert "缺少 1 年的放假通知" in browser.client.get("/desk/").get_data(as_text=True)
    assert "缺少 2027 年的放假通知" in browser.client.get("/desk/holidays").get_data(as_text=True)
    for wrong in (b"", b"year: 2027\n", b"x" * (MAX_NOTICE_BYTES + 1)):
        answer = browser.post("/desk/holidays", file=(BytesIO(wrong), "2027.yaml"))
        assert answer.status_code == 422
    assert own_notices(desk.connector.folder).notices == ()
    answer = browser.post("/desk/holidays", file=(BytesIO(NOTICE_2027), "anything.yaml"))
    assert answer.headers["Location"] == "/desk/holidays?added=2027"
    page = browser.client.get("/desk/holidays?added=2027").get_data(as_text=True)
    assert "本单位添加" in page
    assert "缺少" not in page
    assert "缺少 1 年" not in browser.client.get("/desk/").get_data(as_text=True)
    assert desk.browser(Role.CASE_OWNER).client.get("/desk/holidays").status_code == 403


def test_a_notice_that_contradicts_another_is_refused(desk: OfficeDesk) -> None:
    contradicting = NOTICE_2027.replace(b"2027-01-01, last_on: 2027-01-05", b"2026-12-28, last_on: 2027-01-05").replace(
        b"2027-01-09", b"2027-01-03"
    )
    with pytest.raises(CatalogueError):
        take_notice(desk.console, ADMINISTRATOR, contradicting)
    assert own_notices(desk.connector.folder).notices == ()


@pytest.fixture
def county(tmp_path: Path) -> Iterator[County]:
    """Offices that exchange items, at the year's end."""
    with opened_county(tmp_path, (BUREAU, CIVIL)) as county:
        county.gateway.now = datetime(2026, 12, 31, 9, tzinfo=CHINA_TIME).astimezone(UTC)
        county.gateway.refresh()
        yield county


def test_an_item_s_deadline_moves_with_the_notice_and_so_does_what_is_overdue(county: County) -> None:
    bureau = county[BUREAU]
    officer = bureau.account(Role.CASE_OWNER)
    item = open_item(bureau.console, officer, "W6", {}, REFERRAL)
    take_step(bureau.console, officer, item, "send", next_office=CIVIL, own=REFERRAL)
    due = get_item(bureau.console, officer, item).row.due
    assert due is not None
    assert (due.on, due.provisional) == (date(2027, 1, 1), True)
    county.pass_time(days=2)
    assert count_waiting(bureau.console, officer, ItemScope.OVERDUE) == 1

    take_notice(bureau.console, ADMINISTRATOR, NOTICE_2027)

    due = get_item(bureau.console, officer, item).row.due
    assert due is not None
    assert (due.on, due.provisional) == (date(2027, 1, 6), False)
    assert count_waiting(bureau.console, officer, ItemScope.OVERDUE) == 0
    county.gateway.now += timedelta(days=5)
    county.gateway.refresh()
    assert count_waiting(bureau.console, officer, ItemScope.OVERDUE) == 1
