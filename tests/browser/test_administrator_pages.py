"""What an administrator and the head of the sharing office look at, in a browser: no serious fault, nothing cut off."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page

from connectors.console.account import Account
from connectors.console.roles import Role
from tests.browser.school_desk import SchoolDesk, served_bureau

ADMINISTRATOR = Account("zhou.min", "阿卜杜热合曼·买买提", frozenset({Role.ADMINISTRATOR}))
HEAD = Account("he.jianguo", "何建国", frozenset({Role.SHARING_OFFICE_HEAD}))


@pytest.fixture(scope="module")
def desk(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SchoolDesk]:
    """The bureau's console for this module; without a browser it is not even begun."""
    del browser
    with served_bureau(tmp_path_factory.mktemp("bureau")) as desk:
        yield desk


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(
    ("account", "path"),
    [
        (ADMINISTRATOR, "rules"),
        (ADMINISTRATOR, "data"),
        (ADMINISTRATOR, "accounts"),
        (ADMINISTRATOR, "record"),
        (HEAD, "asked"),
    ],
    ids=lambda value: value if isinstance(value, str) else value.id,
)
def test_the_page_has_no_serious_fault_and_fits(
    desk: SchoolDesk,
    browser: Browser,
    axe: Callable[[Page], list[str]],
    fits: Callable[[Page], bool],
    account: Account,
    path: str,
    language: str,
) -> None:
    page = desk.page_of(browser, account, language)
    page.goto(f"{desk.url}/desk/{path}")
    assert page.locator("h1").inner_text()
    assert axe(page) == []
    assert fits(page)
    page.context.close()
