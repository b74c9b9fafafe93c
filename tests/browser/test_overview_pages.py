"""The overview in a browser: every number leads to the entries that it counts, as far as the reader may open them."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from gateway.domain.roles import Role
from gateway.log.event_names import EventType
from gateway.log.events import Actor
from tests.audit_log import log_events, query_event
from tests.browser.console import Console


@pytest.fixture(scope="module", autouse=True)
def _asked(console: Console) -> None:
    """Log some requests and refusals of the two agencies, and some that concern neither."""
    asker, holder = console.world.requester.id, console.world.provider.id
    refused = query_event(
        type=EventType.REFUSAL, actor=Actor(asker), peer=holder, decision="deny", reason="budget_exhausted",
        fields=(), records=None,
    )  # fmt: skip
    others = (query_event(purpose="P04") for _ in range(4))
    own = (query_event(actor=Actor(asker), peer=holder) for _ in range(12))
    console.world.gateway.journal.write(log_events(*own, *others, refused))


def _numbers(page: Page) -> list[tuple[str, int]]:
    links = page.locator("main td a[href^='/console/search']").all()
    texts = [(link.get_attribute("href") or "", link.inner_text().strip()) for link in links]
    return [(href, int(text.replace(",", ""))) for href, text in texts if re.fullmatch(r"[0-9,]+", text)]


@pytest.mark.parametrize("role", [Role.OVERSIGHT_AUDITOR, Role.AGENCY_AUDITOR])
def test_each_number_of_the_table_leads_to_as_many_entries(
    page_as: Callable[..., Page], console: Console, role: Role
) -> None:
    page = page_as(role)
    page.goto(f"{console.url}/console/?days=30")
    numbers = _numbers(page)
    assert max(number for _, number in numbers) >= 12
    for href, number in numbers:
        page.goto(console.url + href)
        found = page.locator(".pager-count").first
        counted = re.findall(r"[0-9][0-9,]*", found.inner_text()) if found.count() else ["0"]
        assert int(counted[-1].replace(",", "")) == number


def test_an_administrator_sees_counts_and_no_way_to_the_entries(page_as: Callable[..., Page], console: Console) -> None:
    page = page_as(Role.SYSTEM_ADMINISTRATOR, "en")
    page.goto(f"{console.url}/console/")
    assert page.locator("main a[href^='/console/search']").count() == 0
    assert "Your role sees counts" in page.inner_text("main")
    page.goto(f"{console.url}/console/jobs")
    assert "raise_alerts" in page.inner_text("main")


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("role", [Role.OVERSIGHT_AUDITOR, Role.SYSTEM_ADMINISTRATOR])
def test_overview_and_jobs_have_no_serious_fault(
    page_as: Callable[..., Page],
    console: Console,
    axe: Callable[[Page], list[str]],
    fits: Callable[[Page], bool],
    role: Role,
    language: str,
) -> None:
    page = page_as(role, language)
    for path in ("/console/", "/console/?days=30", "/console/jobs"):
        page.goto(console.url + path)
        assert axe(page) == []
        assert fits(page)
