"""Entries of items: compared with the event that the agency signed, member by member."""

from dataclasses import replace

import pytest

from connectors.own_log.compare import compare, compare_disclosures
from connectors.own_log.entry import Disclosed
from connectors.own_log.messages import OwnMessage, asked_of
from keys.protocol.envelopes import envelope_digest, sign_envelope, signature_digest
from keys.protocol.item_events import sign_item_event
from schemas.envelope import MessageType
from schemas.formats import digest_of
from schemas.messages.items import ActClaims, ItemEventClaims, ItemReadRequest, ItemSubmit, OpenedClaims
from schemas.workflows.roles import WorkflowRole
from tests.unit.connectors.own_log.test_compare import ASKER, GATEWAY, INTENT, ISSUED_AT, KEY, OTHER, claims

ITEM = "3f9a2c1b-0000-4000-8000-000000000001"
OFFICER = (Disclosed("officer", "o-17", digest_of(b"officer")),)


def _event(**parts: object) -> str:
    stated = {"issuer": ASKER, "item": ITEM, "number": 1, "prior": OTHER, "at": ISSUED_AT, "officer": "o-17"}
    role = WorkflowRole.CASE_OWNER
    return sign_item_event(KEY, ItemEventClaims.model_validate({**stated, "role": role, **parts}))


def _message(body: ItemSubmit | ItemReadRequest, message_type: MessageType = MessageType.ITEM_SUBMIT) -> OwnMessage:
    envelope = claims(message_type, audience=GATEWAY, agreement=None, purpose=None, officer=None, case=None)
    return OwnMessage(
        type=message_type,
        token=sign_envelope(KEY, envelope),
        peer=GATEWAY,
        asked=asked_of(body, envelope),
        seen_at=ISSUED_AT,
    )


SEND = _event(act=ActClaims(transition="send", next_office="education.990101"))
OPEN = _event(number=0, prior=None, opened=OpenedClaims(workflow="W6", version=1, region="00", seats={}))
SENT, OPENED = _message(ItemSubmit(event=SEND)), _message(ItemSubmit(event=OPEN))
READ = _message(ItemReadRequest(item=ITEM), MessageType.ITEM_READ)
SENT_ENTRY = replace(
    INTENT,
    type="item.act",
    peer="education.990101",
    purpose=None,
    policy=None,
    decision=None,
    reason="W6.send",
    fields=(),
    records=None,
    envelope=envelope_digest(SENT.token),
    signature=signature_digest(SENT.token),
    content=envelope_digest(SEND),
    correlation=ITEM,
)
OPENED_ENTRY = replace(
    SENT_ENTRY,
    type="item.open",
    peer=GATEWAY,
    reason="W6",
    envelope=envelope_digest(OPENED.token),
    signature=signature_digest(OPENED.token),
    content=envelope_digest(OPEN),
)
READ_ENTRY = replace(
    OPENED_ENTRY,
    type="item.read",
    envelope=envelope_digest(READ.token),
    signature=signature_digest(READ.token),
    content=None,
)


def test_true_entries_are_as_they_were() -> None:
    assert compare(SENT_ENTRY, SENT) == compare(OPENED_ENTRY, OPENED) == compare(READ_ENTRY, READ) == ()
    assert compare_disclosures(SENT_ENTRY, SENT, OFFICER) == ()
    assert compare_disclosures(READ_ENTRY, READ, ()) == ()


@pytest.mark.parametrize(
    ("member", "value", "name"),
    [
        ("reason", "W6.close", "reason"),
        ("reason", None, "reason"),
        ("content", OTHER, "content"),
        ("content", None, "content"),
        ("correlation", SENT.claims.id, "corr"),
        ("envelope", OTHER, "req.digest"),
        ("signature", OTHER, "req.sig"),
        ("actor", "education.990101", "actor"),
        ("key_id", OTHER, "kid"),
        ("policy", OTHER, "policy"),
        ("decision", "permit", "decision"),
        ("type", "item.read", "type"),
    ],
)
def test_a_member_that_differs_is_named(member: str, value: str | None, name: str) -> None:
    assert compare(replace(SENT_ENTRY, **{member: value}), SENT) == (name,)  # type: ignore[arg-type]


def test_an_opening_says_which_workflow() -> None:
    assert compare(replace(OPENED_ENTRY, reason="P07"), OPENED) == ("reason",)
    assert compare(replace(OPENED_ENTRY, content=envelope_digest(SEND)), OPENED) == ("content",)


def test_the_officer_is_the_one_of_the_event() -> None:
    assert compare_disclosures(SENT_ENTRY, SENT, ()) == ("officer",)
    assert compare_disclosures(SENT_ENTRY, SENT, (replace(OFFICER[0], value="o-18"),)) == ("officer",)
    assert compare_disclosures(READ_ENTRY, READ, OFFICER) == ("officer",)


def test_a_workflows_own_reason_stands_behind_the_code_of_a_refusal() -> None:
    refused = replace(SENT, refused="item_refused")
    entry = replace(SENT_ENTRY, type="refusal", peer=GATEWAY, decision="deny", content=None, correlation=SENT.claims.id)
    assert compare(replace(entry, reason="item_refused:not_now"), refused) == ()
    assert compare(replace(entry, reason="item_changed"), refused) == ("reason",)
    assert compare(replace(entry, reason="no_item:not_now"), replace(SENT, refused="no_item")) == ("reason",)
