"""A gateway that puts keys of its own into the registry, signed with its real key: nobody uses them, alerts tell."""

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from demo.province import Agency
from demo.scenario.desks import query_under
from demo.scenario.refusals import prepare_probe
from keys.crypto.errors import OpenError
from keys.crypto.sealing import open_sealed
from keys.crypto.signing import SigningKey, generate_signing_key
from keys.protocol.envelopes import read_unverified, sign_envelope
from keys.protocol.key_chain import UntrustedKeyError, encode_verification_key, follow_chain, state_key
from keys.protocol.sealed_for import possession_binding
from schemas.base64url import decode_base64url
from schemas.envelope import ENVELOPE_HEADER, EnvelopeClaims
from schemas.formats import MAX_ENVELOPE_CHARACTERS
from schemas.key_statement import KeyUse
from schemas.messages.exchange import MAX_EXCHANGE_BYTES, ExchangeRequest
from schemas.problem import ProblemCode, ProblemError
from tests.attack.attacker import alerts_of, refusal_of
from tests.attack.swapped_registry import OPENING_SECRET, SIGNING_KEY, Swap, copied, post_evaluate
from tests.attack.wire import Exchanged, Wire, over
from tests.scene import Scene

PURPOSE = "P04"


@pytest.fixture
def swap(scene: Scene) -> Swap:
    return Swap.of(scene, PURPOSE)


@pytest.mark.parametrize("use", [KeyUse.OPENING, KeyUse.EVALUATION, KeyUse.SIGNING])
@pytest.mark.parametrize("signs_itself", [False, True], ids=["by the gateway's key", "by the forged key itself"])
def test_a_forged_key_of_the_provider_is_not_used_and_is_named(
    scene: Scene, swap: Swap, tmp_path: Path, use: KeyUse, signs_itself: bool
) -> None:
    """The whole question is asked on the swapped registry: it is answered, by the agency's own keys."""
    agency, plan = swap.collusion.agreement.provider.agency, scene.plan(PURPOSE)
    forged = swap.forged(agency, use, SIGNING_KEY if signs_itself else swap.collusion.key)
    token = swap.with_statements(agency, lambda statements: (*statements, forged))
    with copied(scene.session(plan.requester), tmp_path) as requester:
        requester.trust.accept(token, requester.connector.now())
        wire = Wire()
        with over(wire, requester) as session:
            stage = replace(scene.stage, sessions={**scene.stage.sessions, plan.requester: session})
            results = stage.ask(plan, swap.collusion.agreement, lambda *_: None)
        assert any(result.values for result in results)
        assert not any(_can_open(exchanged) for exchanged in wire.passed if exchanged.path == "/v1/exchange")
        (alert,) = [subject for code, subject in alerts_of(requester) if code == "forged_key_statement"]
        assert alert.startswith(f"{agency} statement ")
        assert f"({use.value})" in alert


def _can_open(exchanged: Exchanged) -> bool:
    """Return whether the gateway's forged opening key opens the possession proofs of an exchange."""
    token = exchanged.request_headers[ENVELOPE_HEADER]
    claims = read_unverified(EnvelopeClaims, token, MAX_ENVELOPE_CHARACTERS)
    sealed = decode_base64url(ExchangeRequest.from_bytes(exchanged.request, MAX_EXCHANGE_BYTES).possession)
    try:
        open_sealed(OPENING_SECRET, sealed, possession_binding(claims.agreement or "", claims.id, claims.audience))
    except OpenError:
        return False
    return True


def test_answers_are_not_sealed_to_a_forged_key_of_the_requester(scene: Scene, swap: Swap, tmp_path: Path) -> None:
    plan, agency = scene.plan(PURPOSE), swap.collusion.agreement.requester.agency
    forged = swap.forged(agency, KeyUse.OPENING, swap.collusion.key)
    token = swap.with_statements(agency, lambda statements: (*statements, forged))
    party = swap.collusion.agreement.requester
    with copied(scene.session(plan.provider), tmp_path) as provider:
        now = provider.connector.now()
        honest = provider.trust.keys_of(party.agency, party.signing_key, now).opening_key(now)
        provider.trust.accept(token, now)
        later = now + timedelta(minutes=1)
        assert provider.trust.keys_of(party.agency, party.signing_key, later).opening_key(later) == honest
        (alert,) = [subject for code, subject in alerts_of(provider) if code == "forged_key_statement"]
        assert alert.startswith(f"{agency} statement ")
        assert "(opening)" in alert


@pytest.mark.parametrize("knows_registry", [True, False], ids=["to a connector that knows", "to a new one"])
def test_another_root_in_the_place_of_an_agency_is_refused(
    scene: Scene, swap: Swap, tmp_path: Path, knows_registry: bool
) -> None:
    plan, agency = scene.plan(PURPOSE), swap.collusion.agreement.provider.agency
    statements = tuple(swap.forged(agency, use, SIGNING_KEY) for use in (KeyUse.SIGNING, KeyUse.OPENING))
    token = swap.with_statements(agency, lambda _statements: statements)
    with copied(scene.session(plan.requester), tmp_path, knows_registry=knows_registry) as requester:
        if knows_registry:
            with pytest.raises(ProblemError, match="registry_not_trusted"):
                requester.trust.accept(token, requester.connector.now())
            assert ("key_statements_withheld", agency) in alerts_of(requester)
        else:
            requester.trust.accept(token, requester.connector.now())
            stage = replace(scene.stage, sessions={**scene.stage.sessions, plan.requester: requester})
            with pytest.raises(ProblemError, match="unknown_key"):
                stage.ask(plan, swap.collusion.agreement, lambda *_: None)
            assert ("signing_key_root_differs", agency) in alerts_of(requester)


def test_a_forged_key_signs_nothing_that_the_provider_believes(scene: Scene, swap: Swap, tmp_path: Path) -> None:
    """The gateway states a signing key for the requester and asks in its name."""
    plan, agency = scene.plan(PURPOSE), swap.collusion.agreement.requester.agency
    forged = swap.forged(agency, KeyUse.SIGNING, swap.collusion.key)
    probe = prepare_probe(scene.session(plan.requester), query_under(swap.collusion.agreement))
    forgery = replace(probe, envelope=sign_envelope(SIGNING_KEY, probe.claims))
    with copied(scene.session(plan.provider), tmp_path) as provider:
        provider.trust.accept(
            swap.with_statements(agency, lambda statements: (*statements, forged)), provider.connector.now()
        )
        assert post_evaluate(provider, forgery, swap.collusion.promise(forgery)) is ProblemCode.UNKNOWN_KEY
    assert refusal_of(swap.collusion.relay(forgery)) is ProblemCode.UNKNOWN_KEY


@pytest.mark.parametrize(
    ("change", "code", "alert"),
    [
        (lambda swap, now: swap.sign(version=swap.registry.version - 1), "registry_not_trusted", "older_than_known"),
        (lambda swap, now: swap.sign(expires_at=now), "registry_expired", None),
        (lambda swap, now: swap.sign(issued_at=now + 300, expires_at=now + 900), "registry_expired", None),
        (lambda swap, now: swap.sign(SIGNING_KEY), "registry_not_trusted", "not_signed_by_gateway"),
        (
            lambda swap, now: swap.sign(swap.collusion.requester.connector.signing_key()),
            "registry_not_trusted",
            "not_signed_by_gateway",
        ),
        (
            lambda swap, now: swap.sign(SIGNING_KEY, gateway=swap.other_gateway()),
            "registry_not_trusted",
            "not_signed_by_gateway",
        ),
        (lambda swap, now: "a.b.c", "registry_not_trusted", "not_signed_by_gateway"),
    ],
    ids=["older", "expired", "from the future", "by a stranger", "by a member", "of another gateway", "no token"],
)
def test_registries_that_are_not_to_be_used(
    scene: Scene, swap: Swap, tmp_path: Path, change: Callable[[Swap, int], str], code: str, alert: str | None
) -> None:
    with copied(scene.session(Agency.CIVIL_AFFAIRS), tmp_path) as session:
        before, now = alerts_of(session), session.connector.now()
        with pytest.raises(ProblemError, match=code):
            session.trust.accept(change(swap, int(now.timestamp())), now)
        raised = {found for found, _ in alerts_of(session) - before}
        assert raised == ({f"registry_{alert}"} if alert else set())
        assert session.trust.registry(now).registry.version <= swap.registry.version


def test_a_requester_whose_registry_has_expired_asks_nothing(scene: Scene, swap: Swap, tmp_path: Path) -> None:
    plan = scene.plan(PURPOSE)
    with (
        copied(scene.session(plan.requester), tmp_path, at=swap.expires_at) as requester,
        over(Wire(), requester) as session,
    ):
        stage = replace(scene.stage, sessions={**scene.stage.sessions, plan.requester: session})
        with pytest.raises(ProblemError, match="registry_expired"):
            stage.ask(plan, swap.collusion.agreement, lambda *_: None)


def test_a_provider_whose_registry_has_expired_answers_nothing(scene: Scene, swap: Swap, tmp_path: Path) -> None:
    plan = scene.plan(PURPOSE)
    with (
        copied(scene.session(plan.requester), tmp_path, at=swap.expires_at) as requester,
        copied(scene.session(plan.provider), tmp_path, at=swap.expires_at) as provider,
    ):
        probe = prepare_probe(requester, query_under(swap.collusion.agreement))
        assert post_evaluate(provider, probe, swap.collusion.promise(probe)) is ProblemCode.REGISTRY_EXPIRED


# A gateway that has no key of an agency, but a thief's old one, or the agency's own old words.


@dataclass(frozen=True)
class Rotated:
    """An agency that has replaced its signing key and ended the old one, and its statements in their order."""

    old: SigningKey
    new: SigningKey
    swap: Swap
    ended_at: int

    def stated(self, key: SigningKey, signer: SigningKey, issued_at: int, **changes: object) -> str:
        public = key.verification_key
        text = encode_verification_key(public)
        statement = self.swap.statement("education.990000", KeyUse.SIGNING, text, public.key_id)
        moved = {"issued_at": issued_at, "active_from": issued_at, **changes}
        return state_key(signer, statement.model_copy(update=moved))

    @property
    def chain(self) -> tuple[str, ...]:
        return (
            self.stated(self.old, self.old, self.ended_at - 1000),
            self.stated(self.new, self.old, self.ended_at - 10),
            self.stated(
                self.old, self.new, self.ended_at, active_from=self.ended_at - 1000, accept_until=self.ended_at
            ),
        )


@pytest.fixture
def rotated(swap: Swap) -> Rotated:
    keys = generate_signing_key(os.urandom), generate_signing_key(os.urandom)
    return Rotated(*keys, swap, swap.collusion.requester.connector.seconds() - 100)


def test_an_old_statement_told_again_does_not_bring_an_ended_key_back(rotated: Rotated) -> None:
    root, chain = rotated.old.verification_key.key_id, rotated.chain
    keys = follow_chain("education.990000", root, (*chain, chain[0]))
    with pytest.raises(UntrustedKeyError, match="not_in_force"):
        keys.verification_key(root, rotated.ended_at + 1)
    assert [(found.place, found.reason) for found in keys.rejections] == [(3, "out_of_order")]


def test_a_thief_of_an_ended_key_can_not_state_keys_in_the_past(rotated: Rotated) -> None:
    thiefs = generate_signing_key(os.urandom)
    root = rotated.old.verification_key.key_id
    for issued_at in (rotated.ended_at - 500, rotated.ended_at - 1, rotated.ended_at, rotated.ended_at + 50):
        keys = follow_chain("education.990000", root, (*rotated.chain, rotated.stated(thiefs, rotated.old, issued_at)))
        with pytest.raises(UntrustedKeyError, match="not_stated"):
            keys.verification_key(thiefs.verification_key.key_id, rotated.ended_at + 60)
        assert len(keys.rejections) == 1


def test_a_statement_that_was_carried_once_can_not_be_withheld(scene: Scene, swap: Swap, tmp_path: Path) -> None:
    agency = swap.collusion.agreement.provider.agency
    for number, change in enumerate((lambda told: told[:-1], lambda told: (told[0], *told[:0:-1]))):
        folder = tmp_path / str(number)
        folder.mkdir()
        with copied(scene.session(Agency.CIVIL_AFFAIRS), folder) as session:
            with pytest.raises(ProblemError, match="registry_not_trusted"):
                session.trust.accept(swap.with_statements(agency, change), session.connector.now())
            assert ("key_statements_withheld", agency) in alerts_of(session)
