"""Nobody binds an agency alone, nor does a gateway: an officer twice, a missing or foreign signature, forged states."""

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

import httpx
import pytest
from pydantic import ValidationError

from connectors.agreements import SharingOffice
from connectors.cli.session import Session
from connectors.gateway_client import PATHS, GatewayClient, QueryContext
from connectors.state.agreements import find_agreement
from connectors.state.alerts import list_alerts
from hosting.certificates import trusted_authorities
from keys.crypto.ciphersuite import random_scalar
from keys.crypto.ristretto255 import multiply_base
from keys.protocol.agreements import sign_agreement
from keys.protocol.envelopes import envelope_digest, sign_message, sign_relay
from schemas.agreement import AGREEMENT_TOKEN_TYPE, Agreement, AgreementState
from schemas.base64url import encode_base64url
from schemas.envelope import ENVELOPE_HEADER, RELAY_HEADER, MessageType, RelayClaims
from schemas.formats import digest_of
from schemas.message import Message
from schemas.messages.agreements import (
    MAX_AGREEMENT_LIST_BYTES,
    AgreementAnswer,
    AgreementCountersign,
    AgreementPropose,
    AgreementSign,
    SignedAgreement,
)
from schemas.messages.evaluate import EvaluateRequest
from schemas.problem import ProblemCode, ProblemError
from tests.agreement_world import ASKER, HOLDER, World, agreement_world
from tests.attack.attacker import answer_as, refusal_of
from tests.scenario.gateway_simulator import GATEWAY_ID, SIGNATORIES


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with agreement_world(tmp_path_factory.mktemp("signatures")) as world:
        yield world


class _OneOfficer(Message):
    """What somebody signs who stands for the agency twice."""

    agreement: str
    agency: str
    signatories: tuple[str, str]
    signed_at: int


def _signature(session: Session, agreement: Agreement, agency: str | None = None) -> str:
    connector = session.connector
    signer = connector.signing_key()
    return sign_agreement(signer, agreement, agency or connector.agency, SIGNATORIES, connector.seconds())


def _post(session: Session, kind: MessageType, message: Message) -> None:
    session.client.ask(kind, message, AgreementAnswer, MAX_AGREEMENT_LIST_BYTES)


def test_one_officer_twice_is_no_signature(world: World) -> None:
    drafted, connector = world.draft(), world.asker.connector
    with pytest.raises(ProblemError, match="approval_missing at /signatories"):
        world.asker.office.propose(drafted, ("head-01", "head-01"))
    with pytest.raises(ValidationError):
        sign_agreement(connector.signing_key(), drafted, ASKER, ("head-01", "head-01"), connector.seconds())
    claims = _OneOfficer(
        agreement=drafted.digest(), agency=ASKER, signatories=("head-01", "head-01"), signed_at=connector.seconds()
    )
    token = sign_message(connector.signing_key(), AGREEMENT_TOKEN_TYPE, claims)
    with pytest.raises(ProblemError, match="agreement_invalid at /signature"):
        _post(world.asker, MessageType.AGREEMENT_PROPOSE, AgreementPropose(agreement=drafted, signature=token))


def test_a_signature_of_another_version_or_another_agency_counts_nothing(world: World) -> None:
    agreement = world.propose()
    other = world.draft(agreement)
    digest = agreement.digest()
    for token in (
        _signature(world.holder, other),
        _signature(world.asker, agreement, HOLDER),
        _signature(world.lead, agreement),
    ):
        with pytest.raises(ProblemError, match="agreement_invalid at /signature"):
            _post(world.holder, MessageType.AGREEMENT_SIGN, AgreementSign(agreement=digest, signature=token))


def test_nobody_signs_in_anothers_place(world: World) -> None:
    agreement = world.propose()
    digest = agreement.digest()
    attempts: tuple[tuple[Session, MessageType, Message], ...] = (
        (
            world.lead,
            MessageType.AGREEMENT_SIGN,
            AgreementSign(agreement=digest, signature=_signature(world.lead, agreement)),
        ),
        (
            world.holder,
            MessageType.AGREEMENT_COUNTERSIGN,
            AgreementCountersign(agreement=digest, signature=_signature(world.holder, agreement)),
        ),
    )
    for session, kind, message in attempts:
        with pytest.raises(ProblemError, match="not_a_party"):
            _post(session, kind, message)
    with pytest.raises(ProblemError, match="agreement_step_refused"):
        world.lead.office.countersign(digest, SIGNATORIES)


def test_a_countersignature_is_accepted_once_and_unchanged(world: World) -> None:
    agreement = world.propose()
    digest = agreement.digest()
    world.holder.office.sign(digest, SIGNATORIES)
    message = AgreementCountersign(agreement=digest, signature=_signature(world.lead, agreement))
    client = world.lead.client
    prepared = client.prepare(MessageType.AGREEMENT_COUNTERSIGN, message)
    with pytest.raises(ProblemError, match="body_digest_differs"):
        client.send(replace(prepared, body=prepared.body + b" "), AgreementAnswer, MAX_AGREEMENT_LIST_BYTES)
    client.send(prepared, AgreementAnswer, MAX_AGREEMENT_LIST_BYTES)
    with pytest.raises(ProblemError, match="replayed"):
        client.send(prepared, AgreementAnswer, MAX_AGREEMENT_LIST_BYTES)


@pytest.mark.parametrize("named", ["nobody", "the provider", "another key"])
def test_the_lead_body_must_be_the_gateways_own_under_its_own_key(world: World, named: str) -> None:
    honest = world.draft()
    assert honest.lead is not None
    leads = {
        "nobody": None,
        "the provider": honest.provider,
        "another key": honest.lead.model_copy(update={"signing_key": digest_of(b"another key")}),
    }
    drafted = honest.model_copy(update={"lead": leads[named]})
    with pytest.raises(ProblemError, match="agreement_invalid at /agreement/lead"):
        world.asker.office.propose(drafted, SIGNATORIES)


def test_without_a_lead_body_nobody_is_named(tmp_path_factory: pytest.TempPathFactory, world: World) -> None:
    named = world.draft().lead
    with agreement_world(tmp_path_factory.mktemp("bilateral"), lead_body=None) as bilateral:
        with pytest.raises(ProblemError, match="agreement_invalid at /agreement/lead"):
            bilateral.propose(lead=named)
        agreement = bilateral.propose()
        copy = bilateral.holder.office.sign(agreement.digest(), SIGNATORIES)
        assert copy.standing.state is AgreementState.ACTIVE


def _tell(world: World, body: bytes, request: httpx.Request) -> httpx.Response:
    key = world.gateway.signing_key()
    return answer_as(key, key, request, body)


def _sync_with_liar(world: World, session: Session, *told: SignedAgreement) -> None:
    body = AgreementAnswer(agreements=told).to_bytes()
    with httpx.Client(transport=httpx.MockTransport(partial(_tell, world, body))) as http:
        SharingOffice(session.connector, GatewayClient(session.connector, session.trust, http), session.trust).sync()


def _alerts(session: Session) -> set[str]:
    return {code for _, code, _ in list_alerts(session.connector.state)}


def _of_two(agreement: Agreement, *tokens: str) -> tuple[str, ...]:
    return tokens


def _of_one_twice(agreement: Agreement, requesters: str, providers: str) -> tuple[str, ...]:
    return requesters, providers, providers


@pytest.mark.parametrize("forge", [_of_two, _of_one_twice])
@pytest.mark.parametrize("state", [AgreementState.ACTIVE, AgreementState.SUSPENDED, AgreementState.REPLACED])
def test_a_gateway_cannot_activate_what_the_lead_body_has_not_signed(
    world: World, forge: Callable[..., tuple[str, ...]], state: AgreementState
) -> None:
    agreement = world.propose()
    digest = agreement.digest()
    signatures = world.holder.office.sign(digest, SIGNATORIES).signatures
    told = SignedAgreement(agreement=agreement, signatures=forge(agreement, *signatures), state=state)
    _sync_with_liar(world, world.holder, told)
    copy = find_agreement(world.holder.connector.state, digest)
    assert copy is not None
    assert copy.standing.state is AgreementState.AGREED
    assert "agreement_signature_missing" in _alerts(world.holder)
    assert _asked(world, agreement) is ProblemCode.AGREEMENT_NOT_ACTIVE


def test_the_provider_answers_once_all_have_signed(world: World) -> None:
    """So the refusal above is the signature's."""
    assert _asked(world, world.conclude()) is not ProblemCode.AGREEMENT_NOT_ACTIVE


def test_a_gateway_cannot_say_that_a_version_was_replaced_or_keep_one_alive(world: World) -> None:
    agreement = world.conclude()
    digest = agreement.digest()
    world.holder.office.sync()
    copy = find_agreement(world.holder.connector.state, digest)
    assert copy is not None
    for state in (AgreementState.REPLACED, AgreementState.ACTIVE):
        _sync_with_liar(
            world, world.holder, SignedAgreement(agreement=agreement, signatures=copy.signatures, state=state)
        )
        kept = find_agreement(world.holder.connector.state, digest)
        assert kept is not None
        assert kept.standing.state is not AgreementState.REPLACED
    newer = world.conclude(agreement)
    told = world.holder.office.sync()
    assert told[digest].standing.state is AgreementState.REPLACED
    _sync_with_liar(
        world,
        world.holder,
        SignedAgreement(agreement=agreement, signatures=copy.signatures, state=AgreementState.ACTIVE),
        SignedAgreement(agreement=newer, signatures=told[newer.digest()].signatures, state=AgreementState.SUSPENDED),
    )
    kept = find_agreement(world.holder.connector.state, digest)
    assert kept is not None
    assert kept.standing.state is AgreementState.REPLACED


def test_the_lead_body_asks_nothing_under_what_it_countersigned(world: World) -> None:
    agreement = world.conclude()
    world.lead.office.sync()
    with pytest.raises(ProblemError, match="not_a_party"):
        _probe(world.lead, agreement, sends=True)


def _probe(session: Session, agreement: Agreement, *, sends: bool = False) -> tuple[str, bytes]:
    blinded = multiply_base(random_scalar(os.urandom))
    message = EvaluateRequest(epoch=1, blinded=encode_base64url(blinded))
    query = QueryContext(agreement, "990101", "officer-07", "TA-2026-0415", "section-head-02")
    prepared = session.client.prepare(MessageType.EVALUATE, message, query)
    if sends:
        session.client.send(prepared, AgreementAnswer, MAX_AGREEMENT_LIST_BYTES, agreement)
    return prepared.envelope, prepared.body


def _asked(world: World, agreement: Agreement) -> ProblemCode | None:
    """Return why the provider refuses a question that the gateway passes on past its own rules."""
    prepared_envelope, body = _probe(world.asker, agreement)
    now = world.asker.connector.seconds()
    promise = RelayClaims(
        issuer=GATEWAY_ID,
        audience=HOLDER,
        envelope=envelope_digest(prepared_envelope),
        leaf=digest_of(b"never logged"),
        shard=2026,
        leaf_index=0,
        issued_at=now,
        expires_at=now + 60,
    )
    headers = {
        ENVELOPE_HEADER: prepared_envelope,
        RELAY_HEADER: sign_relay(world.gateway.signing_key(), promise),
        "Content-Type": "application/json",
    }
    url = world.endpoint + PATHS[MessageType.EVALUATE]
    return refusal_of(httpx.post(url, content=body, headers=headers, timeout=60, verify=trusted_authorities()))
