"""Who may learn what, in a browser: asked by attribute and by agency, in both languages, with long tables."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from gateway.domain.roles import Role
from tests.browser.console import Console
from tests.scenario.gateway_simulator import ATTRIBUTES, REQUESTER_ID

TOWNSHIPS = tuple(f"990101{township:03}" for township in range(1, 21))


@pytest.fixture(scope="module")
def concluded(console: Console) -> None:
    """Have one agreement about the county and one about many of its townships."""
    console.world.conclude(attributes=ATTRIBUTES[:1])
    console.world.conclude(regions=TOWNSHIPS, max_batch=300)


@pytest.mark.usefixtures("concluded")
@pytest.mark.parametrize(("language", "heading"), [("zh", "关于同一个孩子"), ("en", "about one child")])
def test_an_agency_s_profile_is_asked_for_and_shown(
    page_as: Callable[..., Page],
    console: Console,
    axe: Callable[[Page], list[str]],
    fits: Callable[[Page], bool],
    language: str,
    heading: str,
) -> None:
    page = page_as(Role.OVERSIGHT_AUDITOR, language)
    page.goto(f"{console.url}/console/search")
    page.click("a[href='/console/who-can']")
    page.select_option("#field-agency", REQUESTER_ID)
    page.click("main form button[type=submit]")
    expect(page.locator("h2").first).to_contain_text(heading)
    expect(page.locator("main")).to_contain_text(TOWNSHIPS[-1])
    assert axe(page) == []
    assert fits(page)


@pytest.mark.usefixtures("concluded")
def test_an_attribute_leads_to_the_agreements_that_give_it(
    page_as: Callable[..., Page], console: Console, axe: Callable[[Page], list[str]]
) -> None:
    page = page_as(Role.OVERSIGHT_AUDITOR)
    page.goto(f"{console.url}/console/who-can")
    page.select_option("#field-attribute", "disability_cert_valid")
    page.click("main form button[type=submit]")
    expect(page.locator("main table").first).to_contain_text("残疾人证有效")
    page.select_option("#field-attribute", "custody_place")
    page.click("main form button[type=submit]")
    expect(page.locator("main .notice")).to_contain_text("不予共享")
    assert axe(page) == []
