"""Signing in with an agency's identity provider in a real browser: cookies, headers and pages as they are taken."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from connectors.console.roles import Role
from connectors.settings import save_settings
from demo.scenario.servers import free_port
from hosting.sign_on.identities import Identity, link_account
from hosting.sign_on.settings import ProviderSettings
from tests.browser.console import new_context
from tests.browser.office_console import OfficeConsole, served_folder
from tests.identity_provider import CLIENT_ID, CLIENT_SECRET, SUBJECT, IdentityProvider, served_provider
from tests.unit.connectors.offices import PASSPHRASE, Clock, open_office, register_row
from tests.unit.connectors.web.office_desk import PIN

NAME = "阿卜杜热合曼·买买提"
WORDS = {
    "zh": ("用单位统一身份认证登录", "您已退出", "没有登录成功", "退出统一身份认证"),
    "en": (
        "Sign in with your agency's identity provider",
        "You are signed out",
        "You are not signed in",
        "Sign out of the identity provider",
    ),
}


@pytest.fixture(scope="module")
def provider(browser: Browser) -> Iterator[IdentityProvider]:
    del browser
    with served_provider() as provider:
        provider.asks_person = True
        yield provider


@pytest.fixture(scope="module")
def office(provider: IdentityProvider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OfficeConsole]:
    folder = tmp_path_factory.mktemp("sign-on")
    connector, _ = open_office(folder, [register_row(1)], Clock())
    secret = folder / "client.secret"
    secret.write_text(CLIENT_SECRET)
    secret.chmod(0o600)
    port = free_port()
    settings = {
        "gateway": PIN,
        "console_url": f"http://127.0.0.1:{port}",
        "identity_provider": ProviderSettings(issuer=provider.url, client_id=CLIENT_ID, client_secret_file=secret.name),
    }
    save_settings(folder, connector.settings.model_copy(update=settings))
    connector.state.dispose()
    with served_folder(folder, PASSPHRASE, port) as office:
        person = office.add_person(Role.QUERY_OFFICER, name=NAME)
        link_account(office.book, None, person.account.id, Identity(provider.url, SUBJECT))
        yield office


@pytest.fixture
def open_page(browser: Browser, office: OfficeConsole) -> Iterator[Callable[[str], Page]]:
    contexts = []

    def open_(language: str = "zh") -> Page:
        contexts.append(new_context(browser, language, office.url))
        return contexts[-1].new_page()

    yield open_
    for context in contexts:
        context.close()


def _arrive(page: Page, provider: IdentityProvider) -> None:
    """Be led to the provider, say there who one is, and be led back."""
    page.wait_for_url(f"{provider.url}/authorize**")
    page.click("button")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_officer_signs_in_and_out(
    office: OfficeConsole,
    provider: IdentityProvider,
    open_page: Callable[[str], Page],
    axe: Callable[[Page], list[str]],
    fits: Callable[[Page], bool],
    language: str,
) -> None:
    button, out, _, leave = WORDS[language]
    page = open_page(language)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.goto(f"{office.url}/desk/questions")
    assert axe(page) == []
    assert fits(page)
    page.get_by_role("button", name=button).click()
    _arrive(page, provider)
    page.wait_for_url(f"{office.url}/desk/questions")
    expect(page.locator(".officer-name")).to_have_text(NAME)
    page.goto(f"{office.url}/desk/password")
    assert axe(page) == []
    page.locator(".sign-out button").click()
    expect(page.locator(".notice")).to_contain_text(out)
    assert axe(page) == []
    page.get_by_role("link", name=leave).click()
    expect(page.locator("#out")).to_be_visible()
    page.goto(f"{office.url}/desk/")
    page.wait_for_url("**/desk/sign-in?**")
    assert [one for one in complaints if "Content Security Policy" in one] == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_refusal_says_what_to_do(
    office: OfficeConsole,
    provider: IdentityProvider,
    open_page: Callable[[str], Page],
    axe: Callable[[Page], list[str]],
    language: str,
) -> None:
    button, _, refused, _ = WORDS[language]
    page = open_page(language)
    page.goto(f"{office.url}/desk/sign-in")
    page.get_by_role("button", name=button).click()
    provider.claims = {"amr": ["pwd"]}
    _arrive(page, provider)
    expect(page.locator("h1")).to_have_text(refused)
    provider.claims = {}
    assert axe(page) == []
    page.locator(".languages a").click()
    page.wait_for_url("**/desk/sign-in")


def test_an_administrator_binds_an_account(
    office: OfficeConsole,
    open_page: Callable[[str], Page],
    axe: Callable[[Page], list[str]],
    fits: Callable[[Page], bool],
) -> None:
    other = office.add_person(Role.APPROVER, name="古丽巴哈尔·吐尔逊江")
    page = open_page("zh")
    person = office.person(Role.ADMINISTRATOR)
    page.goto(f"{office.url}/desk/sign-in")
    page.fill("#field-account", person.account.id)
    page.fill("#field-password", person.password)
    page.fill("#field-code", person.code())
    page.keyboard.press("Enter")
    page.wait_for_url(f"{office.url}/desk/")
    page.goto(f"{office.url}/desk/accounts/{other.account.id}")
    page.get_by_role("link", name="绑定统一身份").click()
    expect(page.locator("#field-subject")).to_be_visible()
    assert axe(page) == []
    assert fits(page)
    page.fill("#field-subject", "approver-7")
    page.click("main button[type=submit]")
    expect(page.locator(".notice")).to_contain_text("已绑定")
    assert axe(page) == []
