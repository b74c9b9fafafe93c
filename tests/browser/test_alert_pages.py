"""Alerts in a browser: they are listed, explained, closed by a privacy officer once, and hold no officer."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Page

from gateway.domain.budgets import LEGAL_ZONE
from gateway.domain.roles import Role
from gateway.log.event_names import PersonalField
from gateway.log.events import Actor
from gateway.services.index_subjects import current_index_key
from gateway.services.raise_alerts import raise_alerts
from tests.audit_log import log_events, query_event
from tests.browser.console import Console


@pytest.fixture(scope="module", autouse=True)
def _raised(console: Console) -> Iterator[None]:
    """Let three officers of the requester ask without a case, at the purpose that wants one."""
    world = console.world
    current_index_key(world.gateway)
    for day in range(3):
        world.clock.ahead += timedelta(days=day)
        asked = (
            query_event(
                actor=Actor(world.requester.id),
                peer=world.provider.id,
                personal={PersonalField.OFFICER: f"canary-officer-{officer}"},
            )
            for officer in range(3)
        )
        world.gateway.journal.write(log_events(*asked))
        raise_alerts(world.gateway)
    yield
    world.clock.ahead = timedelta(0)


def _open_first(page: Page, console: Console) -> str:
    page.goto(f"{console.url}/console/alerts")
    first = page.locator("main td a").first
    reference = first.inner_text()
    first.click()
    return reference


def test_an_alert_says_what_it_means_and_names_no_officer(page_as: Callable[..., Page], console: Console) -> None:
    page = page_as(Role.OVERSIGHT_AUDITOR, "en")
    reference = _open_first(page, console)
    text = page.inner_text("main")
    assert reference in text
    assert "What to do:" in text
    assert page.locator("main a[href^='/console/entries/']").count() > 0
    assert "canary" not in page.content()
    assert page.locator("form[action$='/close']").count() == 0


def test_a_privacy_officer_closes_an_alert_with_a_finding(page_as: Callable[..., Page], console: Console) -> None:
    page = page_as(Role.PRIVACY_OFFICER)
    reference = _open_first(page, console)
    page.click("main form button[type=submit]")
    assert page.locator(".error-summary a").count() == 2
    page.check("input[value=justified]")
    page.fill("#field-note", "核对值班记录，属实")
    page.click("main form button[type=submit]")
    assert "已处置" in page.inner_text("main")
    page.goto(f"{console.url}/console/alerts")
    assert reference not in page.inner_text("main")
    page.goto(f"{console.url}/console/alerts?state=closed")
    assert reference in page.inner_text("main")
    page.goto(f"{console.url}/console/alerts/{reference}")
    assert page.locator("form[action$='/close']").count() == 0


def test_the_days_of_alerts_are_the_office_s(page_as: Callable[..., Page], console: Console) -> None:
    page = page_as(Role.AGENCY_AUDITOR, "en")
    page.goto(f"{console.url}/console/alerts")
    today = console.world.gateway.now().astimezone(LEGAL_ZONE)
    assert str(today.year) in page.inner_text("main table")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_alert_pages_have_no_serious_fault(
    page_as: Callable[..., Page],
    console: Console,
    axe: Callable[[Page], list[str]],
    fits: Callable[[Page], bool],
    language: str,
) -> None:
    page = page_as(Role.PRIVACY_OFFICER, language)
    for path in ("/console/alerts", "/console/alerts?state=closed", "/console/alerts/rules"):
        page.goto(console.url + path)
        assert axe(page) == []
        assert fits(page)
    _open_first(page, console)
    assert axe(page) == []
    assert fits(page)
