"""The rules of the office's region on a page: the one that holds is marked, and a year without a notice is told."""

from dataclasses import replace

import pytest

from connectors.console.account import Account
from connectors.console.context import Console
from connectors.console.roles import Role
from connectors.web.app import create_console_app
from tests.item_offices import ItemRelay
from tests.unit.connectors.desk.desk_pages import browser_of
from tests.unit.connectors.dropouts.absences import CIVIL_AFFAIRS, SCHOOL

ADMINISTRATOR = Account("zhou.min", "周敏", frozenset({Role.ADMINISTRATOR}))
TEACHER = Account("li.na", "李娜", frozenset({Role.SCHOOL_USER}), SCHOOL)
VILLAGE = Account("zhao", "赵大山", frozenset({Role.VILLAGE_DIRECTOR}))


def _page(console: Console, account: Account, language: str = "zh") -> str:
    return browser_of(create_console_app(console), console, account, language).get("/desk/rules")


def _row_with(page: str, words: str) -> str:
    (row,) = (row for row in page.split("<tr>") if words in row)
    return row


@pytest.mark.parametrize(
    ("region", "name", "days"), [("990101", "全国", 3), ("440103", "广东省", 5), ("310151", "上海市崇明区", 3)]
)
def test_the_limit_that_holds_in_the_region_is_marked(console: Console, region: str, name: str, days: int) -> None:
    settings = console.connector.settings.model_copy(update={"region": region})
    page = _page(replace(console, connector=replace(console.connector, settings=settings)), ADMINISTRATOR)
    row = _row_with(page, "本单位适用")
    assert name in row
    assert f"{days} 个教学日" in row
    assert "缺勤标准" in page


def test_each_is_told_which_regular_report_is_theirs(console: Console) -> None:
    assert "县级季核查" in _row_with(_page(console, ADMINISTRATOR), "由本单位报送")
    assert "学校月报告" in _row_with(_page(console, TEACHER), "由本校报送")
    assert "county&#39;s quarterly review" in _row_with(
        _page(console, replace(ADMINISTRATOR, id="zhou"), "en"), "this office&#39;s"
    )


def test_the_calendar_of_the_year_stands_there_and_a_missing_one_is_told(console: Console) -> None:
    page = _page(console, ADMINISTRATOR)
    assert "国办发明电〔2025〕7号" in page
    assert "2月15日至23日" in page
    assert "1月4日、2月14日" in page
    assert "2027 年的通知还没有收录" in page


def test_an_office_without_schools_sees_the_calendar_alone(relay: ItemRelay) -> None:
    page = _page(relay.offices[CIVIL_AFFAIRS], ADMINISTRATOR)
    assert "工作日历" in page
    assert "缺勤标准" not in page
    assert "四个一" not in page


def test_who_has_no_first_page_has_no_rules_either(console: Console) -> None:
    assert "工作日历" not in _page(console, VILLAGE)
