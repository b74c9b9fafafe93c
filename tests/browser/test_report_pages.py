"""Reports in a browser: asked for, made in the background, downloaded; and never one that is not for the reader."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

from gateway.domain.roles import Role
from gateway.services.make_report import make_waiting_reports
from tests.browser.console import Console


def _ask(page: Page, console: Console, kind: str, period: str) -> None:
    page.goto(f"{console.url}/console/reports")
    page.check(f"input[value={kind}]")
    page.fill("#field-period", period)
    page.click("main form.narrow button[type=submit]")


def test_a_report_is_asked_for_made_and_downloaded(
    page_as: Callable[..., Page], console: Console, tmp_path: Path
) -> None:
    page = page_as(Role.OVERSIGHT_AUDITOR)
    _ask(page, console, "monthly", f"{console.world.gateway.now():%Y-%m}")
    assert "/console/reports?asked=R-" in page.url
    make_waiting_reports(console.world.gateway)
    page.goto(f"{console.url}/console/reports")
    row = page.locator("main table tr", has_text="月度报告").first
    with page.expect_download() as waiting:
        row.locator("button").click()
    saved = tmp_path / "report"
    waiting.value.save_as(saved)
    assert hashlib.sha256(saved.read_bytes()).hexdigest() in (row.text_content() or "")


def test_a_period_that_is_none_is_said_at_the_field(page_as: Callable[..., Page], console: Console) -> None:
    page = page_as(Role.AGENCY_AUDITOR, "en")
    _ask(page, console, "statistics", "soon")
    assert "Write a month as 2026-11" in page.inner_text(".error-summary")
    assert page.input_value("#field-period") == "soon"
    assert page.is_checked("input[value=statistics]")


def test_an_agency_s_auditor_is_not_offered_the_whole_log(page_as: Callable[..., Page], console: Console) -> None:
    page = page_as(Role.AGENCY_AUDITOR)
    page.goto(f"{console.url}/console/reports")
    assert page.locator("input[value=yearly]").count() == 0
    assert page.locator("select[name=agency]").count() == 0


@pytest.mark.parametrize("language", ["zh", "en"])
def test_reports_have_no_serious_fault(
    page_as: Callable[..., Page],
    console: Console,
    axe: Callable[[Page], list[str]],
    fits: Callable[[Page], bool],
    language: str,
) -> None:
    page = page_as(Role.OVERSIGHT_AUDITOR, language)
    page.goto(f"{console.url}/console/reports")
    assert axe(page) == []
    assert fits(page)
