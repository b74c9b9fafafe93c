"""Suspended officers at the gateway's console: one proposes to lift it, another agrees, and nobody else may."""

import uuid
from collections.abc import Callable

from playwright.sync_api import Page, expect

from gateway.domain.roles import Role
from gateway.persistence.emergency_queries import StoredCall, add_call
from gateway.persistence.engine import write_transaction
from schemas.emergency import CallFacts
from tests.browser.console import Console

HOUR = 3_600


def overdue_call(console: Console) -> StoredCall:
    """Return a call that nobody reviewed in time."""
    world = console.world
    agreement, now = world.conclude(), world.clock.seconds()
    call = StoredCall(
        agreement=agreement.digest(),
        call=str(uuid.uuid4()),
        requester=world.requester.id,
        provider=world.provider.id,
        officer="duty-07",
        reason="found_alone",
        facts=CallFacts(opened_at=now - 48 * HOUR, due_at=now - HOUR),
    )
    with write_transaction(world.gateway.engine) as connection:
        add_call(connection, call)
    return call


def agree(page: Page, address: str, button: str) -> None:
    """Give a reason and press the button."""
    page.goto(address)
    page.locator("#field-reason").fill("已与该单位核实，确属应急")
    page.get_by_role("button", name=button).click()


def test_two_people_lift_a_suspension(
    console: Console,
    page_as: Callable[..., Page],
    axe: Callable[[Page], list[str]],
    fits: Callable[[Page], bool],
) -> None:
    call = overdue_call(console)
    address = f"/console/suspensions/{call.requester}/{call.call}"
    other = page_as(Role.PRIVACY_OFFICER)
    other.goto(address)
    expect(other.get_by_text("须先由安全管理员提出")).to_be_visible()
    page = page_as(Role.SECURITY_ADMINISTRATOR)
    page.goto("/console/suspensions")
    expect(page.get_by_text(call.call)).to_be_visible()
    assert "duty-07" not in page.content()
    assert axe(page) == []
    assert fits(page)
    agree(page, address, "提出解除")
    expect(page.get_by_text("等待第二人同意")).to_be_visible()
    agree(page, address, "同意解除")
    expect(page.get_by_text("须由另一人同意").first).to_be_visible()
    assert axe(page) == []
    agree(other, address, "同意解除")
    expect(other.get_by_text("已解除暂停并留痕")).to_be_visible()
    assert other.goto(address).status == 404  # type: ignore[union-attr]


def test_auditors_may_not_lift_anything(page_as: Callable[..., Page]) -> None:
    page = page_as(Role.OVERSIGHT_AUDITOR)
    assert page.goto("/console/suspensions").status == 403  # type: ignore[union-attr]
