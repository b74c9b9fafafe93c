"""The officer's console in a browser: signing in by keyboard, the first password, accounts, in both languages."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from connectors.console.roles import Role
from tests.browser.console import PASSWORD, fill_sign_in
from tests.browser.office_console import OfficeConsole

WORDS = {
    "zh": {
        "title": "登录工作台",
        "ribbon": "可见本单位儿童姓名",
        "agency": "童安县残疾人联合会",
        "today": "今日待办",
        "empty": "现在没有需要您办理的事项",
        "password": "更换密码",
    },
    "en": {
        "title": "Sign in to the officer's desk",
        "ribbon": "names may be seen",
        "agency": "Tong'an County Disabled Persons' Federation",
        "today": "Today",
        "empty": "Nothing waits for you now",
        "password": "Replace your password",
    },
}
PATHS = [
    "",
    "accounts",
    "add-account",
    "password",
    "accounts/{other}",
    "accounts/{other}/disable",
    "accounts/{other}/reset",
    "record",
]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_first_day_by_keyboard_alone(
    office: OfficeConsole, office_page: Callable[[str], Page], axe: Callable[[Page], list[str]], language: str
) -> None:
    words = WORDS[language]
    person = office.add_person(Role.QUERY_OFFICER, name="阿卜杜热合曼·买买提", one_time=True)
    page = office_page(language)
    page.goto(office.url)
    expect(page.locator("h1")).to_have_text(words["title"])
    expect(page.locator(".ribbon")).to_contain_text(words["ribbon"])
    expect(page.locator(".notice")).to_have_count(0)  # nobody was signed in, so no session is over
    assert axe(page) == []
    _type_into_the_form(page, person.account.id, person.password, person.code())
    expect(page.locator("h1")).to_have_text(words["password"])
    assert axe(page) == []
    _type_into_the_form(page, person.password, PASSWORD, PASSWORD)
    page.wait_for_url("**/desk/")
    expect(page.locator(".officer-name")).to_have_text("阿卜杜热合曼·买买提")
    expect(page.locator(".masthead .agency")).to_have_text(words["agency"])
    expect(page.locator(".ways [aria-current]")).to_have_text(words["today"])
    expect(page.locator(".empty-state")).to_contain_text(words["empty"])
    assert axe(page) == []


def _type_into_the_form(page: Page, *texts: str) -> None:
    """Reach the form by the link that skips to it, type into its fields, and send it by the button."""
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip-link"
    page.keyboard.press("Enter")
    for text in texts:
        page.keyboard.press("Tab")
        page.keyboard.type(text)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_pages_have_no_serious_faults_and_fit(
    office: OfficeConsole,
    office_page_as: Callable[..., Page],
    axe: Callable[[Page], list[str]],
    fits: Callable[[Page], bool],
    language: str,
) -> None:
    other = office.person(Role.SCHOOL_USER).account.id
    page = office_page_as(Role.ADMINISTRATOR, language)
    for path in PATHS:
        page.goto(f"{office.url}/desk/{path.format(other=other)}")
        assert page.locator("h1").count() == 1
        assert axe(page) == [], path
        assert fits(page), path


def test_who_is_added_signs_in_with_what_the_card_says(
    office: OfficeConsole, office_page_as: Callable[..., Page], office_page: Callable[[str], Page]
) -> None:
    page = office_page_as(Role.ADMINISTRATOR)
    page.click(".ways a:has-text('管理')")
    page.click("text=新增账号")
    page.fill("#field-id", "gulibahar")
    page.fill("#field-name", "古丽巴哈尔·吐尔逊江")
    page.check("input[value=query_officer]")
    page.check("input[value=administrator]")
    page.click("main button[type=submit]")
    expect(page.locator("#error-roles")).to_contain_text("不得兼任其他角色")
    assert page.input_value("#field-name") == "古丽巴哈尔·吐尔逊江"
    page.uncheck("input[value=administrator]")
    page.click("main button[type=submit]")
    expect(page.locator("h1")).to_have_text("账号已新增")
    assert page.evaluate("document.querySelector('img.qr').naturalWidth") > 0
    texts = page.locator("dl .code").all_inner_texts()
    other = office_page("zh")
    office.sign_in(other, office.known("gulibahar", texts[2], texts[3].replace(" ", "")))
    other.wait_for_url("**/desk/password")
    other.click("text=退出")
    expect(other.locator("h1")).to_have_text("登录工作台")


def test_a_role_that_may_not_is_told_who_may(office: OfficeConsole, office_page_as: Callable[..., Page]) -> None:
    page = office_page_as(Role.APPROVER)
    expect(page.locator(".ways")).not_to_contain_text("管理")
    page.goto(f"{office.url}/desk/accounts")
    expect(page.locator("h1")).to_have_text("您的角色不能这样做")
    expect(page.locator("main li")).to_have_text(["安全管理员"])


def test_a_change_of_roles_ends_the_session_and_nothing_typed_is_lost(
    office: OfficeConsole, office_page_as: Callable[..., Page], office_page: Callable[[str], Page]
) -> None:
    second = office.add_person(Role.ADMINISTRATOR, name="才仁卓玛")
    theirs = office_page("zh")
    office.sign_in(theirs, second)
    theirs.wait_for_url("**/desk/")
    theirs.goto(f"{office.url}/desk/add-account")
    theirs.fill("#field-id", "zhao.yi")
    theirs.fill("#field-name", "赵一")
    theirs.check("input[value=approver]")
    page = office_page_as(Role.ADMINISTRATOR)
    page.goto(f"{office.url}/desk/accounts/{second.account.id}")
    page.uncheck("input[value=administrator]")
    page.check("input[value=data_steward]")
    page.click("main form button[type=submit]")
    expect(page.locator(".notice")).to_contain_text("角色已更改")
    theirs.click("main button[type=submit]")
    expect(theirs.locator("h1")).to_have_text("登录工作台")
    expect(theirs.locator("main")).to_contain_text("没有丢失")
    fill_sign_in(theirs, second.account.id, second.password, second.code())
    expect(theirs.locator("h1")).to_have_text("您已重新登录")
    theirs.click("main button[type=submit]")
    expect(theirs.locator("h1")).to_have_text("您的角色不能这样做")
