"""Signing in at the console, as people do it: by keyboard, in both languages, with mistakes."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import update

from gateway.domain.roles import Role
from gateway.persistence.account_tables import console_session
from gateway.persistence.engine import write_transaction
from tests.browser.console import PASSWORD, Console, fill_sign_in

WORDS = {
    "zh": {"title": "登录审计台", "wrong": "登录名、密码或动态码不正确", "ribbon": "不含姓名和身份号码"},
    "en": {"title": "Sign in to the audit console", "wrong": "is not right", "ribbon": "no names, no ID numbers"},
}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_sign_in_by_keyboard_alone(console: Console, new_page: Callable[[str], Page], language: str) -> None:
    person = console.add_person(Role.SECURITY_ADMINISTRATOR, name="阿卜杜热合曼·买买提")
    page = new_page(language)
    page.goto(f"{console.url}/console/accounts")
    expect(page.locator("h1")).to_have_text(WORDS[language]["title"])
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip-link"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    for text in (person.account.id, person.password, person.code()):
        page.keyboard.type(text)
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/console/accounts")
    expect(page.locator(".officer-name")).to_have_text("阿卜杜热合曼·买买提")
    expect(page.locator(".ribbon")).to_contain_text(WORDS[language]["ribbon"])
    assert page.locator("html").get_attribute("lang") == {"zh": "zh-CN", "en": "en"}[language]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_whatever_is_wrong_the_sentence_is_one(
    console: Console, new_page: Callable[[str], Page], language: str
) -> None:
    person = console.add_person(Role.OVERSIGHT_AUDITOR)
    page = new_page(language)
    sentences = set()
    for account, password, code in (
        (person.account.id, person.password, "000000"),
        (person.account.id, "not the password", person.code()),
        ("nobody-of-this-name", person.password, "000000"),
    ):
        page.goto(f"{console.url}/console/sign-in")
        fill_sign_in(page, account, password, code)
        sentences.add(page.locator(".error-summary").inner_text())
        assert page.input_value("#field-account") == account
        assert page.input_value("#field-password") == ""
    (sentence,) = sentences
    assert WORDS[language]["wrong"] in sentence


def test_five_failures_lock_the_name_even_for_the_right_password(
    console: Console, new_page: Callable[[str], Page]
) -> None:
    person = console.add_person(Role.OVERSIGHT_AUDITOR)
    page = new_page("zh")
    page.goto(f"{console.url}/console/sign-in")
    for _ in range(5):
        fill_sign_in(page, person.account.id, "not the password", "000000")
        expect(page.locator(".error-summary")).to_contain_text("不正确")
    fill_sign_in(page, person.account.id, person.password, person.code())
    expect(page.locator(".error-summary")).to_contain_text("已暂停 15 分钟")


def test_a_code_is_accepted_once(console: Console, new_page: Callable[[str], Page]) -> None:
    person = console.add_person(Role.SECURITY_ADMINISTRATOR)
    code = person.code()
    for expected in ("账号", "登录审计台"):
        page = new_page("zh")
        page.goto(f"{console.url}/console/accounts")
        fill_sign_in(page, person.account.id, person.password, code)
        expect(page.locator("h1")).to_contain_text(expected)


def test_a_one_time_password_has_to_be_replaced_first(console: Console, new_page: Callable[[str], Page]) -> None:
    person = console.add_person(Role.SECURITY_ADMINISTRATOR, one_time=True)
    page = new_page("zh")
    page.goto(f"{console.url}/console/accounts")
    fill_sign_in(page, person.account.id, person.password, person.code())
    page.wait_for_url("**/console/password")
    page.fill("#field-password", person.password)
    page.fill("#field-new_password", "太短")
    page.fill("#field-repeated_password", "太短")
    page.click("main button[type=submit]")
    expect(page.locator("#error-new_password")).to_contain_text("12 至 128")
    page.click(".error-summary a")
    assert page.evaluate("document.activeElement.id") == "field-new_password"
    page.fill("#field-password", person.password)
    page.fill("#field-new_password", PASSWORD)
    page.fill("#field-repeated_password", PASSWORD)
    page.click("main button[type=submit]")
    page.goto(f"{console.url}/console/accounts")
    expect(page.locator("h1")).to_contain_text("账号")


def test_what_was_typed_outlives_the_session(console: Console, new_page: Callable[[str], Page]) -> None:
    person = console.add_person(Role.SECURITY_ADMINISTRATOR)
    page = new_page("zh")
    page.goto(f"{console.url}/console/add-account")
    fill_sign_in(page, person.account.id, person.password, person.code())
    page.fill("#field-id", "li.hua")
    page.fill("#field-name", "阿卜杜热合曼·买买提")
    page.check("input[value=privacy_officer]")
    _make_idle(console, person.account.id)
    page.click("main button[type=submit]")
    expect(page.locator(".notice")).to_contain_text("登录已结束")
    fill_sign_in(page, person.account.id, person.password, person.code())
    expect(page.locator("h1")).to_have_text("您已重新登录")
    expect(page.locator("dl")).to_contain_text("阿卜杜热合曼·买买提")
    page.click("main button[type=submit]")
    expect(page.locator("h1")).to_have_text("账号已新增")
    expect(page.locator("dl")).to_contain_text("li.hua")


def test_signing_out_ends_the_session(console: Console, new_page: Callable[[str], Page]) -> None:
    person = console.add_person(Role.SECURITY_ADMINISTRATOR)
    page = new_page("zh")
    page.goto(f"{console.url}/console/accounts")
    fill_sign_in(page, person.account.id, person.password, person.code())
    cookies = page.context.cookies()
    page.click(".sign-out button")
    page.wait_for_url("**/console/sign-in")
    page.context.add_cookies(cookies)  # type: ignore[arg-type]
    page.goto(f"{console.url}/console/accounts")
    expect(page.locator("h1")).to_have_text("登录审计台")


def test_the_language_keeps_the_page_and_is_kept(console: Console, page_as: Callable[..., Page]) -> None:
    page = page_as(Role.SECURITY_ADMINISTRATOR)
    page.goto(f"{console.url}/console/accounts?sort=-name")
    page.click("text=English")
    assert page.url.endswith("/console/accounts?sort=-name")
    expect(page.locator("h1")).to_have_text("Accounts at the console")
    page.goto(f"{console.url}/console/add-account")
    expect(page.locator("h1")).to_have_text("Add an account")
    page.click("text=中文")
    expect(page.locator("h1")).to_have_text("新增账号")


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("path", ["sign-in", "sign-in?over=1", "nowhere"])
def test_pages_for_everybody_have_no_serious_faults(
    console: Console,
    new_page: Callable[[str], Page],
    axe: Callable[[Page], list[str]],
    fits: Callable[[Page], bool],
    path: str,
    language: str,
) -> None:
    page = new_page(language)
    page.goto(f"{console.url}/console/{path}")
    assert axe(page) == []
    assert fits(page)


def _make_idle(console: Console, account: str) -> None:
    with write_transaction(console.world.gateway.engine) as connection:
        connection.execute(update(console_session).where(console_session.c.account == account).values(seen_at=0))
