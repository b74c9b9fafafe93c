"""A request is accepted once and unchanged, by gateway and provider; an answer is believed only if unchanged."""

import gzip
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace

import httpx
import pytest
from flask.testing import FlaskClient

from connectors.api.provider_api import ProviderService, create_provider_app
from connectors.cli.session import Session
from connectors.context import open_connector
from connectors.gateway_client import PATHS, AnswerError, Prepared
from connectors.identifiers import new_uuid
from connectors.items.reading import ReadOutcome, read_item
from connectors.register import open_register
from connectors.trust import TrustStore
from demo.scenario.cast import PASSPHRASE
from gateway.api.app import create_app
from gateway.bootstrap import open_gateway
from hosting.certificates import trusted_authorities
from keys.crypto.signing import SigningKey
from keys.protocol.envelopes import envelope_digest, read_unverified, sign_envelope
from schemas.base64url import decode_base64url, encode_base64url
from schemas.envelope import ENVELOPE_HEADER, RELAY_HEADER, EnvelopeClaims, MessageType
from schemas.formats import MAX_ENVELOPE_CHARACTERS, digest_of
from schemas.messages.evaluate import MAX_EVALUATE_BYTES, EvaluateAnswer
from schemas.problem import MAX_PROBLEM_BYTES, Problem, ProblemCode, ProblemError
from tests.attack.attacker import query_gateway, refusal_of
from tests.attack.recorded_life import PLAYED_BY_SEVEN, Life, record_life
from tests.attack.referral import console_of
from tests.attack.wire import Exchanged, Wire, over
from tests.scene import Scene

PURPOSE = "P04"
GROUP_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
RELAYED = (MessageType.EVALUATE, MessageType.EXCHANGE, MessageType.RECEIPT, MessageType.STATISTICS)


@pytest.fixture(scope="module")
def life(scene: Scene) -> Life:
    return record_life(scene, PURPOSE)


KINDS = sorted(set(PATHS) - PLAYED_BY_SEVEN - {MessageType.AGREEMENT_END, MessageType.AGREEMENT_COUNTERSIGN})
"""All but what ends the life, what wants seven agencies, and what a lead body: see `test_tampering_in_a_circle`."""


# Replays.


def test_a_whole_life_was_recorded(life: Life) -> None:
    assert sorted(life.passed) == KINDS
    assert {exchanged.status for exchanged in life.passed.values()} == {200}


@pytest.mark.parametrize("kind", KINDS)
def test_the_gateway_accepts_nothing_twice(life: Life, kind: MessageType) -> None:
    again = life.prepared(kind)
    assert refusal_of(life.post(again)) is ProblemCode.REPLAYED
    assert refusal_of(life.post(_with_other_signature(again))) is ProblemCode.REPLAYED


@pytest.mark.parametrize("kind", RELAYED)
def test_the_provider_accepts_nothing_twice(life: Life, kind: MessageType) -> None:
    """The gateway relays what it has relayed before, with a fresh promise."""
    again = life.prepared(kind)
    assert refusal_of(life.collusion.relay(again)) is ProblemCode.REPLAYED
    assert refusal_of(life.collusion.relay(_with_other_signature(again))) is ProblemCode.REPLAYED


def _with_other_signature(prepared: Prepared) -> Prepared:
    """Return the same envelope under the other of the two valid signatures, (r, n - s)."""
    signed, encoded = prepared.envelope.rsplit(".", 1)
    signature = decode_base64url(encoded)
    other = GROUP_ORDER - int.from_bytes(signature[32:], "big")
    return replace(prepared, envelope=f"{signed}.{encode_base64url(signature[:32] + other.to_bytes(32, 'big'))}")


def test_an_id_that_was_used_is_refused_in_another_message(life: Life) -> None:
    used = life.prepared(MessageType.EVALUATE).claims.id
    probe = _signed_again(life, life.probe(), id=used)
    assert refusal_of(life.post(probe)) is ProblemCode.REPLAYED
    assert refusal_of(life.collusion.relay(probe)) is ProblemCode.REPLAYED


def test_a_step_that_is_sent_again_is_answered_as_before(life: Life) -> None:
    """Who heard no answer sends the event in a new envelope: it counts once, and leaves one entry in the log."""
    kind = MessageType.ITEM_SUBMIT
    counted = (
        "SELECT count(*), (SELECT count(*) FROM item_paper), (SELECT count(*) FROM audit_leaf WHERE type = 'item.act')"
        " FROM item_event"
    )
    before = query_gateway(life.scene, counted)
    again = _signed_again(life, life.prepared(kind), id=new_uuid(os.urandom))
    answer = life.post(again)
    assert (answer.status_code, answer.content) == (200, life.passed[kind].response)
    assert RELAY_HEADER not in answer.headers
    assert refusal_of(life.post(again)) is ProblemCode.REPLAYED
    assert query_gateway(life.scene, counted) == before


@pytest.fixture(scope="module")
def restarted(life: Life) -> Iterator[tuple[FlaskClient, FlaskClient]]:
    """Open gateway and provider anew on their databases, as after a restart."""
    stage, provider = life.scene.stage, life.scene.plan(PURPOSE).provider
    connector = open_connector(stage.desks[provider].folder, PASSPHRASE)
    trust = TrustStore(connector.state, connector.gateway)
    service = ProviderService(connector, trust, open_register(connector))
    with ExitStack() as stack:
        stack.callback(connector.state.dispose)
        gateway = stack.enter_context(open_gateway(stage.gateway_folder, PASSPHRASE))
        yield create_app(gateway).test_client(), create_provider_app(service).test_client()


@pytest.mark.parametrize("kind", KINDS)
def test_a_restart_forgets_nothing(life: Life, restarted: tuple[FlaskClient, FlaskClient], kind: MessageType) -> None:
    again = life.prepared(kind)
    for client, is_asked in zip(restarted, (True, kind in RELAYED), strict=True):
        headers = {ENVELOPE_HEADER: again.envelope, RELAY_HEADER: life.collusion.promise(again)}
        if is_asked:
            answer = client.post(PATHS[kind], data=again.body, headers=headers, content_type="application/json")
            assert Problem.from_bytes(answer.data, MAX_PROBLEM_BYTES).code is ProblemCode.REPLAYED


# Changed requests.


def _signed_again(life: Life, prepared: Prepared, signer: SigningKey | None = None, **changes: object) -> Prepared:
    """Return the request with other claims, signed by the requester or by somebody else in its name."""
    claims = prepared.claims.model_copy(update=changes)
    key = signer or life.collusion.requester.connector.signing_key()
    return replace(prepared, claims=claims, envelope=sign_envelope(key, claims))


Tamper = Callable[[Life, Prepared], Prepared]


def _now(life: Life) -> int:
    return life.collusion.requester.connector.seconds()


def _provider_key(life: Life) -> SigningKey:
    return life.scene.session(life.scene.plan(PURPOSE).provider).connector.signing_key()


def _with_claims_unsigned(life: Life, prepared: Prepared) -> Prepared:
    """Put other claims under the old signature."""
    header, _, signature = prepared.envelope.split(".")
    payload = prepared.claims.model_copy(update={"case": "TA-2026-9999"}).to_bytes()
    return replace(prepared, envelope=f"{header}.{encode_base64url(payload)}.{signature}")


TAMPERED: dict[str, tuple[Tamper, str]] = {
    "one byte": (lambda life, sent: replace(sent, body=sent.body[:-3] + b"A" + sent.body[-2:]), "body_digest_differs"),
    "a blank": (lambda life, sent: replace(sent, body=sent.body + b" "), "body_digest_differs"),
    "another body": (lambda life, sent: replace(sent, body=life.probe().body), "body_digest_differs"),
    "claims": (_with_claims_unsigned, "bad_signature"),
    "signature": (lambda life, sent: replace(sent, envelope=sent.envelope[:-8] + "AAAAAAAA"), "bad_signature"),
    "expired": (
        lambda life, sent: _signed_again(life, sent, issued_at=_now(life) - 121, expires_at=_now(life) - 2),
        "envelope_expired",
    ),
    "too long": (lambda life, sent: _signed_again(life, sent, expires_at=_now(life) + 900), "envelope_expired"),
    "no lifetime": (lambda life, sent: _signed_again(life, sent, expires_at=sent.claims.issued_at), "envelope_expired"),
    "early": (
        lambda life, sent: _signed_again(life, sent, issued_at=_now(life) + 60, expires_at=_now(life) + 120),
        "envelope_expired",
    ),
    "nobody's": (lambda life, sent: _signed_again(life, sent, audience="education.999999"), "wrong_audience"),
    "the gateway's": (lambda life, sent: _signed_again(life, sent, audience="gateway.990000"), "wrong_audience"),
    "type": (lambda life, sent: _signed_again(life, sent, type=MessageType.EXCHANGE), "wrong_message_type"),
    "an answer": (lambda life, sent: _signed_again(life, sent, type=MessageType.EVALUATE_ANSWER), "wrong_message_type"),
    "answering": (lambda life, sent: _signed_again(life, sent, answers=digest_of(b"x")), ""),
    "agreement": (lambda life, sent: _signed_again(life, sent, agreement=digest_of(b"x")), "no_agreement"),
    "no agreement": (lambda life, sent: _signed_again(life, sent, agreement=None), "no_agreement"),
    "purpose": (lambda life, sent: _signed_again(life, sent, purpose="P09"), "purpose_differs"),
    "other's key": (lambda life, sent: _signed_again(life, sent, _provider_key(life)), "unknown_key"),
    "other's name": (
        lambda life, sent: _signed_again(life, sent, _provider_key(life), issuer="disabled_federation.990000"),
        "not_a_party",
    ),
    "gateway's key": (lambda life, sent: _signed_again(life, sent, life.collusion.key), "unknown_key"),
}


@pytest.mark.parametrize(("tamper", "code"), TAMPERED.values(), ids=TAMPERED)
def test_a_changed_request_is_refused_by_both(life: Life, tamper: Tamper, code: str) -> None:
    at_gateway = refusal_of(life.post(tamper(life, life.probe()), PATHS[MessageType.EVALUATE]))
    changed = tamper(life, life.probe())
    promise, url = life.collusion.promise(changed), life.collusion.endpoint + PATHS[MessageType.EVALUATE]
    headers = {ENVELOPE_HEADER: changed.envelope, RELAY_HEADER: promise, "Content-Type": "application/json"}
    at_provider = refusal_of(
        httpx.post(url, content=changed.body, headers=headers, timeout=60, verify=trusted_authorities())
    )
    assert None not in {at_gateway, at_provider}
    if code:
        assert {at_gateway, at_provider} == {ProblemCode(code)}


def test_messages_do_not_pass_at_addresses_of_others(life: Life) -> None:
    for path in set(PATHS.values()) - {PATHS[MessageType.EVALUATE]}:
        assert refusal_of(life.post(life.probe(), path)) in {ProblemCode.WRONG_MESSAGE_TYPE, ProblemCode.TOO_LARGE}


def test_relay_promises_are_not_exchangeable(life: Life) -> None:
    other, now = life.probe(), _now(life)
    forger = replace(life.collusion, key=life.collusion.requester.connector.signing_key())
    for promise in (
        lambda probe: "",
        lambda probe: "a.b.c",
        lambda probe: life.collusion.promise(other),
        lambda probe: life.collusion.promise(probe, audience="education.990000"),
        lambda probe: life.collusion.promise(probe, issuer="education.990000"),
        lambda probe: life.collusion.promise(probe, issued_at=now - 200, expires_at=now - 100),
        lambda probe: life.collusion.promise(probe, expires_at=now + 900),
        forger.promise,
        lambda probe: probe.envelope,
    ):
        probe = life.probe()
        assert refusal_of(life.collusion.relay(probe, promise(probe))) is ProblemCode.RELAY_NOT_PROVEN
    assert life.collusion.relay(life.probe()).is_success


# Changed answers.


def _headers(exchanged: Exchanged, **changes: str | None) -> Exchanged:
    headers = exchanged.response_headers.copy()
    for name, value in changes.items():
        header = {"envelope": ENVELOPE_HEADER, "relay": RELAY_HEADER, "encoding": "Content-Encoding"}[name]
        headers.pop(header, None)
        if value is not None:
            headers[header] = value
    return replace(exchanged, response_headers=headers)


def _restated(life: Life, exchanged: Exchanged, signer: SigningKey | None = None, **changes: object) -> Exchanged:
    """Return the answer with other claims, signed by the gateway's key, and promised to be logged."""
    token = exchanged.response_headers[ENVELOPE_HEADER]
    claims = read_unverified(EnvelopeClaims, token, MAX_ENVELOPE_CHARACTERS).model_copy(update=changes)
    token = sign_envelope(signer or life.collusion.key, claims)
    to_requester = {"audience": life.agreement.requester.agency, "envelope": envelope_digest(token)}
    return _headers(exchanged, envelope=token, relay=life.collusion.promise(life.probe(), **to_requester))


def _with_another_byte(body: bytes) -> bytes:
    """Change the last character of the last text, to one that it is not."""
    return body[:-3] + (b"B" if body[-3:-2] == b"A" else b"A") + body[-2:]


ALTERED: dict[str, tuple[Callable[[Life, Exchanged], Exchanged], str]] = {
    "one byte": (lambda life, got: replace(got, response=_with_another_byte(got.response)), "body_digest"),
    "a blank": (lambda life, got: replace(got, response=got.response + b" "), "body_digest_differs"),
    "nothing": (lambda life, got: replace(got, response=b""), "body_digest_differs"),
    "packed": (
        lambda life, got: _headers(replace(got, response=gzip.compress(got.response)), encoding="gzip"),
        "packed",
    ),
    "too much": (lambda life, got: replace(got, response=bytes(MAX_EVALUATE_BYTES + 1)), "too_large"),
    "no envelope": (lambda life, got: _headers(got, envelope=None), "bad_signature"),
    "no token": (lambda life, got: _headers(got, envelope="a.b.c"), "bad_signature"),
    "another's answer": (
        lambda life, got: _headers(
            replace(got, response=life.passed[MessageType.EVALUATE].response),
            envelope=life.passed[MessageType.EVALUATE].response_headers[ENVELOPE_HEADER],
        ),
        "answers_another_request",
    ),
    "the gateway for the provider": (_restated, "not_stated"),
    "the gateway as itself": (lambda life, got: _restated(life, got, issuer="gateway.990000"), "wrong_issuer"),
    "type": (lambda life, got: _restated(life, got, _provider_key(life), type=MessageType.MATCH_ANSWER), "wrong_type"),
    "for another": (
        lambda life, got: _restated(life, got, _provider_key(life), audience="education.990000"),
        "wrong_audience",
    ),
    "of another request": (
        lambda life, got: _restated(life, got, _provider_key(life), answers=digest_of(b"x")),
        "answers_another_request",
    ),
    "of no request": (lambda life, got: _restated(life, got, _provider_key(life), answers=None), "another_request"),
    "old": (
        lambda life, got: _restated(
            life, got, _provider_key(life), issued_at=_now(life) - 121, expires_at=_now(life) - 2
        ),
        "expired",
    ),
    "no promise": (lambda life, got: _headers(got, relay=None), "no_log_promise"),
    "promise of another": (
        lambda life, got: _headers(got, relay=life.passed[MessageType.EVALUATE].response_headers[RELAY_HEADER]),
        "no_log_promise",
    ),
    "a made up refusal": (lambda life, got: replace(got, status=400, response=b"{}"), "malformed"),
}


@pytest.mark.parametrize(("alter", "reason"), ALTERED.values(), ids=ALTERED)
def test_an_altered_answer_is_not_believed(
    life: Life, alter: Callable[[Life, Exchanged], Exchanged], reason: str
) -> None:
    with pytest.raises(AnswerError) as refused, over(Wire(lambda got: alter(life, got)), _requester(life)) as session:
        session.client.send(life.probe(), EvaluateAnswer, MAX_EVALUATE_BYTES, life.agreement)
    assert reason in refused.value.reason


@pytest.mark.parametrize("path", ["/v1/match/parts", "/v1/match", "/v1/exchange"])
@pytest.mark.parametrize("alteration", ["one byte", "no envelope", "no promise", "another's answer"])
def test_altered_parts_matches_and_releases_are_not_believed(life: Life, path: str, alteration: str) -> None:
    alter, _ = ALTERED[alteration]
    wire = Wire(lambda got: alter(life, got) if got.path == path else got)
    plan = life.scene.plan(PURPOSE)
    with over(wire, _requester(life)) as session:
        stage = replace(life.scene.stage, sessions={**life.scene.stage.sessions, plan.requester: session})
        with pytest.raises(AnswerError):
            stage.ask(plan, life.agreement, lambda *_: None)


@pytest.mark.parametrize("alteration", ["one byte", "no envelope", "no promise", "another's answer"])
def test_an_altered_item_is_not_believed(life: Life, alteration: str) -> None:
    alter, _ = ALTERED[alteration]
    wire = Wire(lambda got: alter(life, got))
    with over(wire, _requester(life)) as session, pytest.raises(AnswerError):
        read_item(console_of(session), life.item)
    assert [got.path for got in wire.passed] == [PATHS[MessageType.ITEM_READ]]


def test_an_unaltered_answer_is_believed(life: Life) -> None:
    """The positive control: the wire itself changes nothing, and the restated answer is a good one."""
    with over(Wire(), _requester(life)) as session:
        session.client.send(life.probe(), EvaluateAnswer, MAX_EVALUATE_BYTES, life.agreement)
    with over(Wire(), _requester(life)) as session:
        assert read_item(console_of(session), life.item) is ReadOutcome.KEPT
    with over(Wire(lambda got: _restated(life, got, _provider_key(life))), _requester(life)) as session:
        session.client.send(life.probe(), EvaluateAnswer, MAX_EVALUATE_BYTES, life.agreement)


def _requester(life: Life) -> Session:
    return life.scene.session(life.scene.plan(PURPOSE).requester)


def test_a_refusal_stays_a_refusal(life: Life) -> None:
    """The gateway's refusal of a replay reaches the requester as what it is."""
    with pytest.raises(ProblemError, match="replayed"):
        _requester(life).client.send(life.prepared(MessageType.EVALUATE), EvaluateAnswer, MAX_EVALUATE_BYTES)
