"""The accounting for one child and requests for correction in a browser, in both languages, with long names."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from connectors.console.roles import Role
from tests.browser.office_console import OfficeConsole

CHILD = "赵小树"
LONG = {
    "zh": (
        "童安县民族团结实验第一小学家长委员会代表阿卜杜热合曼·买买提",
        "残疾等级、残疾类别和证件有效期",
        "应为二级，附评定表。" * 30,
    ),
    "en": ("Parents' committee of Tong'an First Primary School", "Grade and kind of disability", "See the form. " * 30),
}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_steward_finds_a_child_and_keeps_a_request(
    office: OfficeConsole,
    office_page_as: Callable[..., Page],
    axe: Callable[[Page], list[str]],
    fits: Callable[[Page], bool],
    language: str,
) -> None:
    def look() -> None:
        assert axe(page) == []
        assert fits(page)

    page = office_page_as(Role.DATA_STEWARD, language)
    page.goto(f"{office.url}/desk/asked")
    look()
    page.locator("a[href='/desk/accounting']").click()
    expect(page.locator("#field-sought")).to_be_visible()
    look()
    page.fill("#field-sought", "没有这个人")
    page.keyboard.press("Enter")
    expect(page.locator("#error-sought")).to_be_visible()
    look()
    page.fill("#field-sought", CHILD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name=CHILD)).to_be_visible()
    look()
    page.get_by_role("link", name=CHILD).click()
    expect(page.locator("h1")).to_contain_text(CHILD)
    look()
    page.locator("main form button").click()
    expect(page.locator("#error-file")).to_be_visible()
    page.locator("a[href^='/desk/corrections/new']").click()
    expect(page.locator("#field-child_name")).to_have_value(CHILD)
    look()
    applicant, about, stated = LONG[language]
    page.locator("input[value=guardian]").check()
    page.fill("#field-applicant", applicant)
    page.fill("#field-about", about)
    page.fill("#field-stated", stated)
    page.locator("main form button").click()
    expect(page.locator(".notice")).to_be_visible()
    look()
    page.goto(f"{office.url}/desk/corrections")
    look()
    page.get_by_role("link", name=about).first.click()
    page.locator("main form button").click()
    expect(page.locator("#error-outcome")).to_be_visible()
    page.locator("input[value=corrected]").check()
    page.fill("#field-reason", "已按评定表更正 / corrected as the form says")
    page.locator("main form button").click()
    expect(page.locator("main form")).to_have_count(0)
    look()
    page.locator("a[href$='/form']").click()
    page.wait_for_url("**/form")
    look()
