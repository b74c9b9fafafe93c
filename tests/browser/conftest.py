"""Fixtures of the tests in a browser: a real gateway, a real Chromium, and people who sign in through the pages."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from connectors.console.roles import Role as AgencyRole
from gateway.domain.roles import Role
from hosting.web.site import COOKIE_NAME
from tests.browser.console import WAIT_MS, Console, new_context, served_console
from tests.browser.faults_of_pages import Faults
from tests.browser.office_console import OfficeConsole, served_office

CHROMIUMS = (Path("/usr/bin/chromium-headless-shell"), Path("/usr/bin/chromium"))
"""The build without a desktop's menus first: it opens a page in a third of the time."""

FLAGS = ("--no-sandbox", "--disable-gpu", "--in-process-gpu")
"""What is drawn is drawn by the browser's own process: frames need not be handed on to another one."""


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for the whole run."""
    installed = next((path for path in CHROMIUMS if path.exists()), None)
    if installed is None:
        pytest.skip(f"no Chromium at {CHROMIUMS[0]} or {CHROMIUMS[1]}: the pages are not looked at")
    expect.set_options(timeout=WAIT_MS)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=installed, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def console(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    """One served gateway with two enrolled agencies for the whole run; without a browser it is not even begun."""
    del browser
    with served_console(tmp_path_factory.mktemp("console") / "gateway") as console:
        yield console


@pytest.fixture
def new_page(browser: Browser, console: Console) -> Iterator[Callable[[str], Page]]:
    """Give `new_page(language)`: a page of a browser that nobody is signed in with."""
    contexts = []

    def open_page(language: str = "zh") -> Page:
        context = new_context(browser, language, console.url)
        contexts.append(context)
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def _states() -> dict[Role, list[object]]:
    """What the browsers of those who signed in already hold, so that each signs in once."""
    return {}


@pytest.fixture
def page_as(
    new_page: Callable[[str], Page], console: Console, _states: dict[Role, list[object]]
) -> Callable[..., Page]:
    """Give `page_as(role, language="zh")`: a page of somebody who signed in, with this role alone."""

    def open_page(role: Role, language: str = "zh") -> Page:
        page = new_page(language)
        if role in _states:
            page.context.add_cookies(_states[role])  # type: ignore[arg-type]
            page.goto(f"{console.url}/console/accounts")
        if role not in _states or "/console/sign-in" in page.url:
            console.sign_in(page, console.person(role))
            page.wait_for_url(lambda url: "/sign-in" not in url)
            _states[role] = [cookie for cookie in page.context.cookies() if cookie.get("name") == COOKIE_NAME]
        return page

    return open_page


@pytest.fixture(scope="session")
def office(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OfficeConsole]:
    """One served agency's console for the whole run; without a browser it is not even begun."""
    del browser
    with served_office(tmp_path_factory.mktemp("office")) as office:
        yield office


@pytest.fixture
def office_page(browser: Browser, office: OfficeConsole) -> Iterator[Callable[[str], Page]]:
    """Give `office_page(language)`: a page of a browser that nobody is signed in with."""
    contexts = []

    def open_page(language: str = "zh") -> Page:
        context = new_context(browser, language, office.url)
        contexts.append(context)
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def _office_states() -> dict[AgencyRole, list[object]]:
    """What the browsers of officers who signed in already hold, so that each signs in once."""
    return {}


@pytest.fixture
def office_page_as(
    office_page: Callable[[str], Page], office: OfficeConsole, _office_states: dict[AgencyRole, list[object]]
) -> Callable[..., Page]:
    """Give `office_page_as(role, language="zh")`: a page of somebody who signed in, with this role alone."""

    def open_page(role: AgencyRole, language: str = "zh") -> Page:
        page = office_page(language)
        page.context.add_cookies(_office_states.get(role, []))  # type: ignore[arg-type]
        page.goto(f"{office.url}/desk/")
        if "/desk/sign-in" in page.url:
            office.sign_in(page, office.person(role))
            page.wait_for_url(f"{office.url}/desk/")
            _office_states[role] = [cookie for cookie in page.context.cookies() if cookie.get("name") == COOKIE_NAME]
        return page

    return open_page


@pytest.fixture(scope="session")
def axe() -> Callable[[Page], list[str]]:
    """Give `axe(page)`: the serious faults of a page, each as its rule and the places, [] for none."""
    return Faults().of


@pytest.fixture
def fits() -> Callable[[Page], bool]:
    """Give `fits(page)`: whether the page needs no horizontal scrolling at 200 % zoom of 1366x768."""

    def look(page: Page) -> bool:
        page.set_viewport_size({"width": 683, "height": 384})  # what 1366x768 is at 200 %
        fits = page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
        page.set_viewport_size({"width": 1366, "height": 768})
        return bool(fits)

    return look


@pytest.fixture
def check(axe: Callable[[Page], list[str]], fits: Callable[[Page], bool]) -> Callable[[Page], None]:
    """Give `check(page)`: no serious fault, and it fits at 200 %."""

    def look(page: Page) -> None:
        assert axe(page) == [], page.url
        assert fits(page), page.url

    return look
