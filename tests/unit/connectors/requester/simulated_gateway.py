"""A gateway and a provider in one, in memory, with real keys and real hashes: what it holds a test may change.

It judges by a simple rule: number and name with date settle a row, two shared keys or more are a match unless matches
are withheld, and one is a possible match.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

import httpx

from connectors.context import Connector
from keys.crypto.ciphersuite import Mode
from keys.crypto.evaluation_key import EvaluationKeyPair
from keys.crypto.oprf import derive_key_pair
from keys.crypto.oprf_batch import blind_evaluate_batch, evaluate_batch
from keys.crypto.sealing import open_sealed, opening_public_key
from keys.crypto.signing import SigningKey
from keys.custody.key_ring import KeyKind
from keys.protocol.envelopes import envelope_digest, read_unverified, sign_envelope, sign_message, sign_relay
from keys.protocol.evaluation_keys import evaluation_key_id
from keys.protocol.grants import sign_grant
from keys.protocol.key_chain import encode_verification_key, state_key
from keys.protocol.possession import PossessionStatement, index_hash_of, is_possession_proven, possession_key_of
from keys.protocol.sealed_answers import seal_answers
from keys.protocol.sealed_for import answers_binding, possession_binding
from schemas.agreement import Agreement
from schemas.base64url import decode_base64url, encode_base64url
from schemas.envelope import (
    ANSWER_TO,
    ENVELOPE_HEADER,
    RELAY_HEADER,
    EnvelopeClaims,
    MessageType,
    RelayClaims,
)
from schemas.formats import ELEMENT_BYTES, MAX_ENVELOPE_CHARACTERS, digest_of
from schemas.key_set import load_key_set
from schemas.key_statement import KeyStatement, KeyUse
from schemas.linkage_keys import KeyType, LinkageKey
from schemas.message import Message
from schemas.messages.evaluate import EvaluateAnswer, EvaluateRequest
from schemas.messages.exchange import (
    Answer,
    ExchangeAnswer,
    ExchangeRequest,
    PossessionProof,
    PossessionProofs,
    ReceiptAnswer,
    ReceiptRequest,
    Refusal,
    SealedAnswers,
)
from schemas.messages.index import FLAGGED, KEY_TYPE_CODES, KEY_TYPES_BY_CODE, IndexStatus, IndexStatusRequest
from schemas.messages.match import (
    Basis,
    Decision,
    GrantClaims,
    MatchAnswer,
    MatchOutcome,
    MatchPart,
    MatchPartAnswer,
    MatchRequest,
    MatchReview,
    MatchReviewAnswer,
    Outcome,
    RunSummary,
    SubjectKind,
    unpack_asked,
)
from schemas.messages.registry import REGISTRY_TOKEN_TYPE, GatewayIdentity, Member, Registry, RegistryDocument
from schemas.possession_rule import is_proven
from schemas.problem import PROBLEM_MEDIA_TYPE, ProblemCode, ProblemError

NOW = datetime(2026, 3, 5, 8, tzinfo=UTC)
SECONDS = int(NOW.timestamp())
GATEWAY = "gateway.990101"
LOG_KEY = "gateway.example/log+00000000+AQ=="
KEY_SET = load_key_set("G")
REQUESTS: dict[MessageType, type[Message]] = {
    MessageType.EVALUATE: EvaluateRequest,
    MessageType.MATCH_PART: MatchPart,
    MessageType.MATCH: MatchRequest,
    MessageType.MATCH_REVIEW: MatchReview,
    MessageType.EXCHANGE: ExchangeRequest,
    MessageType.RECEIPT: ReceiptRequest,
    MessageType.INDEX_STATUS: IndexStatusRequest,
}


@dataclass(frozen=True)
class Held:
    """One record of the provider: its handle, its keys, and what it answers."""

    handle: str
    keys: tuple[LinkageKey, ...] = field(repr=False)
    values: dict[str, bool | str | None] = field(repr=False)


@dataclass
class KeptRun:
    """One run as the gateway holds it."""

    parts: dict[int, MatchPart] = field(default_factory=dict)
    decisions: dict[int, Decision] = field(default_factory=dict)

    def rows(self) -> list[int]:
        return sorted({record.row for part in self.parts.values() for record in part.records})

    def entries(self, row: int) -> list[tuple[int, bytes]]:
        found = [entry for part in self.parts.values() for entry in unpack_asked(part.entries)]
        return [(entry.key_type_code, entry.index_hash) for entry in found if entry.row == row]


@dataclass
class SimulatedGateway:
    """Answers what a requester's connector sends; `received` keeps the messages in order."""

    agreement: Agreement
    provider_key: SigningKey
    gateway_key: SigningKey
    held: list[Held] = field(default_factory=list)
    epochs: dict[int, EvaluationKeyPair] = field(default_factory=dict)
    indexed: set[int] = field(default_factory=set)
    statements: list[str] = field(default_factory=list)
    runs: dict[str, KeptRun] = field(default_factory=dict)
    received: list[tuple[MessageType, Message, EnvelopeClaims]] = field(default_factory=list)
    comparison: dict[str, int] = field(default_factory=lambda: {"NAME": 5, "DOB": 9})
    withheld: bool = False
    seconds: int = SECONDS
    active_index: str = "0b7a6f1e-4a52-4a7c-9f4e-0f0f0f0f0f0d"
    change: Callable[[Message], Message] = lambda answer: answer
    before: Callable[[MessageType, int], None] = lambda _type, _number: None
    after: Callable[[MessageType, int], None] = lambda _type, _number: None
    opening_secret: bytes = field(default_factory=lambda: os.urandom(32))
    requesters_opening_key: bytes = b""
    _indexes: dict[int, dict[str, dict[tuple[int, bytes], bool]]] = field(default_factory=dict)

    def add_epoch(self, epoch: int, *, is_indexed: bool = True, active_from: int = SECONDS - 60) -> None:
        """State another evaluation key."""
        self.epochs[epoch] = derive_key_pair(os.urandom(32), b"test", Mode.VOPRF)
        self._state_epoch(epoch, active_from=active_from)
        if is_indexed:
            self.indexed.add(epoch)

    def end_epoch(self, epoch: int) -> None:
        """State the end of an epoch at once; its index is gone."""
        self._state_epoch(epoch, accept_until=SECONDS)
        self.indexed.discard(epoch)

    def messages(self, kind: MessageType) -> list[Message]:
        """Return what was received of one kind."""
        return [message for found, message, _ in self.received if found is kind]

    def evaluated(self) -> int:
        """Return how many elements were evaluated."""
        requests = (message for _, message, _ in self.received if isinstance(message, EvaluateRequest))
        return sum(len(decode_base64url(request.blinded)) for request in requests) // ELEMENT_BYTES

    def registry(self, version: int = 1) -> str:
        """Return the registry with the provider's statements."""
        provider = self.agreement.provider.agency
        registry = Registry(
            gateway=GatewayIdentity(
                agency=GATEWAY,
                name_zh="网关",
                name_en="gateway",
                statements=(self._statement(GATEWAY, self.gateway_key, KeyUse.SIGNING),),
                log_verifier_key=LOG_KEY,
            ),
            members=(
                Member(
                    agency=provider,
                    agency_type=provider.split(".")[0],
                    name_zh="提供单位",
                    name_en="Provider",
                    region="990101",
                    endpoint="http://127.0.0.1:9",
                    statements=tuple(self.statements),
                ),
            ),
            version=version + (self.seconds - SECONDS),
            issued_at=self.seconds,
            expires_at=self.seconds + 3600,
        )
        return sign_message(self.gateway_key, REGISTRY_TOKEN_TYPE, registry)

    def state_keys(self) -> None:
        """State the provider's signing key, then its opening key."""
        provider = self.agreement.provider.agency
        self.statements.append(self._statement(provider, self.provider_key, KeyUse.SIGNING))
        self.state_opening_key(active_from=SECONDS - 60)

    def state_opening_key(self, active_from: int) -> None:
        """State the provider's opening key; it takes the place of an earlier statement of it."""
        public = opening_public_key(self.opening_secret)
        self.statements.append(self._state(KeyUse.OPENING, public, digest_of(public), active_from=active_from))

    def _state_epoch(self, epoch: int, **more: object) -> None:
        public = self.epochs[epoch].public_key
        key_id, agreement = evaluation_key_id(public), self.agreement.digest()
        self.statements.append(self._state(KeyUse.EVALUATION, public, key_id, agreement=agreement, epoch=epoch, **more))

    def _statement(self, agency: str, key: SigningKey, use: KeyUse) -> str:
        return state_key(
            key,
            KeyStatement(
                agency=agency,
                use=use,
                key_id=key.verification_key.key_id,
                public_key=encode_verification_key(key.verification_key),
                issued_at=SECONDS,
                active_from=SECONDS - 60,
            ),
        )

    def _state(self, use: KeyUse, public_key: bytes, key_id: str, **more: object) -> str:
        statement = KeyStatement.model_validate(
            {
                "agency": self.agreement.provider.agency,
                "use": use,
                "key_id": key_id,
                "public_key": encode_base64url(public_key),
                "issued_at": SECONDS,
                "active_from": SECONDS - 60,
                **more,
            }
        )
        return state_key(self.provider_key, statement)

    # HTTP

    @contextmanager
    def connected(self) -> Iterator[httpx.Client]:
        """Return an HTTP client that reaches this gateway."""
        with httpx.Client(transport=httpx.MockTransport(self._handle)) as http:
            yield http

    def _handle(self, request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            return httpx.Response(200, content=RegistryDocument(registry=self.registry()).to_bytes())
        token = request.headers[ENVELOPE_HEADER]
        claims = read_unverified(EnvelopeClaims, token, MAX_ENVELOPE_CHARACTERS)
        body = request.read()
        message = REQUESTS[claims.type].from_bytes(body, 2**20)
        number = len(self.received)
        self.before(claims.type, number)
        self.received.append((claims.type, message, claims))
        try:
            answer = self.change(self._answer(claims, message, token))
        except ProblemError as error:
            problem = error.as_problem()
            headers = {"Content-Type": PROBLEM_MEDIA_TYPE}
            return httpx.Response(problem.status, headers=headers, content=problem.to_bytes())
        self.after(claims.type, number)
        return self._signed(claims, token, answer.to_bytes())

    def _signed(self, claims: EnvelopeClaims, token: str, body: bytes) -> httpx.Response:
        is_gateway = claims.audience == GATEWAY
        answer = EnvelopeClaims(
            type=ANSWER_TO[claims.type],
            issuer=claims.audience,
            audience=claims.issuer,
            id="0b7a6f1e-4a52-4a7c-9f4e-0f0f0f0f0f0e",
            issued_at=self.seconds,
            expires_at=self.seconds + 60,
            body=digest_of(body),
            agreement=claims.agreement,
            answers=envelope_digest(token),
        )
        envelope = sign_envelope(self.gateway_key if is_gateway else self.provider_key, answer)
        relay = RelayClaims(
            issuer=GATEWAY,
            audience=claims.issuer,
            envelope=envelope_digest(envelope),
            leaf=digest_of(envelope.encode()),
            shard=2026,
            leaf_index=len(self.received),
            issued_at=self.seconds,
            expires_at=self.seconds + 60,
        )
        headers = {ENVELOPE_HEADER: envelope, RELAY_HEADER: sign_relay(self.gateway_key, relay)}
        return httpx.Response(200, headers=headers, content=body)

    def _answer(self, claims: EnvelopeClaims, message: Message, token: str) -> Message:
        match message:
            case EvaluateRequest():
                return self._evaluate(message)
            case MatchPart():
                return self._take_part(message)
            case MatchRequest():
                return self._match(claims, message, token)
            case MatchReview():
                return self._review(message)
            case ExchangeRequest():
                return self._exchange(claims, message, token)
        return self._tell(message)

    def _tell(self, message: Message) -> Message:
        if isinstance(message, ReceiptRequest):
            return ReceiptAnswer(receipt_number=message.receipt_number)
        assert isinstance(message, IndexStatusRequest)
        return IndexStatus(index=self.active_index, state="active", active=self.active_index)

    # what it does

    def _evaluate(self, message: EvaluateRequest) -> EvaluateAnswer:
        if message.epoch not in self.indexed:
            raise ProblemError(ProblemCode.NO_ACTIVE_INDEX)
        data, pair = decode_base64url(message.blinded), self.epochs[message.epoch]
        blinded = [data[start : start + 32] for start in range(0, len(data), 32)]
        evaluation = blind_evaluate_batch(pair, blinded, os.urandom, workers=1)
        return EvaluateAnswer(
            key_id=evaluation_key_id(pair.public_key),
            evaluated=encode_base64url(b"".join(evaluation.evaluated_elements)),
            proof=encode_base64url(evaluation.proof),
        )

    def _take_part(self, message: MatchPart) -> MatchPartAnswer:
        if message.epoch not in self.indexed:
            raise ProblemError(ProblemCode.NO_ACTIVE_INDEX)
        run = self.runs.setdefault(message.run, KeptRun())
        if run.parts.setdefault(message.number, message) != message:
            raise ProblemError(ProblemCode.RUN_CONFLICT)
        rows = [record.row for record in message.records]
        is_relation = message.subject is SubjectKind.GUARDIAN
        settled = [row for row in rows if is_relation or self._settled_by(run, row, message.epoch) is not None]
        return MatchPartAnswer(run=message.run, number=message.number, settled=tuple(settled))

    def index(self, epoch: int) -> dict[str, dict[tuple[int, bytes], bool]]:
        """Return by handle the entries of the index: code and hash, and whether the key is flagged."""
        entries = self._indexes.setdefault(epoch, {})
        for held in self.held:
            if held.handle in entries:
                continue
            outputs = evaluate_batch(self.epochs[epoch].private_key, [key.oprf_input() for key in held.keys], workers=1)
            entries[held.handle] = {
                (KEY_TYPE_CODES[key.key_type], index_hash_of(output)): key.is_flagged
                for key, output in zip(held.keys, outputs, strict=True)
            }
        return entries

    def _agreeing(self, run: KeptRun, row: int, epoch: int) -> dict[str, tuple[str, ...]]:
        """Return by handle the keys that a row shares with a record, a flagged one as `type!flag`."""
        found: dict[str, tuple[str, ...]] = {}
        for handle, entries in self.index(epoch).items():
            names = set()
            for code, index_hash in run.entries(row):
                place = (code & ~FLAGGED, index_hash)
                if place in entries:
                    defined = KEY_SET.find_key_type(KEY_TYPES_BY_CODE[place[0]].value)
                    assert defined is not None
                    is_flagged = bool(code & FLAGGED) or entries[place]
                    names.add(f"{defined.name}!{defined.flag}" if is_flagged else defined.name)
            if names:
                found[handle] = tuple(sorted(names))
        return found

    def _settled_by(self, run: KeptRun, row: int, epoch: int) -> str | None:
        agreeing = self._agreeing(run, row, epoch)
        handles = [handle for handle, names in agreeing.items() if set(KEY_SET.settled_by) <= set(names)]
        return handles[0] if len(handles) == 1 else None

    def _match(self, claims: EnvelopeClaims, message: MatchRequest, token: str) -> MatchAnswer:
        run = self.runs.get(message.run)
        if run is None:
            raise ProblemError(ProblemCode.RUN_UNKNOWN)
        if sorted(run.parts) != list(range(message.parts)) or len(run.rows()) != message.records:
            raise ProblemError(ProblemCode.RUN_INCOMPLETE)
        outcomes = {row: self._outcome(run, row) for row in run.rows()}
        asked = tuple(outcomes[row] for row in message.rows)
        counts = [outcome.outcome for outcome in outcomes.values()]
        handles = tuple(dict.fromkeys(handle for outcome in asked for handle in outcome.handles))
        return MatchAnswer(
            index=self.active_index,
            summary=RunSummary(
                basis=Basis.RULES,
                key_set=KEY_SET.id,
                settled=0,
                matches=counts.count(Outcome.MATCH),
                possible_matches=counts.count(Outcome.POSSIBLE_MATCH),
                non_matches=counts.count(Outcome.NON_MATCH),
            ),
            outcomes=asked,
            grant=self._grant(claims, message, token, handles) if handles else None,
        )

    def _outcome(self, run: KeptRun, row: int) -> MatchOutcome:
        part = next(part for part in run.parts.values() if row in {record.row for record in part.records})
        agreeing = self._agreeing(run, row, part.epoch)
        if part.subject is SubjectKind.GUARDIAN:
            outcome = Outcome.MATCH if agreeing else Outcome.NON_MATCH
            agreed = ("guardian",) if agreeing else ()
            return MatchOutcome(row=row, outcome=outcome, handles=tuple(sorted(agreeing)), agreed=agreed)
        decision = run.decisions.get(row)
        handle = max(agreeing, key=lambda found: (len(agreeing[found]), found), default=None)
        if handle is None or decision is Decision.NON_MATCH:
            return MatchOutcome(row=row, outcome=Outcome.NON_MATCH, reviewed=decision is not None)
        names = agreeing[handle]
        is_settled = set(KEY_SET.settled_by) <= set(names)
        is_match = is_settled or decision is Decision.MATCH or (len(names) > 1 and not self.withheld)
        return MatchOutcome(
            row=row,
            outcome=Outcome.MATCH if is_match else Outcome.POSSIBLE_MATCH,
            handles=(handle,) if is_match else (),
            probability=999_900 if is_match else 412_345,
            agreed=names,
            comparison=self.comparison,
            reviewed=decision is not None,
        )

    def _grant(self, claims: EnvelopeClaims, message: MatchRequest, token: str, handles: tuple[str, ...]) -> str:
        grant = GrantClaims(
            issuer=GATEWAY,
            requester=claims.issuer,
            provider=self.agreement.provider.agency,
            agreement=self.agreement.digest(),
            purpose=self.agreement.purpose,
            epoch=max(self.indexed),
            attributes=message.attributes,
            handles=handles,
            request=envelope_digest(token),
            id="0b7a6f1e-4a52-4a7c-9f4e-0f0f0f0f0f0c",
            issued_at=self.seconds,
            expires_at=self.seconds + 900,
        )
        return sign_grant(self.gateway_key, grant)

    def _review(self, message: MatchReview) -> MatchReviewAnswer:
        run = self.runs.get(message.run)
        if run is None:
            raise ProblemError(ProblemCode.RUN_UNKNOWN)
        known = run.decisions.get(message.row)
        is_open = known is None and self._outcome(run, message.row).outcome is Outcome.POSSIBLE_MATCH
        if not is_open and known is not message.decision:
            raise ProblemError(ProblemCode.NOT_REVIEWABLE)
        run.decisions[message.row] = message.decision
        return MatchReviewAnswer(run=message.run, row=message.row, outcome=Outcome(message.decision.value))

    def _exchange(self, claims: EnvelopeClaims, message: ExchangeRequest, token: str) -> ExchangeAnswer:
        binding = possession_binding(self.agreement.digest(), claims.id, self.agreement.provider.agency)
        opened = open_sealed(self.opening_secret, decode_base64url(message.possession), binding)
        proofs = PossessionProofs.from_bytes(opened, 2**20).proofs
        answers = tuple(
            self._release(claims, message, handle, proof) for handle, proof in zip(message.handles, proofs, strict=True)
        )
        sealed = SealedAnswers(as_of="2026-03", answers=answers, expires_on="2026-06-03")
        refused = [answer.refused for answer in answers if answer.refused is not None]
        number = sum(kind is MessageType.EXCHANGE for kind, _, _ in self.received)
        return ExchangeAnswer(
            receipt_number=f"TX-AAAAAAAA{'ABCDEFGHIJKLMNOP'[number // 16]}{'ABCDEFGHIJKLMNOP'[number % 16]}",
            attributes=message.attributes,
            released=len(answers) - len(refused),
            refused={reason: refused.count(reason) for reason in set(refused)},
            sealed=seal_answers(
                sealed,
                message.attributes,
                self.requesters_opening_key,
                answers_binding(self.agreement.digest(), envelope_digest(token), claims.issuer),
                os.urandom,
            ),
        )

    def _release(self, claims: EnvelopeClaims, message: ExchangeRequest, handle: str, proof: PossessionProof) -> Answer:
        held = next(record for record in self.held if record.handle == handle)
        statement = PossessionStatement(
            agreement=self.agreement.digest(),
            request_id=claims.id,
            requester=claims.issuer,
            provider=self.agreement.provider.agency,
            handle=handle,
            attributes=message.attributes,
        )
        proven = {
            stated.key_type
            for stated in proof.keys
            for key in self._possession_keys(held, stated.key_type)
            if any(is_possession_proven(key, statement, mac) for mac in stated.macs)
        }
        if not is_proven(proven, KEY_SET):
            return Answer(refused=Refusal.POSSESSION_NOT_PROVEN)
        return Answer(values={name: held.values[name] for name in message.attributes})

    def _possession_keys(self, held: Held, key_type: KeyType) -> list[bytes]:
        inputs = [key.oprf_input() for key in held.keys if key.key_type is key_type]
        if not inputs:
            return []
        outputs = evaluate_batch(self.epochs[max(self.indexed)].private_key, inputs, workers=1)
        return [possession_key_of(output) for output in outputs]


def simulate(
    agreement: Agreement, provider_key: SigningKey, gateway_key: SigningKey, requester: Connector
) -> SimulatedGateway:
    """Return a gateway with one key epoch and an empty index."""
    opening = requester.keys.ring.current(KeyKind.OPENING, requester.now()).secret
    gateway = SimulatedGateway(agreement, provider_key, gateway_key, requesters_opening_key=opening_public_key(opening))
    gateway.state_keys()
    gateway.add_epoch(1)
    return gateway
