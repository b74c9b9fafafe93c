"""The security administrator's page of accounts, in a browser."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from gateway.domain.roles import Role
from tests.browser.console import Console, fill_sign_in

PATHS = ["accounts", "add-account", "password", "accounts/{other}", "accounts/{other}/disable", "accounts/{own}"]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_pages_have_no_serious_faults_and_fit(
    console: Console,
    page_as: Callable[..., Page],
    axe: Callable[[Page], list[str]],
    fits: Callable[[Page], bool],
    language: str,
) -> None:
    page = page_as(Role.SECURITY_ADMINISTRATOR, language)
    other, own = console.person(Role.PRIVACY_OFFICER), console.person(Role.SECURITY_ADMINISTRATOR)
    for path in PATHS:
        page.goto(f"{console.url}/console/{path.format(other=other.account.id, own=own.account.id)}")
        assert page.locator("h1").count() == 1
        assert axe(page) == [], path
        assert fits(page), path


def test_who_is_added_can_sign_in_with_what_the_card_says(
    console: Console, page_as: Callable[..., Page], new_page: Callable[[str], Page], axe: Callable[[Page], list[str]]
) -> None:
    page = page_as(Role.SECURITY_ADMINISTRATOR)
    page.goto(f"{console.url}/console/accounts")
    page.click("text=新增账号")
    page.fill("#field-id", "gulibahar")
    page.fill("#field-name", "古丽巴哈尔·吐尔逊江")
    page.check("input[value=privacy_officer]")
    page.check("input[value=system_administrator]")
    page.click("main button[type=submit]")
    expect(page.locator("#error-roles")).to_contain_text("不得由一人兼任")
    assert page.input_value("#field-name") == "古丽巴哈尔·吐尔逊江"
    page.uncheck("input[value=system_administrator]")
    page.click("main button[type=submit]")
    expect(page.locator("h1")).to_have_text("账号已新增")
    assert axe(page) == []
    assert page.evaluate("document.querySelector('img.qr').naturalWidth") > 0
    texts = page.locator("dl .code").all_inner_texts()
    password, secret = texts[2], texts[3].replace(" ", "")
    other = new_page("zh")
    person = console.known("gulibahar", password, secret)
    console.sign_in(other, person)
    other.wait_for_url("**/console/password")


def test_a_change_of_roles_ends_the_sessions_and_says_so(
    console: Console, page_as: Callable[..., Page], new_page: Callable[[str], Page]
) -> None:
    person = console.add_person(Role.SECURITY_ADMINISTRATOR)
    theirs = new_page("zh")
    theirs.goto(f"{console.url}/console/accounts")
    fill_sign_in(theirs, person.account.id, person.password, person.code())
    expect(theirs.locator("h1")).to_have_text("审计台账号")
    page = page_as(Role.SECURITY_ADMINISTRATOR)
    page.goto(f"{console.url}/console/accounts/{person.account.id}")
    page.uncheck("input[value=security_administrator]")
    page.check("input[value=oversight_auditor]")
    page.click("main form button[type=submit]")
    expect(page.locator(".notice")).to_contain_text("角色已更改")
    theirs.goto(f"{console.url}/console/accounts")
    expect(theirs.locator("h1")).to_have_text("登录审计台")
    fill_sign_in(theirs, person.account.id, person.password, person.code())
    expect(theirs.locator("h1")).to_have_text("您的角色不能这样做")
    expect(theirs.locator("main li")).to_have_text(["安全管理员"])


def test_disabling_says_what_will_happen_first(
    console: Console, page_as: Callable[..., Page], new_page: Callable[[str], Page]
) -> None:
    person = console.add_person(Role.PRIVACY_OFFICER, name="王安")
    page = page_as(Role.SECURITY_ADMINISTRATOR, "en")
    page.goto(f"{console.url}/console/accounts/{person.account.id}")
    page.click("text=Disable this account")
    expect(page.locator("h1")).to_have_text("Disable the account of 王安?")
    page.click("main button[type=submit]")
    expect(page.locator("main")).to_contain_text("disabled")
    theirs = new_page("en")
    console.sign_in(theirs, person)
    expect(theirs.locator(".error-summary")).to_contain_text("is not right")


def test_nothing_on_ones_own_account_can_be_pressed(console: Console, page_as: Callable[..., Page]) -> None:
    page = page_as(Role.SECURITY_ADMINISTRATOR)
    own = console.person(Role.SECURITY_ADMINISTRATOR)
    page.goto(f"{console.url}/console/accounts/{own.account.id}")
    expect(page.locator("main form")).to_have_count(0)
    expect(page.locator("main")).to_contain_text("请另一位安全管理员办理")
