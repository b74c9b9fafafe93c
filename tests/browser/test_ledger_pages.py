"""Ledgers in a browser: upload, columns, the row that is wrong, the marked workbook, in both languages."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from connectors.console.roles import Role
from tests.browser.office_console import OfficeConsole
from tests.unit.connectors.desk.uploaded import number_of, sheet_of
from tests.unit.connectors.ledgers import write_sheet

HEADER = ["序号", "儿童姓名", "性别", "出生日期", "身份证号", "户籍地代码", "监护人姓名", "备注"]
LONG_NAME = "阿卜杜热合曼·买买提"
CHILDREN = 60
WRONG_ROW = 9
WORDS = {
    "zh": {
        "choose": "请选择一个文件",
        "old": "请另存为 .xlsx",
        "columns": "各列是什么？",
        "twice": "有几列都选了“姓名”，请只留一列",
        "ready": "可以查询",
        "saved": "已保存，仍有问题",
        "done": "第 9 行已改正",
        "child": "填写一名儿童",
    },
    "en": {
        "choose": "Choose a file",
        "old": "save it as .xlsx",
        "columns": "What are the columns?",
        "twice": 'Several columns are "Name": keep one',
        "ready": "can be asked with",
        "saved": "something is wrong still",
        "done": "Row 9 is put right",
        "child": "Type one child in",
    },
}


def write_ledger(path: Path) -> None:
    """Write a ledger of long names; one ID number is cut short, one name is missing."""
    rows: list[list[object]] = [["童安县困境儿童信息台账（2026年第一季度）"], HEADER]
    for child in range(1, CHILDREN + 1):
        number = number_of(child)[:10] if child == WRONG_ROW - 2 else number_of(child)
        name = "" if child == CHILDREN else LONG_NAME
        rows.append([child, name, "男" if child % 2 else "女", "2015.5.7", number, "990101", LONG_NAME, ""])
    write_sheet(path, rows, "花名册")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_ledger_is_uploaded_and_a_row_is_put_right(
    office: OfficeConsole,
    office_page_as: Callable[..., Page],
    axe: Callable[[Page], list[str]],
    fits: Callable[[Page], bool],
    tmp_path: Path,
    language: str,
) -> None:
    words, page = WORDS[language], office_page_as(Role.CASE_OWNER, language)

    def look() -> None:
        assert axe(page) == []
        assert fits(page)

    page.goto(f"{office.url}/desk/ledgers")
    look()
    _send(page)
    expect(page.locator(".error-summary")).to_contain_text(words["choose"])
    look()
    (tmp_path / "旧.xls").write_bytes(b"\xd0\xcf\x11\xe0" + bytes(600))
    page.set_input_files("#field-file", tmp_path / "旧.xls")
    _send(page)
    expect(page.locator(".error-summary")).to_contain_text(words["old"])

    write_ledger(tmp_path / f"困境儿童花名册-{language}.xlsx")
    page.set_input_files("#field-file", tmp_path / f"困境儿童花名册-{language}.xlsx")
    _send(page)
    page.wait_for_url("**/columns", timeout=60_000)
    expect(page.locator("h1")).to_have_text(words["columns"])
    expect(page.locator("#field-column-4")).to_have_value("citizen_id")
    expect(page.locator("#field-column-6")).to_have_value("")
    assert number_of(1) not in page.content()
    look()
    page.select_option("#field-column-7", "name")
    _send(page)
    expect(page.locator(".error-summary")).to_contain_text(words["twice"])
    look()
    page.select_option("#field-column-7", "")
    _send(page)

    expect(page.locator("h1")).to_contain_text(words["ready"], timeout=60_000)
    assert number_of(1) not in page.content()
    look()
    ledger = page.url
    page.goto(f"{ledger}/rows/{WRONG_ROW}")
    expect(page.locator("#field-cell-4")).to_have_value(number_of(WRONG_ROW - 2)[:10])
    look()
    _type_over(page, "#field-cell-4", number_of(WRONG_ROW - 2)[:17])
    expect(page.locator(".notice").first).to_contain_text(words["saved"])
    expect(page.locator("#field-cell-4")).to_have_value(number_of(WRONG_ROW - 2)[:17])
    look()
    _type_over(page, "#field-cell-4", number_of(WRONG_ROW - 2))
    expect(page.locator(".notice").first).to_contain_text(words["done"])
    look()

    with page.expect_download() as download:
        page.click(f'a[href$="{ledger.rsplit("/", 1)[1]}/marked"]')
    sheet = sheet_of(Path(download.value.path()).read_bytes())
    assert sheet.cell(WRONG_ROW, 5).value == number_of(WRONG_ROW - 2)
    assert sheet.cell(CHILDREN + 2, len(HEADER) + 1).value == "“儿童姓名”必填项为空"
    page.goto(f"{ledger}/destroy")
    look()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_one_child_is_typed_in(
    office: OfficeConsole, office_page_as: Callable[..., Page], axe: Callable[[Page], list[str]], language: str
) -> None:
    words, page = WORDS[language], office_page_as(Role.QUERY_OFFICER, language)
    page.goto(f"{office.url}/desk/ledgers/child")
    expect(page.locator("h1")).to_contain_text(words["child"])
    page.fill("#field-citizen_id", number_of(1))
    _send(page)
    expect(page.locator("#field-citizen_id")).to_have_value(number_of(1))
    assert axe(page) == []
    page.fill("#field-name", LONG_NAME)
    _send(page)
    expect(page.locator("h1")).to_contain_text(words["ready"])
    assert axe(page) == []


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
