"""An entry is compared member by member with the request that it is about."""

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.own_log.compare import ANSWER_WAIT, compare, compare_disclosures, time_fault
from connectors.own_log.entry import Disclosed, Entry
from connectors.own_log.evidence_document import Fault
from connectors.own_log.messages import Asked, OwnMessage
from keys.crypto.signing import generate_signing_key
from keys.protocol.envelopes import envelope_digest, sign_envelope, signature_digest
from schemas.envelope import MAX_CLOCK_SKEW, EnvelopeClaims, MessageType
from schemas.formats import digest_of

KEY = generate_signing_key(os.urandom)
ASKER, ANSWERER, GATEWAY = "civil_affairs.990101", "education.990101", "gateway.990100"
AGREEMENT = digest_of(b"agreement")
ISSUED_AT = 1_795_262_400
ISSUED = datetime.fromtimestamp(ISSUED_AT, UTC)


def claims(message_type: MessageType = MessageType.EXCHANGE, **changes: Any) -> EnvelopeClaims:
    stated: dict[str, Any] = {
        "type": message_type,
        "issuer": ASKER,
        "audience": ANSWERER,
        "id": "0f0f0f0f-0f0f-4f0f-8f0f-0f0f0f0f0f0f",
        "issued_at": ISSUED_AT,
        "expires_at": ISSUED_AT + 120,
        "body": digest_of(b"body"),
        "agreement": AGREEMENT,
        "purpose": "P04",
        "officer": "officer-7",
        "case": "TA-1",
    }
    return EnvelopeClaims.model_validate({**stated, **changes})


REQUEST = sign_envelope(KEY, claims())
ANSWER = sign_envelope(
    KEY, claims(MessageType.EXCHANGE_ANSWER, issuer=ANSWERER, audience=ASKER, answers=envelope_digest(REQUEST))
)
MESSAGE = OwnMessage(
    type=MessageType.EXCHANGE,
    token=REQUEST,
    peer=ANSWERER,
    asked=Asked(AGREEMENT, 20, ("age_band",)),
    seen_at=ISSUED_AT,
    answer=ANSWER,
    answered_at=ISSUED_AT + 2,
    answered_records=18,
)
REFUSED = replace(MESSAGE, answer=None, answered_records=None, refused="budget_exhausted")
INTENT = Entry(
    origin=f"{GATEWAY}/audit/2026",
    event_id="01900000-0000-7000-8000-000000000000",
    type="field.query",
    at=ISSUED,
    actor=ASKER,
    client=None,
    key_id=KEY.verification_key.key_id,
    peer=ANSWERER,
    purpose="P04",
    policy=AGREEMENT,
    decision="permit",
    reason=None,
    fields=("age_band",),
    records=20,
    envelope=envelope_digest(REQUEST),
    signature=signature_digest(REQUEST),
    content=None,
    correlation=MESSAGE.claims.id,
    ref=None,
    personal=frozenset({digest_of(b"officer"), digest_of(b"case")}),
)
OUTCOME = replace(
    INTENT,
    type="field.release",
    decision="partial",
    records=18,
    ref=INTENT.event_id,
    envelope=envelope_digest(ANSWER),
    signature=signature_digest(ANSWER),
)
REFUSAL = replace(INTENT, type="refusal", decision="deny", reason="budget_exhausted", fields=(), records=None)
DISCLOSED = (
    Disclosed("officer", "officer-7", digest_of(b"officer")),
    Disclosed("case_ref", "TA-1", digest_of(b"case")),
)
OTHER = digest_of(b"other")


def test_what_was_asked_answered_and_refused_is_as_it_was() -> None:
    assert compare(INTENT, MESSAGE) == ()
    assert compare(OUTCOME, MESSAGE) == ()
    assert compare(REFUSAL, REFUSED) == ()
    assert compare_disclosures(INTENT, MESSAGE, DISCLOSED) == ()
    assert compare_disclosures(OUTCOME, MESSAGE, ()) == ()


@pytest.mark.parametrize(
    ("entry", "message"),
    [(INTENT, MESSAGE), (OUTCOME, MESSAGE), (REFUSAL, REFUSED)],
    ids=["asked", "answered", "refused"],
)
@pytest.mark.parametrize(
    ("member", "value", "name"),
    [
        ("actor", ANSWERER, "actor"),
        ("client", "console", "actor"),
        ("key_id", OTHER, "kid"),
        ("peer", "public_security.990101", "peer"),
        ("purpose", "P01", "purpose"),
        ("policy", OTHER, "policy"),
        ("envelope", OTHER, "req.digest"),
        ("signature", OTHER, "req.sig"),
        ("correlation", "1f0f0f0f-0f0f-4f0f-8f0f-0f0f0f0f0f0f", "corr"),
    ],
)
def test_a_member_that_differs_is_named(entry: Entry, message: OwnMessage, member: str, value: str, name: str) -> None:
    assert compare(replace(entry, **{member: value}), message) == (name,)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("entry", "message", "member", "value", "name"),
    [
        (INTENT, MESSAGE, "decision", "deny", "decision"),
        (INTENT, MESSAGE, "reason", "budget_exhausted", "reason"),
        (INTENT, MESSAGE, "fields", (), "fields"),
        (INTENT, MESSAGE, "records", 19, "records"),
        (OUTCOME, MESSAGE, "decision", "permit", "decision"),
        (OUTCOME, MESSAGE, "fields", ("age_band", "more"), "fields"),
        (OUTCOME, MESSAGE, "records", 20, "records"),
        (REFUSAL, REFUSED, "decision", "permit", "decision"),
        (REFUSAL, REFUSED, "reason", "no_agreement", "reason"),
        (INTENT, MESSAGE, "type", "match.query", "type"),
    ],
)
def test_what_only_one_step_states_is_compared_there(
    entry: Entry, message: OwnMessage, member: str, value: object, name: str
) -> None:
    assert compare(replace(entry, **{member: value}), message) == (name,)  # type: ignore[arg-type]


def test_what_was_refused_was_not_answered_and_the_other_way_round() -> None:
    assert compare(OUTCOME, REFUSED) == ("decision",)
    assert compare(REFUSAL, MESSAGE) == ("reason",)


def test_where_no_answer_came_either_may_be_logged() -> None:
    silent = replace(MESSAGE, answer=None, answered_at=None, answered_records=None)
    assert compare(OUTCOME, silent) == ()
    assert compare(REFUSAL, silent) == ()
    unknown = replace(REFUSED, refused="audit_unavailable")
    assert compare(OUTCOME, unknown) == ()


@pytest.mark.parametrize(
    ("disclosed", "names"),
    [
        ((), ("case_ref", "officer")),
        (DISCLOSED[:1], ("case_ref",)),
        ((DISCLOSED[0], replace(DISCLOSED[1], value="TA-2")), ("case_ref",)),
        ((DISCLOSED[0], replace(DISCLOSED[1], digest=OTHER)), ("case_ref",)),
        ((*DISCLOSED, Disclosed("approver", "head-1", digest_of(b"officer"))), ("approver",)),
    ],
)
def test_personal_fields_are_those_that_were_stated(disclosed: tuple[Disclosed, ...], names: tuple[str, ...]) -> None:
    assert compare_disclosures(INTENT, MESSAGE, disclosed) == names


@given(st.integers(-10_000, 10_000))
def test_an_entrys_time_lies_between_request_and_answer(offset: int) -> None:
    skew = MAX_CLOCK_SKEW.total_seconds()
    fault = time_fault(replace(INTENT, at=ISSUED + timedelta(seconds=offset)), MESSAGE, ASKER)
    expected = Fault.ENTRY_BACKDATED if offset < -skew else Fault.ENTRY_POSTDATED if offset > 3 + skew else None
    assert fault is expected


def test_who_answered_does_not_see_when_the_gateway_was_done() -> None:
    late = replace(OUTCOME, at=ISSUED + timedelta(seconds=120) + ANSWER_WAIT)
    assert time_fault(late, MESSAGE, ANSWERER) is None
    assert time_fault(replace(late, at=late.at + timedelta(seconds=31)), MESSAGE, ANSWERER) is Fault.ENTRY_POSTDATED
