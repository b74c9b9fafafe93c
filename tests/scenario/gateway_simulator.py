"""A gateway with its agencies over real HTTP: states that a test edits and then plays. No mocks, real keys."""

import os
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
from flask import Flask, Response, request
from werkzeug.serving import make_server

from gateway.api.app import create_app
from gateway.bootstrap import own_keys
from gateway.log.journal import Journal
from gateway.log.signing_memory import SIGNING_MEMORY_FILE, SigningMemory
from gateway.log.tile_files import PUBLIC_FOLDER
from gateway.persistence.engine import create_database_engine
from gateway.services.context import Gateway
from gateway.services.enrol_member import enrol_member, read_enrolment
from gateway.services.found_gateway import Founding, begin_log, create_gateway_folder
from gateway.services.members import MemberDirectory
from gateway.services.provider_client import ProviderClient
from gateway.settings import DATABASE_FILE, KEY_FILE, load_settings
from hosting.certificates import trusted_authorities
from keys.crypto.evaluation_key import EvaluationKeyPair
from keys.crypto.oprf import Mode, derive_key_pair
from keys.crypto.oprf_batch import blind_batch, blind_evaluate_batch, evaluate_batch
from keys.crypto.pair_reserve import PairReserve
from keys.crypto.signing import SigningKey, generate_signing_key
from keys.custody.key_file_format import KdfCost
from keys.custody.key_store import KeyStore
from keys.protocol.agreements import sign_agreement
from keys.protocol.envelopes import envelope_digest, sign_envelope, sign_message, verify_envelope, verify_relay
from keys.protocol.evaluation_keys import evaluation_key_id
from keys.protocol.key_chain import AgencyKeys, encode_verification_key, follow_chain, state_key
from keys.protocol.possession import index_hash_of
from schemas.agreement import Agreement, Approval, Party
from schemas.base64url import decode_base64url, encode_base64url
from schemas.envelope import (
    ANSWER_TO,
    ENVELOPE_HEADER,
    MAX_LIFETIME,
    RELAY_HEADER,
    EnvelopeClaims,
    MessageType,
    RelayClaims,
)
from schemas.formats import digest_of
from schemas.key_statement import KeyStatement, KeyUse
from schemas.linkage_keys import KeyType
from schemas.message import Message
from schemas.messages.agreements import AgreementPropose, AgreementSign
from schemas.messages.evaluate import EvaluateAnswer, EvaluateRequest
from schemas.messages.exchange import ExchangeAnswer, ExchangeRequest, ReceiptAnswer, ReceiptRequest
from schemas.messages.index import (
    FLAGGED,
    KEY_TYPE_CODES,
    IndexActivate,
    IndexBegin,
    IndexEntry,
    IndexPart,
    manifest_of,
    pack_entries,
    pack_handles,
)
from schemas.messages.match import (
    AskedEntry,
    Decision,
    MatchPart,
    MatchRecord,
    MatchRequest,
    MatchReview,
    ReviewReason,
    SubjectKind,
    pack_asked,
)
from schemas.messages.registry import ENROLMENT_TOKEN_TYPE, Enrolment, KeyPublish, Member
from schemas.problem import MAX_PROBLEM_BYTES, PROBLEM_MEDIA_TYPE, Problem, ProblemCode, ProblemError
from tests.migrated_database import place_migrated_sqlite

PASSPHRASE = "a passphrase for tests"
CHEAP = KdfCost(opslimit=1, memlimit=8 * 1024)
PATHS = {
    MessageType.EVALUATE: "/v1/evaluate",
    MessageType.MATCH_PART: "/v1/match/parts",
    MessageType.MATCH: "/v1/match",
    MessageType.MATCH_REVIEW: "/v1/match/reviews",
    MessageType.EXCHANGE: "/v1/exchange",
    MessageType.RECEIPT: "/v1/receipts",
    MessageType.INDEX_BEGIN: "/v1/indexes/begin",
    MessageType.INDEX_PART: "/v1/indexes/parts",
    MessageType.INDEX_ACTIVATE: "/v1/indexes/activate",
    MessageType.INDEX_STATUS: "/v1/indexes/status",
    MessageType.AGREEMENT_PROPOSE: "/v1/agreements/propose",
    MessageType.AGREEMENT_REVIEW: "/v1/agreements/review",
    MessageType.AGREEMENT_SIGN: "/v1/agreements/sign",
    MessageType.AGREEMENT_COUNTERSIGN: "/v1/agreements/countersign",
    MessageType.AGREEMENT_END: "/v1/agreements/end",
    MessageType.AGREEMENT_LIST: "/v1/agreements/list",
    MessageType.KEY_PUBLISH: "/v1/keys",
    MessageType.LOG_ENTRIES: "/v1/log/entries",
    MessageType.ITEM_SUBMIT: "/v1/items",
    MessageType.ITEM_FEED: "/v1/items/feed",
    MessageType.ITEM_READ: "/v1/items/read",
}
GATEWAY_ID = "gateway.990100"
REQUESTER_ID = "civil_affairs.990101"
PROVIDER_ID = "disabled_federation.990101"
COUNTY = "990101"
SIGNATORIES = ("deputy-head-03", "sharing-head-01")
ATTRIBUTES = ("care_subsidy_eligible", "disability_cert_valid")


@dataclass
class Clock:
    """A clock that tests move."""

    ahead: timedelta = timedelta(0)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def seconds(self) -> int:
        return int(self.now().timestamp())


@dataclass
class Agency:
    """An agency with its first signing key."""

    id: str
    clock: Clock
    endpoint: str = "http://127.0.0.1:9"
    region: str = "990101"
    key: SigningKey = field(default_factory=lambda: generate_signing_key(os.urandom))

    @property
    def thumbprint(self) -> str:
        return self.key.verification_key.key_id

    def statement(
        self, use: KeyUse, key_id: str, public_key: str, signer: SigningKey | None = None, **more: object
    ) -> str:
        seconds = self.clock.seconds()
        statement = KeyStatement.model_validate(
            {
                "agency": self.id,
                "use": use,
                "key_id": key_id,
                "public_key": public_key,
                "issued_at": seconds,
                "active_from": seconds,
                **more,
            }
        )
        return state_key(signer or self.key, statement)

    def first_statement(self) -> str:
        return self.statement(KeyUse.SIGNING, self.thumbprint, encode_verification_key(self.key.verification_key))

    def enrolment(self) -> str:
        member = Member(
            agency=self.id,
            agency_type=self.id.split(".")[0],
            name_zh="测试单位",
            name_en="Test agency",
            region=self.region,
            endpoint=self.endpoint,
            statements=(self.first_statement(),),
        )
        return sign_message(self.key, ENROLMENT_TOKEN_TYPE, Enrolment(member=member, issued_at=self.clock.seconds()))

    def claims(self, message_type: MessageType, body: bytes, audience: str, **changes: object) -> EnvelopeClaims:
        issued_at = self.clock.seconds()
        stated: dict[str, object] = {
            "type": message_type,
            "issuer": self.id,
            "audience": audience,
            "id": str(uuid.uuid4()),
            "issued_at": issued_at,
            "expires_at": issued_at + int(MAX_LIFETIME.total_seconds()),
            "body": digest_of(body),
        }
        return EnvelopeClaims.model_validate({**stated, **changes})

    def sign(self, claims: EnvelopeClaims) -> str:
        return sign_envelope(self.key, claims)


@dataclass
class Provider(Agency):
    """A provider with its connector's HTTP side; `misbehave` changes what it answers."""

    pair: EvaluationKeyPair = field(default_factory=lambda: derive_key_pair(os.urandom(32), b"test", Mode.VOPRF))
    misbehave: Callable[[EnvelopeClaims, Message], tuple[EnvelopeClaims, bytes]] | None = None
    refuse_with: bytes | ProblemCode | None = None
    relays: list[RelayClaims] = field(default_factory=list)
    gateway_keys: AgencyKeys | None = None

    def create_app(self) -> Flask:
        app = Flask("stub", static_folder=None)
        app.add_url_rule("/v1/evaluate", "e", lambda: self._answer(EvaluateRequest, self._evaluate), methods=["POST"])
        app.add_url_rule("/v1/exchange", "x", lambda: self._answer(ExchangeRequest, self._exchange), methods=["POST"])
        app.add_url_rule("/v1/receipts", "r", lambda: self._answer(ReceiptRequest, self._receipt), methods=["POST"])
        return app

    def _answer(self, model: type[Message], answer: Callable[..., Message]) -> Response:
        if self.refuse_with is not None:
            refused = self.refuse_with
            body = refused if isinstance(refused, bytes) else ProblemError(refused).as_problem().to_bytes()
            return Response(body, 403, content_type=PROBLEM_MEDIA_TYPE)
        assert self.gateway_keys is not None
        keys = self.gateway_keys
        relay = verify_relay(
            request.headers[RELAY_HEADER], lambda _, key_id: keys.verification_key(key_id, self.clock.seconds())
        )
        assert relay.envelope == envelope_digest(request.headers[ENVELOPE_HEADER])
        assert relay.audience == self.id
        self.relays.append(relay)
        asked = _claims_of(request.headers[ENVELOPE_HEADER])
        message = answer(model.from_bytes(request.get_data(), 2**21))
        claims = self.claims(
            ANSWER_TO[asked.type],
            message.to_bytes(),
            asked.issuer,
            agreement=asked.agreement,
            answers=envelope_digest(request.headers[ENVELOPE_HEADER]),
        )
        body = message.to_bytes()
        if self.misbehave is not None:
            claims, body = self.misbehave(claims, message)
        response = Response(body, content_type="application/json")
        response.headers[ENVELOPE_HEADER] = self.sign(claims)
        return response

    def _evaluate(self, message: EvaluateRequest) -> EvaluateAnswer:
        data = decode_base64url(message.blinded)
        result = blind_evaluate_batch(
            self.pair, [data[start : start + 32] for start in range(0, len(data), 32)], os.urandom, workers=1
        )
        return EvaluateAnswer(
            key_id=evaluation_key_id(self.pair.public_key),
            evaluated=encode_base64url(b"".join(result.evaluated_elements)),
            proof=encode_base64url(result.proof),
        )

    def _exchange(self, message: ExchangeRequest) -> ExchangeAnswer:
        return ExchangeAnswer(
            receipt_number="TX-ABCDEFGHIJ",
            attributes=message.attributes,
            released=len(message.handles),
            refused={},
            sealed=encode_base64url(b"sealed"),
        )

    def _receipt(self, message: ReceiptRequest) -> ReceiptAnswer:
        return ReceiptAnswer(receipt_number=message.receipt_number)

    def index_hashes(self, *texts: str) -> list[bytes]:
        return [
            index_hash_of(out) for out in evaluate_batch(self.pair.private_key, [t.encode() for t in texts], workers=1)
        ]


@dataclass
class Answer:
    """What came back over HTTP."""

    status: int
    headers: httpx.Headers
    body: bytes

    @property
    def problem(self) -> Problem:
        return Problem.from_bytes(self.body, MAX_PROBLEM_BYTES)


@dataclass
class World:
    """One gateway, one requester, one provider, an agreement between them."""

    gateway: Gateway
    url: str
    clock: Clock
    requester: Agency
    provider: Provider
    http: httpx.Client

    def agreement(self, **changes: object) -> Agreement:
        now = self.clock.seconds()
        stated: dict[str, object] = {
            "version": 1,
            "id": str(uuid.uuid4()),
            "purpose": "P04",
            "purpose_version": 1,
            "requester": Party(agency=self.requester.id, signing_key=self.requester.thumbprint),
            "provider": Party(agency=self.provider.id, signing_key=self.provider.thumbprint),
            "attributes": ATTRIBUTES,
            "regions": ("990101",),
            "linkage_schema": "G/1",
            "valid_from": now - 60,
            "valid_until": now + 86400,
            "case_number_required": False,
            "approval": Approval.NONE,
            "max_batch": 1000,
            "evaluations_per_day": 2000,
            "releases_per_day": 1000,
            "retention_days": 30,
        }
        terms = {**stated, **changes}
        officers = {f"officer_{name}": terms[name] for name in ("evaluations_per_day", "releases_per_day")}
        return Agreement.model_validate({**officers, **terms})

    def post(
        self, sender: Agency, message_type: MessageType, message: Message, audience: str, **claims: object
    ) -> Answer:
        body = message.to_bytes()
        return self.send(sender, sender.claims(message_type, body, audience, **claims), body)

    def send(self, sender: Agency, claims: EnvelopeClaims, body: bytes) -> Answer:
        headers = {ENVELOPE_HEADER: sender.sign(claims), "Content-Type": "application/json"}
        response = self.http.post(self.url + PATHS[claims.type], content=body, headers=headers)
        return Answer(response.status_code, response.headers, response.content)

    def tell(self, sender: Agency, message_type: MessageType, message: Message, **claims: object) -> Answer:
        """Post to the gateway itself and expect it to take it."""
        answer = self.post(sender, message_type, message, GATEWAY_ID, **claims)
        assert answer.status == 200, answer.body
        self.check_signed(answer)
        return answer

    def check_signed(self, answer: Answer) -> None:
        keys = own_keys(self.gateway.settings)

        def find_key(agency: str, key_id: str) -> object:
            holder = keys if agency == GATEWAY_ID else self.gateway.members.current().keys_of(agency)
            return holder.verification_key(key_id, self.clock.seconds())

        envelope = verify_envelope(answer.headers[ENVELOPE_HEADER], find_key)  # type: ignore[arg-type]
        assert envelope.claims.body == digest_of(answer.body)

    def check_promise(self, answer: Answer, envelope: str) -> RelayClaims:
        keys = own_keys(self.gateway.settings)
        relay = verify_relay(
            answer.headers[RELAY_HEADER], lambda _, key_id: keys.verification_key(key_id, self.clock.seconds())
        )
        assert relay.envelope == envelope
        return relay

    def propose(self, agreement: Agreement, signer: Agency | None = None) -> AgreementPropose:
        signer = signer or self.requester
        token = sign_agreement(signer.key, agreement, self.requester.id, SIGNATORIES, self.clock.seconds())
        return AgreementPropose(agreement=agreement, signature=token)

    def conclude(self, accept_until: int | None = None, **changes: object) -> Agreement:
        """Propose and sign an agreement, and state its evaluation key of epoch 1, in force until `accept_until`."""
        agreement = self.agreement(**changes)
        self.tell(self.requester, MessageType.AGREEMENT_PROPOSE, self.propose(agreement))
        token = sign_agreement(self.provider.key, agreement, self.provider.id, SIGNATORIES, self.clock.seconds())
        digest = agreement.digest()
        self.tell(self.provider, MessageType.AGREEMENT_SIGN, AgreementSign(agreement=digest, signature=token))
        statement = self.evaluation_statement(digest, accept_until=accept_until)
        self.tell(self.provider, MessageType.KEY_PUBLISH, KeyPublish(statement=statement))
        return agreement

    def evaluation_statement(self, digest: str, epoch: int = 1, **more: object) -> str:
        public = self.provider.pair.public_key
        return self.provider.statement(
            KeyUse.EVALUATION,
            evaluation_key_id(public),
            encode_base64url(public),
            agreement=digest,
            epoch=epoch,
            **more,
        )

    def publish(
        self,
        agreement: Agreement,
        parts: list[list[IndexEntry]],
        base: str | None = None,
        removals: list[bytes] | None = None,
    ) -> str:
        """Publish an index of these parts and activate it; return its name."""
        index = str(uuid.uuid4())
        self.begin(agreement, index, len(parts), base)
        digests = []
        for number, entries in enumerate(parts):
            packed = pack_handles(removals or []) if number == 0 else ""
            part = IndexPart(index=index, number=number, entries=pack_entries(entries), removals=packed)
            digests.append(part.digest())
            self.tell(self.provider, MessageType.INDEX_PART, part, agreement=agreement.digest())
        self.tell(
            self.provider,
            MessageType.INDEX_ACTIVATE,
            IndexActivate(index=index, manifest=digest_of(manifest_of(digests))),
            agreement=agreement.digest(),
        )
        return index

    def begin(self, agreement: Agreement, index: str, parts: int, base: str | None = None) -> None:
        begin = IndexBegin(
            index=index,
            epoch=1,
            key_id=evaluation_key_id(self.provider.pair.public_key),
            mode="changes" if base else "full",
            base=base,
            parts=parts,
            records=1,
        )
        self.tell(self.provider, MessageType.INDEX_BEGIN, begin, agreement=agreement.digest())

    def query_claims(self, agreement: Agreement) -> dict[str, object]:
        return {"agreement": agreement.digest(), "purpose": agreement.purpose, "region": COUNTY, "officer": "officer-7"}

    def evaluate(self, under: Agreement, *texts: str, **claims: object) -> tuple[Answer, list[bytes]]:
        """Have texts evaluated; return the answer and, if there is one, the index hashes."""
        pairs = PairReserve(self.provider.pair.public_key, os.urandom, workers=1)
        session = blind_batch([text.encode() for text in texts], pairs, workers=1)
        message = EvaluateRequest(epoch=1, blinded=encode_base64url(b"".join(session.blinded_elements)))
        answer = self.post(
            self.requester,
            MessageType.EVALUATE,
            message,
            str(claims.pop("audience", self.provider.id)),
            **{**self.query_claims(under), **claims},
        )
        if answer.status != 200:
            return answer, []
        evaluated = EvaluateAnswer.from_bytes(answer.body, 2**20)
        data = decode_base64url(evaluated.evaluated)
        elements = [data[start : start + 32] for start in range(0, len(data), 32)]
        outputs = session.finalize(elements, decode_base64url(evaluated.proof))
        return answer, [index_hash_of(output) for output in outputs]

    def match(self, agreement: Agreement, records: list["AskedRow"], **claims: object) -> Answer:
        """Send a run of one part and fetch all its outcomes; return the first refusal, if there is one."""
        run = str(uuid.uuid4())
        rows = dict(enumerate(records))
        sent = self.send_part(agreement, run, 0, rows, **claims)
        return sent if sent.status != 200 else self.fetch(agreement, run, 1, list(rows), **claims)

    def send_part(
        self, under: Agreement, run: str, number: int, rows: dict[int, "AskedRow"], **claims: object
    ) -> Answer:
        message = MatchPart(
            run=run,
            epoch=1,
            subject=SubjectKind(str(claims.pop("subject", "child"))),
            number=number,
            records=tuple(MatchRecord(row=row, county=asked.county) for row, asked in rows.items()),
            entries=pack_asked(AskedEntry(row, code, each) for row, asked in rows.items() for code, each in asked.keys),
        )
        return self.ask(under, MessageType.MATCH_PART, message, **claims)

    def fetch(
        self, under: Agreement, run: str, parts: int, rows: list[int], records: int | None = None, **claims: object
    ) -> Answer:
        claims.pop("subject", None)
        message = MatchRequest(
            run=run, parts=parts, records=records or len(rows), attributes=under.attributes, rows=tuple(rows)
        )
        return self.ask(under, MessageType.MATCH, message, **claims)

    def review(self, under: Agreement, run: str, row: int, decision: Decision, **claims: object) -> Answer:
        message = MatchReview(run=run, row=row, decision=decision, reason=ReviewReason.PAPERS_SEEN)
        return self.ask(under, MessageType.MATCH_REVIEW, message, **claims)

    def ask(self, under: Agreement, message_type: MessageType, message: Message, **claims: object) -> Answer:
        """Ask the gateway itself under an agreement."""
        audience = str(claims.pop("audience", GATEWAY_ID))
        return self.post(self.requester, message_type, message, audience, **{**self.query_claims(under), **claims})

    def exchange(self, agreement: Agreement, grant: str, handles: tuple[str, ...], **claims: object) -> Answer:
        attributes = claims.pop("attributes", ATTRIBUTES)
        message = ExchangeRequest(
            grant=grant, attributes=ATTRIBUTES, handles=handles, possession=encode_base64url(b"sealed")
        ).model_copy(update={"attributes": attributes})
        return self.post(
            self.requester,
            MessageType.EXCHANGE,
            message,
            self.provider.id,
            **{**self.query_claims(agreement), **claims},
        )


@dataclass(frozen=True)
class AskedRow:
    """A record of the requester: its county, and its keys as code and index hash."""

    county: str | None
    keys: tuple[tuple[int, bytes], ...]


def entry(
    handle: bytes, key_type: KeyType, index_hash: bytes, county: int = int(COUNTY), *, is_flagged: bool = False
) -> IndexEntry:
    """Return one index entry."""
    return IndexEntry(handle, county, KEY_TYPE_CODES[key_type] | FLAGGED * is_flagged, index_hash)


def record(county: str | None = COUNTY, **hashes: bytes) -> AskedRow:
    """Return one record to match with a hash for each key type, named as `KeyType` names its members."""
    return AskedRow(county, tuple((KEY_TYPE_CODES[KeyType[name.upper()]], value) for name, value in hashes.items()))


@contextmanager
def serving(app: Flask) -> Iterator[str]:
    """Serve `app` on a free loopback port."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)  # how often it looks for its end
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def opened_gateway(folder: Path, clock: Clock, database: str | None = None) -> Iterator[Gateway]:
    """Found a gateway in `folder` and open it with `clock`."""
    founding = Founding(GATEWAY_ID, "测试网关", "Test gateway", "http://127.0.0.1:1", database)
    if database is None:
        place_migrated_sqlite(folder / DATABASE_FILE)
    create_gateway_folder(folder, founding, PASSPHRASE, CHEAP, clock.now(), os.urandom)
    settings = load_settings(folder)
    engine = create_database_engine(settings.database)
    journal = Journal(engine, settings.log_name, clock.now, os.urandom)
    journal.start()
    providers = ProviderClient(5, 8)
    gateway = Gateway(
        settings=settings,
        keys=KeyStore(folder / KEY_FILE, PASSPHRASE, os.urandom),
        own_keys=own_keys(settings),
        engine=engine,
        signing_memory=SigningMemory(folder / SIGNING_MEMORY_FILE),
        public_folder=folder / PUBLIC_FOLDER,
        journal=journal,
        members=MemberDirectory(engine),
        providers=providers,
        now=clock.now,
        random=os.urandom,
    )
    try:
        begin_log(gateway)
        yield gateway
    finally:
        journal.stop()
        providers.close()
        engine.dispose()


@contextmanager
def played_world(
    folder: Path, database: str | None = None, requester: str = REQUESTER_ID, provider: str = PROVIDER_ID
) -> Iterator[World]:
    """Give a running gateway with two enrolled agencies."""
    clock = Clock()
    with opened_gateway(folder, clock, database) as gateway:
        asked = Provider(provider, clock, gateway_keys=own_keys(gateway.settings))
        asking = Agency(requester, clock)
        client = httpx.Client(verify=trusted_authorities())
        with serving(asked.create_app()) as endpoint, serving(create_app(gateway)) as url, client as http:
            asked.endpoint = endpoint
            for agency in (asking, asked):
                enrol_member(gateway, read_enrolment(agency.enrolment()))
            yield World(gateway, url, clock, asking, asked, http)


def chain_of(agency: Agency, *tokens: str) -> AgencyKeys:
    """Return the keys that follow from an agency's first statement and these."""
    return follow_chain(agency.id, agency.thumbprint, (agency.first_statement(), *tokens))


def _claims_of(token: str) -> EnvelopeClaims:
    return EnvelopeClaims.from_bytes(decode_base64url(token.split(".")[1]), 4096)
