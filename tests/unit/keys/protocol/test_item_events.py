"""Events of items: who may have signed them, when, and that nothing can be left out, moved or put in."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keys.crypto.signing import BadSignatureError, SignatureError, SigningKey, VerificationKey, sign_compact
from keys.protocol.envelopes import envelope_digest
from keys.protocol.item_events import (
    ItemChainError,
    ItemEvent,
    engine_event,
    history_of,
    sign_item_event,
    verify_item_event,
)
from keys.protocol.key_chain import UntrustedKeyError
from schemas.formats import digest_of
from schemas.message import MessageError
from schemas.messages.items import (
    ITEM_EVENT_TOKEN_TYPE,
    MAX_ITEM_EVENT_CHARACTERS,
    ActClaims,
    EscalatedClaims,
    ItemEventClaims,
    OpenedClaims,
    PaperRef,
)
from schemas.workflows.advance import advance, open_item
from schemas.workflows.clock import Above
from schemas.workflows.events import Act, Escalated, History, Opened
from schemas.workflows.load import load_workflows
from schemas.workflows.replay import replay
from schemas.workflows.roles import WorkflowRole
from schemas.working_days import working_calendar

GATEWAY = "gateway.990000"
BUREAU, CIVIL = "education.990101", "civil_affairs.990101"
ITEM, OTHER_ITEM = "3f9a2c1b-0000-4000-8000-000000000001", "3f9a2c1b-0000-4000-8000-000000000002"
AT = 1_772_413_200
KEYS = {agency: SigningKey.from_secret(bytes([place]) * 32) for place, agency in enumerate((GATEWAY, BUREAU, CIVIL), 1)}
OLD_KEY, OLD_UNTIL = SigningKey.from_secret(b"\x09" * 32), AT + 10


def _find_key(agency: str, key_id: str, at_seconds: float) -> VerificationKey:
    held = [KEYS[agency].verification_key] if agency in KEYS else []
    if agency == BUREAU and at_seconds < OLD_UNTIL:
        held.append(OLD_KEY.verification_key)
    found = next((key for key in held if key.key_id == key_id), None)
    if found is None:
        raise UntrustedKeyError(agency, "not_stated")
    return found


def _claims(issuer: str, number: int, prior: str | None, **parts: Any) -> ItemEventClaims:
    if "escalated" not in parts:
        parts = {"role": WorkflowRole.CASE_OWNER, "officer": "o-17", **parts}
    return ItemEventClaims(issuer=issuer, number=number, prior=prior, **{"item": ITEM, "at": AT + number, **parts})


def _event(claims: ItemEventClaims) -> ItemEvent:
    return verify_item_event(sign_item_event(KEYS[claims.issuer], claims), _find_key)


def _opening() -> ItemEvent:
    return _event(_claims(BUREAU, 0, None, opened=OpenedClaims(workflow="W6", version=1, region="00", seats={})))


def _chain(*, escalated: bool = True) -> list[ItemEvent]:
    """Open, send to civil affairs, a deadline runs out there (or not), it acknowledges."""
    events = [_opening()]
    paper = PaperRef(to=CIVIL, content=digest_of(b"sealed"))
    send = ActClaims(transition="send", next_office=CIVIL)
    told = EscalatedClaims(clock="acknowledge", step="superior", run=1, to=Above.SUPERIOR, agency=CIVIL)
    steps: list[tuple[str, dict[str, Any]]] = [
        (BUREAU, {"act": send, "papers": (paper,)}),
        (GATEWAY, {"escalated": told}),
        (CIVIL, {"act": ActClaims(transition="acknowledge")}),
    ]
    for issuer, parts in steps if escalated else (steps[0], steps[2]):
        events.append(_event(_claims(issuer, len(events), events[-1].digest, **parts)))
    return events


def test_a_chain_tells_the_history_that_the_engine_makes_of_the_same_acts() -> None:
    workflow, calendar, now = load_workflows()["W6"], working_calendar(), datetime.fromtimestamp(AT + 60, UTC)
    events = _chain(escalated=False)
    opened, *acts = (engine_event(event.claims) for event in events)
    assert isinstance(opened, Opened)
    expected = open_item(workflow, opened, now)
    for act in acts:
        assert isinstance(expected, History)
        assert isinstance(act, Act)
        expected = advance(workflow, expected, act, now, calendar)
    told = history_of(events, GATEWAY)
    assert told == expected
    assert replay(workflow, told, now, calendar) == told


def test_an_escalation_is_told_as_the_gateway_signed_it() -> None:
    event = history_of(_chain(), GATEWAY).events[2]
    assert isinstance(event, Escalated)
    assert event.names == ("acknowledge", "superior", 1, CIVIL)


def test_the_actor_is_the_issuer() -> None:
    for event in _chain():
        told = engine_event(event.claims)
        if not isinstance(told, Escalated):
            assert told.actor.agency == event.claims.issuer


def test_a_signature_of_an_ended_key_is_believed_for_its_time_and_not_later() -> None:
    before = sign_item_event(OLD_KEY, _opening().claims)
    assert verify_item_event(before, _find_key).key_id == OLD_KEY.verification_key.key_id
    late = _claims(BUREAU, 1, _opening().digest, act=ActClaims(transition="send", next_office=CIVIL), at=OLD_UNTIL)
    with pytest.raises(UntrustedKeyError):
        verify_item_event(sign_item_event(OLD_KEY, late), _find_key)


def test_another_agencys_key_does_not_sign_for_it() -> None:
    forged = _claims(CIVIL, 1, _opening().digest, act=ActClaims(transition="acknowledge"))
    with pytest.raises(UntrustedKeyError):
        verify_item_event(sign_item_event(KEYS[BUREAU], forged), _find_key)


def test_two_signatures_of_one_event_have_one_digest() -> None:
    claims = _opening().claims
    first, second = (sign_item_event(KEYS[BUREAU], claims) for _ in range(2))
    assert first != second
    assert envelope_digest(first) == envelope_digest(second) == verify_item_event(first, _find_key).digest


def _raw(**changes: object) -> str:
    claims = {**json.loads(_opening().claims.to_bytes()), **changes}
    return sign_compact(KEYS[BUREAU], ITEM_EVENT_TOKEN_TYPE, {key: one for key, one in claims.items() if one != ""})


BAD_TOKENS = {
    "no opening, act or escalation": _raw(opened=""),
    "two at once": _raw(act={"transition": "send"}),
    "a first event with a prior": _raw(prior=digest_of(b"x")),
    "a first event that is number one": _raw(number=1),
    "no officer": _raw(officer=""),
    "no role": _raw(role=""),
    "a role nobody has": _raw(role="mayor"),
    "an officer that could be an identifier": _raw(officer="990101201503070011"),
    "an unknown claim": _raw(name="x"),
    "no moment of any calendar": _raw(at=10**15),
    "another type of token": sign_compact(KEYS[BUREAU], "tongxin-envelope", json.loads(_opening().claims.to_bytes())),
    "larger than an event may be": _raw(seats="A" * MAX_ITEM_EVENT_CHARACTERS),
    "nothing": "",
    "a changed payload": ".".join(
        (_opening().token.split(".")[0], _raw(officer="o-18").split(".")[1], _opening().token.split(".")[2])
    ),
}


@pytest.mark.parametrize("token", BAD_TOKENS.values(), ids=BAD_TOKENS.keys())
def test_a_bad_token_is_refused(token: str) -> None:
    with pytest.raises((SignatureError, MessageError)) as refused:
        verify_item_event(token, _find_key)
    assert "990101201503070011" not in str(refused.value)


def test_a_changed_signature_is_refused() -> None:
    head, payload, signature = _opening().token.split(".")
    swapped = signature[:10] + ("A" if signature[10] != "A" else "B") + signature[11:]
    with pytest.raises(BadSignatureError):
        verify_item_event(f"{head}.{payload}.{swapped}", _find_key)


@given(st.data())
def test_leaving_out_moving_or_doubling_any_event_breaks_the_chain(data: st.DataObject) -> None:
    events = _chain()
    changed = data.draw(st.lists(st.sampled_from(events), max_size=6), label="changed")
    if changed == events[: len(changed)] and changed:
        assert len(history_of(changed, GATEWAY).events) == len(changed)
        return
    with pytest.raises(ItemChainError):
        history_of(changed, GATEWAY)


def _reason(*events: ItemEvent) -> str:
    with pytest.raises(ItemChainError) as refused:
        history_of(events, GATEWAY)
    return refused.value.reason


def test_what_breaks_a_chain_has_a_name() -> None:
    first, second, told, *_ = _chain()
    act = ActClaims(transition="acknowledge")
    assert _reason() == "empty"
    assert _reason(first, first) == "wrong_number"
    assert _reason(first, told) == "wrong_number"
    assert _reason(first, _event(_claims(BUREAU, 1, digest_of(b"other"), act=act))) == "chain_broken"
    assert _reason(first, _event(_claims(BUREAU, 1, first.digest, act=act, item=OTHER_ITEM))) == "another_item"
    assert _reason(first, second, _event(_claims(GATEWAY, 2, second.digest, act=act))) == "not_the_gateway"
    by_an_agency = _claims(CIVIL, 2, second.digest, escalated=told.claims.escalated)
    assert _reason(first, second, _event(by_an_agency)) == "not_the_gateway"


def test_a_region_that_no_workflow_has_is_malformed() -> None:
    opened = OpenedClaims(workflow="W6", version=1, region="990101003", seats={})
    assert _reason(_event(_claims(BUREAU, 0, None, opened=opened))) == "malformed"
