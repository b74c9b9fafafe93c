"""Is the log whole, at the console: verify everything, follow it, record what was found outside."""

import base64
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from gateway.domain.roles import Role
from gateway.log.checkpoints import latest_checkpoint
from tests.browser.console import Console


def test_a_verification_runs_and_is_found_again(console: Console, page_as: Callable[..., Page]) -> None:
    page = page_as(Role.OVERSIGHT_AUDITOR)
    page.goto(f"{console.url}/console/integrity")
    page.click("text=立即核验全部条目")
    page.wait_for_url("**/console/integrity/verifications/*")
    address = page.url
    page.goto(f"{console.url}/console/integrity")
    page.goto(address)
    expect(page.locator("h1")).to_contain_text("全部一致", timeout=180_000)
    expect(page.locator("tbody tr td").last).to_have_text("0")
    page.goto(f"{console.url}/console/integrity")
    expect(page.locator("text=全部一致").first).to_be_visible()


def test_what_was_found_outside_is_compared(console: Console, page_as: Callable[..., Page]) -> None:
    page = page_as(Role.OVERSIGHT_AUDITOR)
    checkpoint = latest_checkpoint(console.world.gateway.engine)
    assert checkpoint is not None
    for root, expected in ((checkpoint.root_hash, "与本日志一致"), (bytes(32), "不一致")):
        page.goto(f"{console.url}/console/integrity/outside")
        page.fill("#field-verified_by", "省审计厅，Go sumdb 0.7")
        page.fill("#field-verified_on", "2026-11-20")
        page.fill("#field-shard", str(checkpoint.shard))
        page.fill("#field-size", str(checkpoint.size))
        page.fill("#field-root", base64.b64encode(root).decode("ascii"))
        page.click("main form >> button[type=submit]")
        expect(page.locator(".notice").first).to_contain_text(expected)


def test_a_checkpoint_is_uploaded(console: Console, page_as: Callable[..., Page]) -> None:
    page = page_as(Role.SYSTEM_ADMINISTRATOR, "en")
    checkpoint = latest_checkpoint(console.world.gateway.engine)
    assert checkpoint is not None
    for name, data, expected in (
        ("checkpoint", checkpoint.note, "the root found outside is ours"),
        ("other", b"no checkpoint", "no checkpoint of this log"),
    ):
        page.goto(f"{console.url}/console/integrity/outside")
        page.fill("#field-verified_by", "Audit Office, Go sumdb 0.7")
        page.fill("#field-verified_on", "2026-11-20")
        page.set_input_files("#field-checkpoint", {"name": name, "mimeType": "text/plain", "buffer": data})
        page.click("main form >> button[type=submit]")
        expect(page.locator("main")).to_contain_text(expected)


def test_who_may_only_see_has_no_buttons(console: Console, page_as: Callable[..., Page]) -> None:
    page = page_as(Role.PRIVACY_OFFICER)
    page.goto(f"{console.url}/console/integrity")
    expect(page.locator("h1")).to_have_text("日志是否完整？")
    assert page.locator("main button").count() == 0
    page.goto(f"{console.url}/console/integrity/outside")
    expect(page.locator("main")).to_contain_text("监督审计员")


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("path", ["integrity", "integrity/outside", "integrity/verifications/1"])
def test_pages_have_no_serious_faults(
    console: Console,
    page_as: Callable[..., Page],
    axe: Callable[[Page], list[str]],
    fits: Callable[[Page], bool],
    path: str,
    language: str,
) -> None:
    page = page_as(Role.OVERSIGHT_AUDITOR, language)
    page.goto(f"{console.url}/console/{path}")
    assert axe(page) == []
    assert fits(page)
