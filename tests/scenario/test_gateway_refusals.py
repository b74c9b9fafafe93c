"""Every refusal that the gateway can make, over HTTP: the code, its status, its leaf, and the promise of it."""

import os
import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from gateway.log.leaf import parse_leaf
from gateway.persistence.audit_tables import audit_leaf
from gateway.persistence.engine import read_transaction
from keys.protocol.agreements import sign_agreement
from keys.protocol.envelopes import envelope_digest, sign_envelope
from keys.protocol.grants import sign_grant
from schemas.agreement import Agreement, Approval
from schemas.base64url import encode_base64url
from schemas.envelope import ENVELOPE_HEADER, RELAY_HEADER, EnvelopeClaims, MessageType
from schemas.formats import digest_of
from schemas.linkage_keys import KeyType
from schemas.message import Message
from schemas.messages.agreements import AgreementEnd, AgreementList, AgreementPropose, AgreementSign
from schemas.messages.evaluate import MAX_EVALUATE_BYTES, EvaluateRequest
from schemas.messages.index import (
    FLAGGED,
    KEY_TYPE_CODES,
    IndexActivate,
    IndexBegin,
    IndexPart,
    manifest_of,
    pack_entries,
)
from schemas.messages.match import AskedEntry, Decision, GrantClaims, MatchPart, MatchRecord, pack_asked
from schemas.messages.registry import KeyPublish
from schemas.problem import PROBLEM_MEDIA_TYPE, ProblemCode, text_of
from tests.scenario.gateway_simulator import (
    ATTRIBUTES,
    GATEWAY_ID,
    PATHS,
    PROVIDER_ID,
    REQUESTER_ID,
    SIGNATORIES,
    Agency,
    Answer,
    AskedRow,
    World,
    entry,
    played_world,
    record,
)

HANDLE = os.urandom(16)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[World, Agreement]]:
    with played_world(tmp_path_factory.mktemp("refusals") / "gateway") as world:
        agreement = world.conclude()
        world.publish(agreement, [[entry(HANDLE, KeyType.ID, bytes(16)), entry(HANDLE, KeyType.P_D, bytes(16))]])
        yield world, agreement


@pytest.fixture
def world(shared: tuple[World, Agreement]) -> Iterator[World]:
    yield shared[0]
    shared[0].clock.ahead = timedelta(0)
    shared[0].provider.misbehave = None
    shared[0].provider.refuse_with = None


@pytest.fixture
def agreement(shared: tuple[World, Agreement]) -> Agreement:
    return shared[1]


def _evaluate(world: World, under: Agreement, **claims: object) -> Answer:
    return world.evaluate(under, "id\x1fx", **claims)[0]


def _raw(world: World, body: bytes, headers: dict[str, str], path: str = "/v1/match", method: str = "POST") -> Answer:
    response = world.http.request(method, world.url + path, content=body, headers=headers)
    return Answer(response.status_code, response.headers, response.content)


def _signed(world: World, body: bytes, message_type: MessageType = MessageType.MATCH, **claims: object) -> Answer:
    stated = world.requester.claims(message_type, body, GATEWAY_ID, **claims)
    return world.send(world.requester, stated, body)


def _stranger(world: World, **claims: object) -> Answer:
    stranger = Agency("education.990101", world.clock)
    return world.post(stranger, MessageType.AGREEMENT_LIST, AgreementList(), GATEWAY_ID, **claims)


def _wrong_key(world: World) -> Answer:
    impostor = Agency(REQUESTER_ID, world.clock)
    return world.post(impostor, MessageType.AGREEMENT_LIST, AgreementList(), GATEWAY_ID)


def _forged(world: World) -> Answer:
    """Sign with another key under the requester's key id: a signature that does not verify."""
    body = AgreementList().to_bytes()
    claims = world.requester.claims(MessageType.AGREEMENT_LIST, body, GATEWAY_ID)
    good = world.requester.sign(claims)
    other = sign_envelope(Agency(REQUESTER_ID, world.clock).key, claims)
    token = good.rsplit(".", 1)[0] + "." + other.rsplit(".", 1)[1]
    return _raw(world, body, {ENVELOPE_HEADER: token, "Content-Type": "application/json"}, "/v1/agreements/list")


def _expired_envelope(world: World) -> Answer:
    now = world.clock.seconds()
    return _signed(world, b"{}", MessageType.AGREEMENT_LIST, issued_at=now - 300, expires_at=now - 200)


def _changed_body(world: World) -> Answer:
    claims = world.requester.claims(MessageType.AGREEMENT_LIST, b"{}", GATEWAY_ID)
    headers = {ENVELOPE_HEADER: world.requester.sign(claims), "Content-Type": "application/json"}
    return _raw(world, b"{ }", headers, "/v1/agreements/list")


def _wrong_type(world: World) -> Answer:
    claims = world.requester.claims(MessageType.AGREEMENT_LIST, b"{}", GATEWAY_ID)
    headers = {ENVELOPE_HEADER: world.requester.sign(claims), "Content-Type": "application/json"}
    return _raw(world, b"{}", headers, "/v1/agreements/end")


def _replayed(world: World) -> Answer:
    claims = world.requester.claims(MessageType.AGREEMENT_LIST, b"{}", GATEWAY_ID)
    assert world.send(world.requester, claims, b"{}").status == 200
    return world.send(world.requester, claims, b"{}")


def _suspended(world: World) -> Answer:
    agreement = world.conclude()
    world.tell(world.provider, MessageType.AGREEMENT_END, AgreementEnd(agreement=agreement.digest(), action="suspend"))
    return _evaluate(world, agreement)


def _ended(world: World) -> Answer:
    agreement = world.conclude(valid_until=world.clock.seconds() + 100)
    world.clock.ahead = timedelta(seconds=101)
    return _evaluate(world, agreement)


def _other_party(world: World, agreement: Agreement) -> Answer:
    message = EvaluateRequest(epoch=1, blinded=encode_base64url(bytes(32)))
    claims = world.query_claims(agreement)
    return world.post(world.provider, MessageType.EVALUATE, message, REQUESTER_ID, **claims)


def _without(world: World, agreement: Agreement, name: str) -> Answer:
    return _evaluate(world, agreement, **{name: None})


def _over_budget(world: World) -> Answer:
    agreement = world.conclude(evaluations_per_day=3)
    world.publish(agreement, [[]])
    assert world.evaluate(agreement, "a", "b")[0].status == 200
    assert world.evaluate(agreement, "c", "d")[0].problem.code is ProblemCode.BUDGET_EXHAUSTED
    answer = world.evaluate(agreement, "e")[0]
    assert answer.status == 200, "a refused request must not be charged"
    return world.evaluate(agreement, "f")[0]


def _unknown_epoch(world: World, agreement: Agreement) -> Answer:
    message = EvaluateRequest(epoch=7, blinded=encode_base64url(bytes(32)))
    return world.post(world.requester, MessageType.EVALUATE, message, PROVIDER_ID, **world.query_claims(agreement))


def _grant(world: World, agreement: Agreement, **changes: object) -> str:
    now = world.clock.seconds()
    stated: dict[str, object] = {
        "issuer": GATEWAY_ID,
        "requester": REQUESTER_ID,
        "provider": PROVIDER_ID,
        "agreement": agreement.digest(),
        "purpose": "P04",
        "epoch": 1,
        "attributes": ATTRIBUTES,
        "handles": (encode_base64url(HANDLE),),
        "request": digest_of(b""),
        "id": "00000000-0000-4000-8000-000000000000",
        "issued_at": now,
        "expires_at": now + 900,
    }
    return sign_grant(world.gateway.signing_key(), GrantClaims.model_validate({**stated, **changes}))


def _exchange(world: World, agreement: Agreement, grant: str, handle: bytes = HANDLE) -> Answer:
    return world.exchange(agreement, grant, (encode_base64url(handle),))


def _foreign_grant(world: World, agreement: Agreement) -> Answer:
    grant = _grant(world, agreement)
    claims = GrantClaims.from_bytes(_payload(grant), 2**16)
    return _exchange(world, agreement, sign_grant(world.provider.key, claims))


def _payload(token: str) -> bytes:
    from schemas.base64url import decode_base64url

    return decode_base64url(token.split(".")[1])


def _propose(world: World, **changes: object) -> Answer:
    return _propose_as_it_stands(world, world.agreement(**changes))


def _propose_as_it_stands(world: World, agreement: Agreement) -> Answer:
    return world.post(world.requester, MessageType.AGREEMENT_PROPOSE, world.propose(agreement), GATEWAY_ID)


def _propose_signed_by_other(world: World) -> Answer:
    agreement = world.agreement()
    token = sign_agreement(world.provider.key, agreement, REQUESTER_ID, SIGNATORIES, world.clock.seconds())
    message = AgreementPropose(agreement=agreement, signature=token)
    return world.post(world.requester, MessageType.AGREEMENT_PROPOSE, message, GATEWAY_ID)


def _sign_wrongly(world: World) -> Answer:
    agreement = world.agreement()
    world.tell(world.requester, MessageType.AGREEMENT_PROPOSE, world.propose(agreement))
    token = sign_agreement(world.provider.key, world.agreement(), PROVIDER_ID, SIGNATORIES, world.clock.seconds())
    message = AgreementSign(agreement=agreement.digest(), signature=token)
    return world.post(world.provider, MessageType.AGREEMENT_SIGN, message, GATEWAY_ID)


def _publish(world: World, agreement: Agreement, message: Message, message_type: MessageType) -> Answer:
    return world.post(world.provider, message_type, message, GATEWAY_ID, agreement=agreement.digest())


def _other_part(world: World, agreement: Agreement) -> Answer:
    index = "00000000-0000-4000-8000-000000000001"
    world.begin(agreement, index, 2)
    part = IndexPart(index=index, number=0, entries=pack_entries([entry(HANDLE, KeyType.ID, bytes(16))]))
    world.tell(world.provider, MessageType.INDEX_PART, part, agreement=agreement.digest())
    world.tell(world.provider, MessageType.INDEX_PART, part, agreement=agreement.digest())
    other = IndexPart(index=index, number=0, entries=pack_entries([entry(HANDLE, KeyType.P_D, bytes(16))]))
    return _publish(world, agreement, other, MessageType.INDEX_PART)


def _incomplete(world: World, agreement: Agreement) -> Answer:
    index = "00000000-0000-4000-8000-000000000002"
    world.begin(agreement, index, 2)
    message = IndexActivate(index=index, manifest=digest_of(manifest_of([])))
    return _publish(world, agreement, message, MessageType.INDEX_ACTIVATE)


def _unstated_key(world: World, agreement: Agreement) -> Answer:
    begin = IndexBegin(
        index="00000000-0000-4000-8000-000000000003",
        epoch=2,
        key_id=digest_of(b""),
        mode="full",
        parts=1,
        records=1,
    )
    return _publish(world, agreement, begin, MessageType.INDEX_BEGIN)


def _requester_publishes(world: World, agreement: Agreement) -> Answer:
    message = IndexActivate(index="00000000-0000-4000-8000-000000000002", manifest=digest_of(b""))
    return world.post(world.requester, MessageType.INDEX_ACTIVATE, message, GATEWAY_ID, agreement=agreement.digest())


def _no_index(world: World) -> Answer:
    return world.match(world.conclude(), [record(id=bytes(16))])


def _unknown_run(world: World, agreement: Agreement) -> Answer:
    """Fetch what nobody has sent."""
    return world.fetch(agreement, str(uuid.uuid4()), 1, [0])


def _part(world: World, agreement: Agreement, rows: dict[int, AskedRow], run: str = "", **claims: object) -> Answer:
    return world.send_part(agreement, run or str(uuid.uuid4()), 0, rows, **claims)


def _sent(world: World, agreement: Agreement) -> str:
    """Send a run of one row, whose number alone is known, and return its name."""
    run = str(uuid.uuid4())
    assert _part(world, agreement, {0: record(id=bytes(16))}, run).status == 200
    return run


def _judged(world: World, agreement: Agreement) -> str:
    run = _sent(world, agreement)
    assert world.fetch(agreement, run, 1, [0]).status == 200
    return run


def _foreign_row(world: World, agreement: Agreement) -> Answer:
    message = MatchPart(
        run=str(uuid.uuid4()),
        epoch=1,
        number=0,
        records=(MatchRecord(row=0),),
        entries=pack_asked([AskedEntry(1, 1, bytes(16))]),
    )
    return world.ask(agreement, MessageType.MATCH_PART, message)


def _row_twice(world: World, agreement: Agreement) -> Answer:
    twice = (MatchRecord(row=0), MatchRecord(row=0))
    message = MatchPart(run=str(uuid.uuid4()), epoch=1, number=0, records=twice, entries="")
    return world.ask(agreement, MessageType.MATCH_PART, message)


def _index_of_guardians(world: World, agreement: Agreement) -> Answer:
    index = "00000000-0000-4000-8000-000000000004"
    world.begin(agreement, index, 1)
    part = IndexPart(index=index, number=0, entries=pack_entries([entry(HANDLE, KeyType.GUARDIAN, bytes(16))]))
    return _publish(world, agreement, part, MessageType.INDEX_PART)


def _undeclared_flag(world: World, agreement: Agreement) -> Answer:
    index = "00000000-0000-4000-8000-000000000005"
    world.begin(agreement, index, 1)
    flagged = entry(HANDLE, KeyType.G_D, bytes(16), is_flagged=True)
    return _publish(
        world, agreement, IndexPart(index=index, number=0, entries=pack_entries([flagged])), MessageType.INDEX_PART
    )


def _decided_otherwise(world: World, agreement: Agreement) -> Answer:
    run = _judged(world, agreement)
    assert world.review(agreement, run, 0, Decision.NON_MATCH).status == 200
    return world.review(agreement, run, 0, Decision.MATCH)


def _foreign_statement(world: World) -> Answer:
    """State a key of another agency."""
    other = Agency(PROVIDER_ID, world.clock)
    return world.post(
        world.requester, MessageType.KEY_PUBLISH, KeyPublish(statement=other.first_statement()), GATEWAY_ID
    )


def _dead_provider(world: World, agreement: Agreement) -> Answer:
    member = world.gateway.members.current().members[PROVIDER_ID]
    gone = member.model_copy(update={"endpoint": "http://127.0.0.1:9"})
    world.gateway.members.current().members[PROVIDER_ID] = gone
    try:
        return _evaluate(world, agreement)
    finally:
        world.gateway.members.current().members[PROVIDER_ID] = member


def _misbehaving(change: Callable[[World, EnvelopeClaims, Message], tuple[EnvelopeClaims, bytes]]) -> "Attempt":
    def attempt(world: World, agreement: Agreement) -> Answer:
        world.provider.misbehave = lambda claims, message: change(world, claims, message)
        return _evaluate(world, agreement)

    return attempt


def _other_answer(world: World, claims: EnvelopeClaims, message: Message) -> tuple[EnvelopeClaims, bytes]:
    return claims.model_copy(update={"answers": digest_of(b"another")}), message.to_bytes()


def _other_key_id(world: World, claims: EnvelopeClaims, message: Message) -> tuple[EnvelopeClaims, bytes]:
    body = message.model_copy(update={"key_id": digest_of(b"another")}).to_bytes()
    return claims.model_copy(update={"body": digest_of(body)}), body


def _altered_body(world: World, claims: EnvelopeClaims, message: Message) -> tuple[EnvelopeClaims, bytes]:
    return claims, message.to_bytes() + b" "


def _huge_body(world: World, claims: EnvelopeClaims, message: Message) -> tuple[EnvelopeClaims, bytes]:
    body = b"[" + b" " * MAX_EVALUATE_BYTES + b"]"
    return claims.model_copy(update={"body": digest_of(body)}), body


def _provider_refuses(world: World, agreement: Agreement) -> Answer:
    world.provider.refuse_with = ProblemCode.SOURCE_UNAVAILABLE
    return _evaluate(world, agreement)


def _provider_talks_nonsense(world: World, agreement: Agreement) -> Answer:
    world.provider.refuse_with = b'{"code":"no_such_code"}'
    return _evaluate(world, agreement)


Attempt = Callable[[World, Agreement], Answer]

JSON = {"Content-Type": "application/json"}
VERIFIED: dict[str, tuple[ProblemCode, Attempt]] = {
    "malformed body": (ProblemCode.MALFORMED, lambda w, a: _signed(w, b'{"epoch":1}')),
    "not canonical body": (ProblemCode.NOT_CANONICAL, lambda w, a: _signed(w, b"{ }", MessageType.AGREEMENT_LIST)),
    "another message type": (ProblemCode.WRONG_MESSAGE_TYPE, lambda w, a: _wrong_type(w)),
    "another audience": (
        ProblemCode.WRONG_AUDIENCE,
        lambda w, a: w.match(a, [record(id=bytes(16))], audience=PROVIDER_ID),
    ),
    "evaluate by the gateway": (ProblemCode.WRONG_AUDIENCE, lambda w, a: _evaluate(w, a, audience=GATEWAY_ID)),
    "expired envelope": (ProblemCode.ENVELOPE_EXPIRED, lambda w, a: _expired_envelope(w)),
    "lifetime too long": (
        ProblemCode.ENVELOPE_EXPIRED,
        lambda w, a: _signed(w, b"{}", MessageType.AGREEMENT_LIST, expires_at=w.clock.seconds() + 1000),
    ),
    "an answer as a request": (
        ProblemCode.ENVELOPE_MALFORMED,
        lambda w, a: _signed(w, b"{}", MessageType.AGREEMENT_LIST, answers=digest_of(b"")),
    ),
    "changed body": (ProblemCode.BODY_DIGEST_DIFFERS, lambda w, a: _changed_body(w)),
    "replayed": (ProblemCode.REPLAYED, lambda w, a: _replayed(w)),
    "no agreement": (ProblemCode.NO_AGREEMENT, lambda w, a: _evaluate(w, w.agreement())),
    "no agreement named": (ProblemCode.NO_AGREEMENT, lambda w, a: _without(w, a, "agreement")),
    "suspended agreement": (ProblemCode.AGREEMENT_NOT_ACTIVE, lambda w, a: _suspended(w)),
    "agreement not begun": (
        ProblemCode.AGREEMENT_NOT_STARTED,
        lambda w, a: _evaluate(w, w.conclude(valid_from=w.clock.seconds() + 1000)),
    ),
    "agreement over": (ProblemCode.AGREEMENT_EXPIRED, lambda w, a: _ended(w)),
    "provider asks": (ProblemCode.NOT_A_PARTY, _other_party),
    "another purpose": (ProblemCode.PURPOSE_DIFFERS, lambda w, a: _evaluate(w, a, purpose="P01")),
    "attribute not agreed": (
        ProblemCode.ATTRIBUTE_NOT_AGREED,
        lambda w, a: w.exchange(a, _grant(w, a), (encode_base64url(HANDLE),), attributes=("cert_valid_until",)),
    ),
    "attribute never released": (
        ProblemCode.ATTRIBUTE_NEVER_RELEASED,
        lambda w, a: w.exchange(a, _grant(w, a), (encode_base64url(HANDLE),), attributes=("disability_class",)),
    ),
    "no region": (ProblemCode.REGION_MISSING, lambda w, a: _without(w, a, "region")),
    "another region": (ProblemCode.REGION_NOT_AGREED, lambda w, a: _evaluate(w, a, region="990102")),
    "another county in a record": (
        ProblemCode.REGION_NOT_AGREED,
        lambda w, a: w.match(a, [record(id=bytes(16)), record("990102", id=bytes(16))]),
    ),
    "no case number": (
        ProblemCode.CASE_NUMBER_MISSING,
        lambda w, a: _evaluate(w, w.conclude(case_number_required=True)),
    ),
    "no officer": (ProblemCode.OFFICER_MISSING, lambda w, a: _without(w, a, "officer")),
    "no approver": (
        ProblemCode.APPROVAL_MISSING,
        lambda w, a: _evaluate(w, w.conclude(approval=Approval.SECOND_PERSON)),
    ),
    "approved by the officer": (
        ProblemCode.APPROVAL_MISSING,
        lambda w, a: _evaluate(w, w.conclude(approval=Approval.SECOND_PERSON), approver="officer-7"),
    ),
    "batch too large": (
        ProblemCode.BATCH_TOO_LARGE,
        lambda w, a: w.match(w.conclude(max_batch=1), [record(id=bytes(16))] * 2),
    ),
    "budget used up": (ProblemCode.BUDGET_EXHAUSTED, lambda w, a: _over_budget(w)),
    "part with too many records": (
        ProblemCode.BATCH_TOO_LARGE,
        lambda w, a: _part(w, w.conclude(max_batch=1), {0: record(id=bytes(16)), 1: record(id=bytes(16))}),
    ),
    "too many outcomes at once": (
        ProblemCode.BATCH_TOO_LARGE,
        lambda w, a: w.fetch(w.conclude(max_batch=1), str(uuid.uuid4()), 1, [0, 1]),
    ),
    "part with an entry of another row": (ProblemCode.MALFORMED, _foreign_row),
    "part with a row twice": (ProblemCode.MALFORMED, _row_twice),
    "part with a guardian among a child's keys": (
        ProblemCode.MALFORMED,
        lambda w, a: _part(w, a, {0: record(guardian=bytes(16))}),
    ),
    "part with an unknown key type": (
        ProblemCode.MALFORMED,
        lambda w, a: _part(w, a, {0: AskedRow(None, ((31, bytes(16)),))}),
    ),
    "part with a flag that is none": (
        ProblemCode.MALFORMED,
        lambda w, a: _part(w, a, {0: AskedRow(None, ((KEY_TYPE_CODES[KeyType.G_D] | FLAGGED, bytes(16)),))}),
    ),
    "a relation that the purpose does not need": (
        ProblemCode.RELATION_NOT_AGREED,
        lambda w, a: _part(w, a, {0: record(guardian=bytes(16))}, subject="guardian"),
    ),
    "guardians published under a purpose that does not need them": (ProblemCode.MALFORMED, _index_of_guardians),
    "an index with a flag that is none": (ProblemCode.MALFORMED, _undeclared_flag),
    "another part of a run under the number": (
        ProblemCode.RUN_CONFLICT,
        lambda w, a: _part(w, a, {1: record(id=bytes(16))}, _sent(w, a)),
    ),
    "outcomes of an unknown run": (ProblemCode.RUN_UNKNOWN, _unknown_run),
    "outcomes of another agreement's run": (
        ProblemCode.RUN_UNKNOWN,
        lambda w, a: w.fetch(w.conclude(), _judged(w, a), 1, [0]),
    ),
    "a run that lacks a part": (ProblemCode.RUN_INCOMPLETE, lambda w, a: w.fetch(a, _sent(w, a), 2, [0])),
    "a run that lacks a record": (ProblemCode.RUN_INCOMPLETE, lambda w, a: w.fetch(a, _sent(w, a), 1, [0], 2)),
    "another end of a run": (ProblemCode.RUN_CONFLICT, lambda w, a: w.fetch(a, _judged(w, a), 2, [0])),
    "a row that the run has not": (ProblemCode.RUN_CONFLICT, lambda w, a: w.fetch(a, _judged(w, a), 1, [1], 1)),
    "a part after the end": (
        ProblemCode.RUN_CLOSED,
        lambda w, a: _part(w, a, {0: record(id=bytes(16))}, _judged(w, a)),
    ),
    "review of an unknown run": (
        ProblemCode.RUN_UNKNOWN,
        lambda w, a: w.review(a, str(uuid.uuid4()), 0, Decision.MATCH),
    ),
    "review before the run is judged": (
        ProblemCode.NOT_REVIEWABLE,
        lambda w, a: w.review(a, _sent(w, a), 0, Decision.MATCH),
    ),
    "review of another row": (
        ProblemCode.NOT_REVIEWABLE,
        lambda w, a: w.review(a, _judged(w, a), 1, Decision.MATCH),
    ),
    "review that was decided otherwise": (ProblemCode.NOT_REVIEWABLE, _decided_otherwise),
    "review without an approver": (
        ProblemCode.APPROVAL_MISSING,
        lambda w, a: w.review(w.conclude(approval=Approval.SECOND_PERSON), str(uuid.uuid4()), 0, Decision.MATCH),
    ),
    "unknown epoch": (ProblemCode.EPOCH_UNKNOWN, _unknown_epoch),
    "evaluation without an index": (ProblemCode.NO_ACTIVE_INDEX, lambda w, a: w.evaluate(w.conclude(), "x")[0]),
    "grant of another signer": (ProblemCode.GRANT_INVALID, _foreign_grant),
    "grant of another requester": (
        ProblemCode.GRANT_INVALID,
        lambda w, a: _exchange(w, a, _grant(w, a, requester="education.990101")),
    ),
    "expired grant": (
        ProblemCode.GRANT_EXPIRED,
        lambda w, a: _exchange(w, a, _grant(w, a, issued_at=1, expires_at=2)),
    ),
    "handle not granted": (ProblemCode.GRANT_EXCEEDED, lambda w, a: _exchange(w, a, _grant(w, a), os.urandom(16))),
    "grant beyond the agreement": (
        ProblemCode.GRANT_EXCEEDED,
        lambda w, a: _exchange(w, a, _grant(w, a, attributes=("cert_valid_until",))),
    ),
    "proposal of an unknown purpose": (ProblemCode.PURPOSE_UNKNOWN, lambda w, a: _propose(w, purpose="P99")),
    "proposal of another purpose version": (
        ProblemCode.AGREEMENT_INVALID,
        lambda w, a: _propose(w, purpose_version=2),
    ),
    "proposal with class C": (
        ProblemCode.ATTRIBUTE_NEVER_RELEASED,
        lambda w, a: _propose_as_it_stands(w, w.agreement().model_copy(update={"attributes": ("disability_class",)})),
    ),
    "proposal beyond the purpose": (
        ProblemCode.ATTRIBUTE_NOT_AGREED,
        lambda w, a: _propose(w, attributes=("hukou_status",)),
    ),
    "proposal for another region": (ProblemCode.REGION_NOT_AGREED, lambda w, a: _propose(w, regions=("99",))),
    "proposal of another linkage schema": (
        ProblemCode.AGREEMENT_INVALID,
        lambda w, a: _propose(w, linkage_schema="G9/1"),
    ),
    "proposal signed by another key": (ProblemCode.AGREEMENT_INVALID, lambda w, a: _propose_signed_by_other(w)),
    "signature of another agreement": (ProblemCode.AGREEMENT_INVALID, lambda w, a: _sign_wrongly(w)),
    "no active index": (ProblemCode.NO_ACTIVE_INDEX, lambda w, a: _no_index(w)),
    "another part under the number": (ProblemCode.INDEX_CONFLICT, _other_part),
    "incomplete index": (ProblemCode.INDEX_INCOMPLETE, _incomplete),
    "index under an unstated key": (ProblemCode.EPOCH_UNKNOWN, _unstated_key),
    "the requester publishes": (ProblemCode.NOT_A_PARTY, _requester_publishes),
    "a key of another agency": (ProblemCode.BAD_SIGNATURE, lambda w, a: _foreign_statement(w)),
    "provider is down": (ProblemCode.PROVIDER_UNREACHABLE, _dead_provider),
    "answer to another request": (ProblemCode.PROVIDER_ANSWER_INVALID, _misbehaving(_other_answer)),
    "answer under another key": (ProblemCode.PROVIDER_ANSWER_INVALID, _misbehaving(_other_key_id)),
    "answer altered": (ProblemCode.PROVIDER_ANSWER_INVALID, _misbehaving(_altered_body)),
    "answer too large": (ProblemCode.PROVIDER_ANSWER_INVALID, _misbehaving(_huge_body)),
    "provider refuses": (ProblemCode.SOURCE_UNAVAILABLE, _provider_refuses),
    "provider talks nonsense": (ProblemCode.PROVIDER_ANSWER_INVALID, _provider_talks_nonsense),
}
UNVERIFIED: dict[str, tuple[ProblemCode, Attempt]] = {
    "too large": (ProblemCode.TOO_LARGE, lambda w, a: _raw(w, b" " * (64 * 1024), JSON, "/v1/keys")),
    "another media type": (
        ProblemCode.UNSUPPORTED_MEDIA_TYPE,
        lambda w, a: _raw(w, b"{}", {"Content-Type": "text/plain"}),
    ),
    "no envelope": (ProblemCode.ENVELOPE_MISSING, lambda w, a: _raw(w, b"{}", JSON)),
    "no token": (ProblemCode.ENVELOPE_MALFORMED, lambda w, a: _raw(w, b"{}", {**JSON, ENVELOPE_HEADER: "x.y"})),
    "unknown member": (ProblemCode.UNKNOWN_MEMBER, lambda w, a: _stranger(w)),
    "unknown key": (ProblemCode.UNKNOWN_KEY, lambda w, a: _wrong_key(w)),
    "bad signature": (ProblemCode.BAD_SIGNATURE, lambda w, a: _forged(w)),
}


def _last_entry(world: World) -> bytes:
    with read_transaction(world.gateway.engine) as connection:
        data = connection.scalar(select(audit_leaf.c.entry).order_by(audit_leaf.c.idx.desc()).limit(1))
    assert isinstance(data, bytes)
    return data


def _check(world: World, answer: Answer, code: ProblemCode) -> None:
    assert answer.problem.code is code
    assert answer.status == text_of(code).status == answer.problem.status
    assert answer.headers["Content-Type"] == PROBLEM_MEDIA_TYPE
    event = parse_leaf(_last_entry(world)).event
    assert (event.type.value, event.reason, event.decision) == ("refusal", code.value, "deny")


@pytest.mark.parametrize("name", VERIFIED)
def test_a_verified_request_is_refused_with_a_promise(world: World, agreement: Agreement, name: str) -> None:
    code, attempt = VERIFIED[name]
    answer = attempt(world, agreement)
    _check(world, answer, code)
    event = parse_leaf(_last_entry(world)).event
    assert event.request is not None
    relay = world.check_promise(answer, event.request.digest)
    with read_transaction(world.gateway.engine) as connection:
        stored = connection.scalar(select(audit_leaf.c.leaf_hash).where(audit_leaf.c.idx == relay.leaf_index))
    assert encode_base64url(bytes(stored or b"")) == relay.leaf


@pytest.mark.parametrize("name", UNVERIFIED)
def test_an_unverified_request_is_refused_and_nobody_named(world: World, agreement: Agreement, name: str) -> None:
    code, attempt = UNVERIFIED[name]
    answer = attempt(world, agreement)
    _check(world, answer, code)
    assert RELAY_HEADER not in answer.headers
    event = parse_leaf(_last_entry(world)).event
    assert event.actor is None
    assert event.request is None


def test_what_was_claimed_stays_out_of_the_log_until_it_is_verified(world: World) -> None:
    _wrong_key(world)
    assert REQUESTER_ID.encode() not in _last_entry(world)


def test_a_refusal_speaks_the_reader_s_language(world: World) -> None:
    english = _raw(world, b"{}", {**JSON, "Accept-Language": "en-GB,en;q=0.9"}).problem
    chinese = _raw(world, b"{}", JSON).problem
    assert english.title == text_of(ProblemCode.ENVELOPE_MISSING).title_en
    assert chinese.title == text_of(ProblemCode.ENVELOPE_MISSING).title_zh


def test_addresses_that_are_none(world: World) -> None:
    assert _raw(world, b"", {}, "/v1/nothing", "GET").problem.code is ProblemCode.NOT_FOUND
    assert _raw(world, b"", {}, "/v1/match", "GET").problem.code is ProblemCode.METHOD_NOT_ALLOWED
    assert _raw(world, b"", {}, "/v1/match", "OPTIONS").problem.code is ProblemCode.METHOD_NOT_ALLOWED
    assert _raw(world, b"", {}, "/v1/log/inclusion/x", "GET").problem.code is ProblemCode.MALFORMED
    unknown = encode_base64url(os.urandom(32))
    assert _raw(world, b"", {}, f"/v1/log/inclusion/{unknown}", "GET").problem.code is ProblemCode.NOT_FOUND


def test_every_address_of_a_signed_message_is_served(world: World) -> None:
    for path in PATHS.values():
        assert _raw(world, b"{}", JSON, path).problem.code is ProblemCode.ENVELOPE_MISSING


def test_a_refused_intent_is_named_by_its_refusal(world: World, agreement: Agreement) -> None:
    _provider_refuses(world, agreement)
    with read_transaction(world.gateway.engine) as connection:
        entries = list(connection.scalars(select(audit_leaf.c.entry).order_by(audit_leaf.c.idx.desc()).limit(2)))
    refusal, intent = (parse_leaf(data) for data in entries)
    assert refusal.event.ref == intent.event_id


def test_the_digest_in_a_refusal_is_the_request_s(world: World, agreement: Agreement) -> None:
    claims = world.requester.claims(MessageType.AGREEMENT_LIST, b"{ }", GATEWAY_ID)
    token = world.requester.sign(claims)
    headers = {ENVELOPE_HEADER: token, "Content-Type": "application/json"}
    answer = _raw(world, b"{ }", headers, "/v1/agreements/list")
    world.check_promise(answer, envelope_digest(token))
