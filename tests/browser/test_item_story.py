"""An item's story in the auditors' console: each step in words, who took it, whom it concerns, with its evidence."""

import uuid
from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from gateway.domain.roles import Role
from gateway.services.sign_log import sign_log
from keys.protocol.envelopes import envelope_digest
from keys.protocol.item_events import sign_item_event
from schemas.envelope import MessageType
from schemas.messages.items import ActClaims, ItemEventClaims, ItemReadRequest, ItemSubmit, OpenedClaims
from schemas.workflows.roles import WorkflowRole
from tests.browser.console import Console
from tests.scenario.gateway_simulator import Agency


@pytest.fixture(scope="module")
def item(console: Console) -> str:
    """A referral that was sent, read and acknowledged."""
    world, item = console.world, str(uuid.uuid4())
    sender, receiver = world.requester, world.provider
    opened = OpenedClaims(workflow="W6", version=1, region="00", seats={})
    prior = _submit(console, sender, item, 0, None, opened=opened)
    sent = ActClaims(transition="send", next_office=receiver.id)
    prior = _submit(console, sender, item, 1, prior, act=sent)
    world.tell(receiver, MessageType.ITEM_READ, ItemReadRequest(item=item))
    _submit(console, receiver, item, 2, prior, act=ActClaims(transition="acknowledge"))
    sign_log(world.gateway)
    return item


def _submit(console: Console, office: Agency, item: str, number: int, prior: str | None, **part: object) -> str:
    stated = {"issuer": office.id, "item": item, "number": number, "prior": prior, "at": office.clock.seconds()}
    by = {"role": WorkflowRole.CASE_OWNER, "officer": "o-17"}
    token = sign_item_event(office.key, ItemEventClaims.model_validate({**stated, **by, **part}))
    console.world.tell(office, MessageType.ITEM_SUBMIT, ItemSubmit(event=token))
    return envelope_digest(token)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh", ("一件事项的经过", "办理中", "转介：转出", "转介：签收", "读取了该事项", "发起“转介”")),
        ("en", ("The story of one item", "under way", "Referral: send", "Referral: acknowledge", "read the item")),
    ],
)
def test_an_item_is_told_step_by_step(
    page_as: Callable[..., Page],
    item: str,
    axe: Callable[[Page], list[str]],
    fits: Callable[[Page], bool],
    language: str,
    words: tuple[str, ...],
) -> None:
    page = page_as(Role.OVERSIGHT_AUDITOR, language)
    page.goto(f"/console/requests/{item}")
    text = page.inner_text("main")
    for said in words:
        assert said in text
    assert "o-17" not in text, "the officer is disclosed for a reason alone"
    assert axe(page) == []
    assert fits(page)


def test_steps_of_items_are_searched_and_shown_in_words(page_as: Callable[..., Page], item: str) -> None:
    page = page_as(Role.OVERSIGHT_AUDITOR)
    page.goto("/console/search?type=item.act")
    rows = page.inner_text("main")
    assert "事项办理一步" in rows
    assert "转介：转出" in rows
    page.goto(f"/console/search?corr={item}")
    assert "读取事项" in page.inner_text("main")
    page.click("text=查看经过 >> nth=0")
    assert "一件事项的经过" in page.inner_text("h1")
