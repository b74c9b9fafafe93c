"""A gateway that grants or matches too much, with its real keys: the provider refuses by its own copy, and alerts."""

import os
from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from connectors.cli.session import Session
from connectors.identifiers import new_uuid
from connectors.requester.collect_results import NOT_PROVABLE
from connectors.requester.hashes import HashedRow
from connectors.state.questions import RowResult
from keys.protocol.envelopes import envelope_digest, read_unverified, sign_envelope, sign_relay, verify_relay
from keys.protocol.grants import sign_grant
from schemas.agreement import Agreement
from schemas.attribute_catalogue import never_released
from schemas.base64url import decode_base64url, encode_base64url
from schemas.envelope import ENVELOPE_HEADER, RELAY_HEADER, EnvelopeClaims
from schemas.formats import MAX_ENVELOPE_CHARACTERS, digest_of
from schemas.key_set import load_key_set
from schemas.linkage_keys import KeyType
from schemas.messages.exchange import ExchangeRequest, Refusal
from schemas.messages.match import (
    MAX_GRANT_BYTES,
    MAX_MATCH_ANSWER_BYTES,
    GrantClaims,
    MatchAnswer,
    MatchOutcome,
    Outcome,
)
from schemas.problem import ProblemCode
from tests.attack.attacker import (
    Collusion,
    alerts_of,
    collude,
    evaluate_rows,
    handles_of,
    read_index,
    refusal_of,
    roster_rows,
)
from tests.attack.wire import Exchanged, Wire, over
from tests.scene import Scene

PURPOSE = "P04"
EVERY_KEY_TYPE = tuple(defined.name for defined in load_key_set("G").evidence)


@dataclass(frozen=True)
class Loot:
    """A record that the requester may honestly ask about, and the handles of the agreement and of another one."""

    collusion: Collusion
    provider: Session
    evaluated: HashedRow
    handle: bytes
    other: Agreement
    other_handle: bytes

    def ask(self, grant: str, handle: bytes | None = None, **changes: object) -> ProblemCode | Refusal | None:
        """Ask the provider directly under `grant`; returns why it refused."""
        request_id, asked = new_uuid(os.urandom), handle or self.handle
        proof = self.collusion.prove(request_id, asked, *self.evaluated.outputs[KeyType.ID])
        prepared = self.collusion.prepare(request_id, {asked: proof}, grant, **changes)
        response = self.collusion.relay(prepared)
        if not response.is_success:
            return refusal_of(response)
        (answer,) = self.collusion.open(prepared, response).answers
        return answer.refused


@pytest.fixture(scope="module")
def loot(scene: Scene) -> Loot:
    agreement, other = scene.agree_and_publish(PURPOSE), scene.agreements[PURPOSE]
    collusion, index = collude(scene, agreement), read_index(scene, agreement)
    provider = scene.session(scene.plan(PURPOSE).provider)
    for row in roster_rows(scene, scene.plan(PURPOSE), agreement):
        (hashed,) = evaluate_rows(collusion.requester, agreement, [row]).rows
        if len(handles_of(index, hashed)) == 1 and KeyType.ID in hashed.outputs:
            (handle,) = handles_of(index, hashed)
            return Loot(collusion, provider, hashed, handle, other, read_index(scene, other)[0].handle)
    raise AssertionError("no row of the roster is in the index")


def test_an_honest_grant_is_answered(loot: Loot) -> None:
    """The positive control."""
    assert loot.ask(loot.collusion.grant([loot.handle])) is None


Grant = Callable[[Loot], str]


def _more_attributes(loot: Loot) -> str:
    attributes = tuple(sorted({*loot.collusion.agreement.attributes, "known_to_civil_affairs"}))
    return loot.collusion.grant([loot.handle], attributes=attributes)


def _never_released(loot: Loot) -> str:
    return loot.collusion.grant([loot.handle], attributes=(*loot.collusion.agreement.attributes, min(never_released())))


def _other_agreement(loot: Loot) -> str:
    return loot.collusion.grant([loot.handle], agreement=loot.other.digest())


def _made_up_agreement(loot: Loot) -> str:
    return loot.collusion.grant([loot.handle], agreement=digest_of(b"no such agreement"))


def _other_purpose(loot: Loot) -> str:
    return loot.collusion.grant([loot.handle], purpose="P09")


def _other_requester(loot: Loot) -> str:
    return loot.collusion.grant([loot.handle], requester="education.990000")


def _other_provider(loot: Loot) -> str:
    return loot.collusion.grant([loot.handle], provider="public_security.990000")


def _expired(loot: Loot) -> str:
    now = loot.collusion.requester.connector.seconds()
    return loot.collusion.grant([loot.handle], issued_at=now - 1000, expires_at=now - 100)


def _from_the_future(loot: Loot) -> str:
    now = loot.collusion.requester.connector.seconds()
    return loot.collusion.grant([loot.handle], issued_at=now + 100, expires_at=now + 1000)


def _other_handles(loot: Loot) -> str:
    return loot.collusion.grant([os.urandom(16)])


def _signed_by_the_requester(loot: Loot) -> str:
    requesters = replace(loot.collusion, key=loot.collusion.requester.connector.signing_key())
    return requesters.grant([loot.handle])


@pytest.mark.parametrize(
    ("grant", "refusal", "alert"),
    [
        (_more_attributes, ProblemCode.GRANT_EXCEEDED, "grant_exceeds_agreement"),
        (_never_released, ProblemCode.GRANT_INVALID, "grant_not_for_this_request"),
        (_other_handles, ProblemCode.GRANT_EXCEEDED, "grant_exceeds_agreement"),
        (_other_agreement, ProblemCode.GRANT_INVALID, "grant_not_for_this_request"),
        (_made_up_agreement, ProblemCode.GRANT_INVALID, "grant_not_for_this_request"),
        (_other_purpose, ProblemCode.GRANT_INVALID, "grant_not_for_this_request"),
        (_other_requester, ProblemCode.GRANT_INVALID, "grant_not_for_this_request"),
        (_other_provider, ProblemCode.GRANT_INVALID, "grant_not_for_this_request"),
        (_signed_by_the_requester, ProblemCode.GRANT_INVALID, "grant_not_for_this_request"),
    ],
)
def test_a_grant_for_more_is_refused_and_raises_an_alert(
    loot: Loot, grant: Grant, refusal: ProblemCode, alert: str
) -> None:
    before = alerts_of(loot.provider)
    assert loot.ask(grant(loot)) is refusal
    assert {code for code, _ in alerts_of(loot.provider) - before} == {alert}


@pytest.mark.parametrize("grant", [_expired, _from_the_future])
def test_a_grant_out_of_its_time_is_refused(loot: Loot, grant: Grant) -> None:
    assert loot.ask(grant(loot)) is ProblemCode.GRANT_EXPIRED


def test_attributes_beyond_agreement_or_catalogue_are_refused_whatever_is_granted(loot: Loot) -> None:
    for extra, refusal in (
        ("known_to_civil_affairs", ProblemCode.ATTRIBUTE_NOT_AGREED),
        ("no_such_attribute", ProblemCode.ATTRIBUTE_NEVER_RELEASED),
        (min(never_released()), ProblemCode.ATTRIBUTE_NEVER_RELEASED),
    ):
        attributes = (*loot.collusion.agreement.attributes, extra)
        grant = loot.collusion.grant([loot.handle], attributes=attributes)
        assert loot.ask(grant, attributes=attributes) is refusal


def test_handles_of_another_agreement_or_epoch_lead_nowhere(loot: Loot) -> None:
    grant = loot.collusion.grant([loot.other_handle])
    assert loot.ask(grant, loot.other_handle) is Refusal.NO_LONGER_HELD
    for epoch in (2, 7):
        assert loot.ask(loot.collusion.grant([loot.handle], epoch=epoch)) is Refusal.NO_LONGER_HELD


def test_one_handle_twice_is_refused(loot: Loot) -> None:
    twice = (encode_base64url(loot.handle),) * 2
    grant = loot.collusion.grant([loot.handle])
    request_id = new_uuid(os.urandom)
    proof = loot.collusion.prove(request_id, loot.handle, *loot.evaluated.outputs[KeyType.ID])
    proofs = {loot.handle: proof, os.urandom(16): proof}
    prepared = loot.collusion.prepare(request_id, proofs, grant, handles=twice)
    assert ExchangeRequest.model_validate_json(prepared.body).handles == twice
    assert refusal_of(loot.collusion.relay(prepared)) is ProblemCode.GRANT_EXCEEDED


# A gateway that lies about matches.


@dataclass(frozen=True)
class LyingMatcher:
    """Changes the gateway's match answers on their way and signs them anew, with the gateway's own key."""

    collusion: Collusion
    lie: Callable[[MatchAnswer], tuple[MatchOutcome, ...]]

    def __call__(self, passed: Exchanged) -> Exchanged:
        if passed.path != "/v1/match":
            return passed
        answer = MatchAnswer.from_bytes(passed.response, MAX_MATCH_ANSWER_BYTES)
        outcomes = self.lie(answer)
        granted = dict.fromkeys(handle for outcome in outcomes for handle in outcome.handles)
        grant = self.collusion.grant([decode_base64url(handle) for handle in granted])
        return self._signed(passed, answer.model_copy(update={"outcomes": outcomes, "grant": grant}).to_bytes())

    def _signed(self, passed: Exchanged, body: bytes) -> Exchanged:
        key, headers = self.collusion.key, passed.response_headers.copy()
        claims = read_unverified(EnvelopeClaims, headers[ENVELOPE_HEADER], MAX_ENVELOPE_CHARACTERS)
        token = sign_envelope(key, claims.model_copy(update={"body": digest_of(body)}))
        promise = verify_relay(headers[RELAY_HEADER], lambda _agency, _key_id: key.verification_key)
        headers[ENVELOPE_HEADER] = token
        headers[RELAY_HEADER] = sign_relay(key, promise.model_copy(update={"envelope": envelope_digest(token)}))
        return replace(passed, response_headers=headers, response=body)


def _ask_through(scene: Scene, liar: LyingMatcher) -> list[RowResult]:
    plan, agreement = scene.plan(PURPOSE), liar.collusion.agreement
    with over(Wire(liar), scene.session(plan.requester)) as session:
        stage = replace(scene.stage, sessions={**scene.stage.sessions, plan.requester: session})
        return stage.ask(plan, agreement, lambda *_: None)


def _claimed(outcome: MatchOutcome, handle: str, agreed: tuple[str, ...] = EVERY_KEY_TYPE) -> MatchOutcome:
    return MatchOutcome(row=outcome.row, outcome=Outcome.MATCH, handles=(handle,), agreed=agreed)


def test_a_match_claimed_for_every_record_releases_none_that_was_not_proven(scene: Scene, loot: Loot) -> None:
    handles = sorted({row.handle for row in read_index(scene, loot.collusion.agreement)})
    honest = {result.row_number: result for result in scene.ask(PURPOSE, loot.collusion.agreement)}

    def lie(answer: MatchAnswer) -> tuple[MatchOutcome, ...]:
        taken = {handle for outcome in answer.outcomes for handle in outcome.handles}
        free = (handle for handle in map(encode_base64url, handles) if handle not in taken)
        return tuple(outcome if outcome.handles else _claimed(outcome, next(free)) for outcome in answer.outcomes)

    before = alerts_of(loot.provider)
    results = [result for result in _ask_through(scene, LyingMatcher(loot.collusion, lie)) if result.handle]
    assert len(results) > sum(bool(result.values) for result in honest.values()) > 0
    for result in results:
        assert result.values == honest[result.row_number].values
        assert bool(result.values) != (result.refused == Refusal.POSSESSION_NOT_PROVEN)
    assert "possession_not_proven" in {code for code, _ in alerts_of(loot.provider) - before}


def test_a_match_claimed_by_one_weak_key_is_not_even_asked_about(scene: Scene, loot: Loot) -> None:
    """County, birth date and sex prove nothing to the provider; the requester's own connector knows it."""

    def lie(answer: MatchAnswer) -> tuple[MatchOutcome, ...]:
        handle = encode_base64url(loot.handle)
        return tuple(_claimed(outcome, handle, (KeyType.R6_D_X.value,)) for outcome in answer.outcomes)

    results = [result for result in _ask_through(scene, LyingMatcher(loot.collusion, lie)) if result.handle]
    assert results
    assert {result.refused for result in results} == {NOT_PROVABLE}
    assert not any(result.values for result in results)


def test_one_handle_for_several_children_brings_nobody_the_answer_of_another(scene: Scene, loot: Loot) -> None:
    """The row whose handle it is would prove it, and the answer would come to every row of that handle."""
    honest = {result.row_number: result for result in scene.ask(PURPOSE, loot.collusion.agreement)}
    stolen: list[str] = []

    def lie(answer: MatchAnswer) -> tuple[MatchOutcome, ...]:
        stolen[:] = [handle for outcome in answer.outcomes for handle in outcome.handles][:1]
        return tuple(outcome if outcome.handles else _claimed(outcome, stolen[0]) for outcome in answer.outcomes)

    results = [result for result in _ask_through(scene, LyingMatcher(loot.collusion, lie)) if result.handle in stolen]
    assert len(results) > 1
    assert [result.values for result in results] == [honest[result.row_number].values for result in results]
    assert sum(bool(result.values) for result in results) == 1


def test_a_grant_is_no_envelope_and_an_envelope_no_grant(loot: Loot) -> None:
    """Tokens of the gateway's own key are not taken for one another."""
    grant = loot.collusion.grant([loot.handle])
    claims = read_unverified(GrantClaims, grant, MAX_GRANT_BYTES)
    assert loot.ask(sign_grant(loot.collusion.key, claims)) is None
    prepared = loot.collusion.prepare(
        new_uuid(os.urandom), {loot.handle: loot.collusion.prove(new_uuid(os.urandom), loot.handle, os.urandom(64))}
    )
    assert refusal_of(loot.collusion.relay(prepared, grant)) is ProblemCode.RELAY_NOT_PROVEN
    assert loot.ask(loot.collusion.promise(prepared)) is ProblemCode.GRANT_INVALID
