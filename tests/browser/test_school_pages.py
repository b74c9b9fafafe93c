"""A school's ten minutes in a browser: 60 rows with seven planted faults, repaired, flagged, seen in the ledgers.

Then the county: acknowledges, refers, takes the result back; reports. By keyboard, in both languages.
"""

import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Browser, Page, expect

from connectors.console.account import Account
from connectors.console.roles import Role
from connectors.dropouts.dropout_lines import list_dropouts
from connectors.dropouts.export_ledger import COLUMNS, HEADER_ROW
from connectors.dropouts.flag_worker import work_on_flags
from connectors.dropouts.plan_flags import keep_flags
from tests.browser.school_desk import SchoolDesk, served_bureau
from tests.unit.connectors.dropouts.absences import (
    CIVIL_AFFAIRS,
    FIRST_ROW,
    HEADER,
    LONG_NAME,
    OTHER_SCHOOL,
    SCHOOL,
    checked,
    number_of,
    row_of,
    workbook_of,
)

PUPILS = 60
TEACHER = Account("li.na", "李娜", frozenset({Role.SCHOOL_USER}), SCHOOL)
ELSEWHERE = Account("ma.li", "马丽", frozenset({Role.SCHOOL_USER}), OTHER_SCHOOL)
OWNER = Account("case.owner", "才仁卓玛", frozenset({Role.CASE_OWNER}))


def wrong_digit(pupil: int) -> str:
    number = number_of(pupil)
    return number[:-1] + ("0" if number[-1] != "0" else "1")


FAULTS: dict[int, tuple[str, object, str]] = {
    3: ("身份证件号", wrong_digit(3), number_of(3)),
    9: ("身份证件号", float(number_of(9)[:15] + "000"), number_of(9)),
    15: ("首次缺勤日期", "2026.9.9", "2026-02-09"),
    22: ("连续缺勤天数(教学日)", 2, "8"),
    31: ("学生姓名", None, LONG_NAME),
    44: ("原因", "不想上学了", "R01"),
    58: ("身份证件号", number_of(57), number_of(58)),
}
"""By pupil: the column at fault, what stands in it, and what is right."""


@pytest.fixture(scope="module")
def desk(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SchoolDesk]:
    """The bureau's console for this module; without a browser it is not even begun."""
    del browser
    with served_bureau(tmp_path_factory.mktemp("bureau")) as desk:
        yield desk


@pytest.fixture
def look(axe: Callable[[Page], list[str]], fits: Callable[[Page], bool]) -> Callable[[Page], None]:
    """Give `look(page)`: no serious fault, and no horizontal scrolling at 200 %."""

    def look(page: Page) -> None:
        assert axe(page) == []
        assert fits(page)

    return look


def test_sixty_rows_with_seven_faults_are_repaired_flagged_and_stand_in_the_ledgers(
    desk: SchoolDesk, browser: Browser, look: Callable[[Page], None], tmp_path: Path
) -> None:
    page = desk.page_of(browser, TEACHER)
    page.goto(f"{desk.url}/desk/absences")
    look(page)
    rows = [row_of(pupil, **_fault(pupil)) for pupil in range(1, PUPILS + 1)]
    (tmp_path / "缺勤台账.xlsx").write_bytes(workbook_of(rows))
    page.goto(f"{desk.url}/desk/ledgers")
    look(page)
    page.set_input_files("#field-file", tmp_path / "缺勤台账.xlsx")
    _send(page)
    page.wait_for_url("**/columns", timeout=60_000)
    assert page.locator(f"#field-column-{HEADER.index('首次缺勤日期')}").input_value() == "first_absent_on"
    for column, field in (("监护人姓名", "guardian_name"), ("联系电话", "guardian_phone")):
        page.select_option(f"#field-column-{HEADER.index(column)}", field)
    _send(page)
    expect(page.locator("h1")).to_contain_text("已核对", timeout=60_000)
    look(page)
    ledger = page.url
    numbers = [int(text) for text in page.locator("tbody td.number:first-child").all_inner_texts()]
    assert numbers == [FIRST_ROW - 1 + pupil for pupil in FAULTS]

    for pupil, (column, _, right) in FAULTS.items():
        page.goto(f"{ledger}/rows/{FIRST_ROW - 1 + pupil}")
        if pupil == 15:
            look(page)
        _type_over(page, f"#field-cell-{HEADER.index(column)}", right)
        expect(page.locator(".notice").first).to_contain_text("已改正")

    page.goto(ledger)
    page.get_by_role("link", name="标记疑似辍学学生").click()
    expect(page.locator("h1")).to_have_text("标记 60 名学生")
    look(page)
    _send(page)
    expect(page.locator(".notice").first).to_contain_text("60 名学生已全部登记", timeout=120_000)
    look(page)
    page.goto(f"{desk.url}/desk/absences")
    expect(page.locator("main")).to_contain_text("已标记 60 名")

    page.goto(f"{desk.url}/desk/dropouts")
    expect(page.locator(".pager-count")).to_contain_text("共 60 条")
    look(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="导出 60 人的工作簿").click()
    sheet = load_workbook(io.BytesIO(Path(download.value.path()).read_bytes())).active
    found = {sheet.cell(row, COLUMNS.index("身份证件号") + 1).value for row in range(HEADER_ROW + 1, HEADER_ROW + 61)}
    assert found == {number_of(pupil) for pupil in range(1, PUPILS + 1)}

    elsewhere = desk.page_of(browser, ELSEWHERE)
    elsewhere.goto(f"{desk.url}/desk/dropouts")
    expect(elsewhere.locator("main")).not_to_contain_text(LONG_NAME)
    assert elsewhere.goto(ledger).status == 404  # type: ignore[union-attr]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_one_pupil_is_typed_in_by_keyboard(
    desk: SchoolDesk, browser: Browser, look: Callable[[Page], None], language: str
) -> None:
    page = desk.page_of(browser, TEACHER, language)
    pupil = 101 if language == "zh" else 102
    page.goto(f"{desk.url}/desk/absences/pupil")
    look(page)
    _send(page)
    expect(page.locator(".error-summary li")).to_have_count(4)
    look(page)
    typed = {
        "name": LONG_NAME,
        "citizen_id": number_of(pupil),
        "first_absent_on": "2026.2.25",
        "absent_days": "6",
        "contacted_on": "2026-03-02",
        "visited_on": "2026-03-03",
        "visit_proof": "JF-2026-101",
    }
    for name, text in typed.items():
        page.locator(f"#field-{name}").focus()
        page.keyboard.type(text)
    page.select_option("#field-reason", "R05")
    _send(page)
    expect(page.locator("h1")).to_have_text({"zh": "标记 1 名学生", "en": "Flag 1 pupil"}[language])
    look(page)
    _send(page)
    expect(page.locator(".notice-good")).to_be_visible(timeout=60_000)
    look(page)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_county_sorts_flagged_pupils(
    desk: SchoolDesk, browser: Browser, look: Callable[[Page], None], language: str
) -> None:
    pupil = 111 if language == "zh" else 112
    desk.page_of(browser, TEACHER)
    keep_flags(desk.console, checked(desk.console, [row_of(pupil)]), CIVIL_AFFAIRS, SCHOOL)
    work_on_flags(desk.console)
    page = desk.page_of(browser, OWNER, language)
    page.goto(f"{desk.url}/desk/triage")
    look(page)
    _send(page)
    expect(page.locator(".error-summary")).to_be_visible()
    item = next(
        line.row.item
        for line in list_dropouts(desk.console, OWNER)
        if line.entry is not None and line.entry.citizen_id == number_of(pupil)
    )
    page.goto(f"{desk.url}/desk/triage?page={1 if page.locator(f'#tick-{item}').count() else 2}")
    page.locator(f"#tick-{item}").focus()
    page.keyboard.press("Space")
    _send(page)
    expect(page.locator(".notice-good")).to_be_visible(timeout=60_000)
    look(page)
    page.goto(f"{desk.url}/desk/triage/{item}")
    expect(page.locator("h1")).to_contain_text(LONG_NAME)
    assert number_of(pupil) not in page.content()
    look(page)
    page.goto(f"{desk.url}/desk/triage/{item}/report_danger")
    look(page)
    page.goto(f"{desk.url}/desk/triage/{item}/refer")
    look(page)
    _send(page)
    expect(page.locator(".notice-good")).to_be_visible()
    expect(page.locator("main")).to_contain_text(re.compile("W6-[0-9A-F]{8}"))
    look(page)
    page.goto(f"{desk.url}/desk/dropouts?ledger=dropped_out")
    look(page)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_regular_reports_are_counted_and_noted(
    desk: SchoolDesk, browser: Browser, look: Callable[[Page], None], language: str
) -> None:
    for account in (TEACHER, OWNER):
        page = desk.page_of(browser, account, language)
        page.goto(f"{desk.url}/desk/dropout-reports")
        look(page)
        _send(page)
        expect(page.locator(".error-summary")).to_be_visible()
        page.fill("#field-reference", "KC-2026-03")
        _send(page)
        expect(page.locator(".notice-good")).to_be_visible()
        look(page)


def _fault(pupil: int) -> dict[str, object]:
    column, wrong, _ = FAULTS.get(pupil, ("备注", None, ""))
    return {column: wrong}


def _send(page: Page) -> None:
    """Press the form's button by keyboard."""
    page.locator("main form[method=post] button[type=submit]").last.focus()
    page.keyboard.press("Enter")


def _type_over(page: Page, field: str, text: str) -> None:
    """Type into a field by keyboard and send its form."""
    page.locator(field).focus()
    page.keyboard.press("Control+A")
    page.keyboard.type(text)
    page.keyboard.press("Enter")
    page.wait_for_load_state()
