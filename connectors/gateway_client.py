"""The connector's one door to the gateway: signs what leaves, believes only what verifies on its way back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

import httpx

from connectors.context import Connector
from connectors.identifiers import new_uuid
from connectors.own_log.messages import Asked, asked_of, keep_message, note_answer, note_refusal
from connectors.state.promises import keep_promise
from connectors.trust import TrustStore
from hosting.certificates import trusted_authorities
from keys.crypto.note import MAX_NOTE_BYTES
from keys.crypto.signing import SignatureError, VerificationKey
from keys.protocol.envelopes import envelope_digest, sign_envelope, verify_envelope, verify_relay
from keys.protocol.key_chain import UntrustedKeyError
from schemas.agreement import Agreement
from schemas.emergency import EmergencyClaim
from schemas.envelope import (
    ENVELOPE_HEADER,
    MAX_LIFETIME,
    RELAY_HEADER,
    EnvelopeClaims,
    EnvelopeError,
    MessageType,
    check_answer,
    check_lifetime,
)
from schemas.formats import digest_of
from schemas.message import Message, MessageError
from schemas.messages.log import MAX_INCLUSION_BYTES, InclusionDocument
from schemas.messages.registry import MAX_REGISTRY_BYTES, RegistryDocument
from schemas.problem import MAX_PROBLEM_BYTES, Problem, ProblemCode, ProblemError

PATHS: Mapping[MessageType, str] = {
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
    MessageType.STATISTICS: "/v1/statistics",
    MessageType.BOARD_OPEN: "/v1/boards/open",
    MessageType.BOARD_SHARE: "/v1/boards/share",
    MessageType.BOARD_PART: "/v1/boards/parts",
    MessageType.BOARD_TURN: "/v1/boards/turn",
    MessageType.BOARD_ACTIVATE: "/v1/boards/activate",
    MessageType.BOARD_LIST: "/v1/boards/list",
    MessageType.BOARD_READ: "/v1/boards/read",
    MessageType.BOARD_EVALUATE: "/v1/boards/evaluate",
    MessageType.PARENTS_RESOLVE: "/v1/parents/resolve",
    MessageType.PARENTS_OPEN: "/v1/parents/open",
    MessageType.EMERGENCY_REVIEW: "/v1/emergency/reviews",
    MessageType.EMERGENCY_LIFTED: "/v1/emergency/lifted",
}
_COMPARED_BY_GATEWAY = frozenset({MessageType.MATCH_PART, MessageType.MATCH, MessageType.MATCH_REVIEW})
_RELAYED = frozenset(
    {
        MessageType.EVALUATE,
        MessageType.EXCHANGE,
        MessageType.RECEIPT,
        MessageType.BOARD_EVALUATE,
        MessageType.PARENTS_RESOLVE,
        MessageType.PARENTS_OPEN,
        MessageType.EMERGENCY_REVIEW,
        MessageType.STATISTICS,
    }
)
_ANSWERED_BY_GATEWAY = frozenset({MessageType.PARENTS_RESOLVE})
"""Passed on to the provider, whose answer stays at the gateway."""

_LOGGED = _COMPARED_BY_GATEWAY | _RELAYED | {MessageType.LOG_ENTRIES, MessageType.ITEM_READ, MessageType.BOARD_READ}
_PROMISED = _LOGGED | {MessageType.ITEM_SUBMIT}
"""What a promise may come with; an event that is submitted again leaves no entry again, so that none comes then."""

TIMEOUT = httpx.Timeout(120.0, connect=10.0)
_PLAIN = {"Accept-Encoding": "identity"}
"""Nothing is unpacked: a small answer could become one that fills the memory."""

T = TypeVar("T", bound=Message)


class GatewayUnreachableError(Exception):
    """The gateway gave no complete answer; nothing is known about what it did."""


class AnswerError(Exception):
    """An answer is not to be believed.

    Attributes:
        reason: a stable word for what failed.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(f"应答未通过校验 / the answer failed verification: {reason}")
        self.reason = reason


@dataclass(frozen=True, slots=True)
class QueryContext:
    """Under which agreement a query goes, for which region and case, by whom, approved by whom, or why not before."""

    agreement: Agreement
    region: str
    officer: str
    case: str | None = None
    approver: str | None = None
    emergency: EmergencyClaim | None = None


@dataclass(frozen=True, slots=True)
class Prepared:
    """A message with its envelope, ready to be sent (once)."""

    claims: EnvelopeClaims
    envelope: str
    body: bytes
    asked: Asked = field(default_factory=Asked)

    @property
    def digest(self) -> str:
        """The digest of the envelope, by which the answer names it."""
        return envelope_digest(self.envelope)


@dataclass(frozen=True, slots=True)
class Answered(Generic[T]):
    """A verified answer, the digest of the envelope that it answers, and the digest of its own."""

    message: T
    request: str
    answer: str


class GatewayClient:
    """Signs, sends and verifies. One instance a process; connections are reused."""

    def __init__(self, connector: Connector, trust: TrustStore, http: httpx.Client | None = None) -> None:
        self._connector = connector
        self._trust = trust
        self._http = http or httpx.Client(timeout=TIMEOUT, verify=trusted_authorities())

    def close(self) -> None:
        """Close the connections that are kept for reuse."""
        self._http.close()

    def refresh_registry(self) -> None:
        """Fetch the registry and keep it if it is to be believed.

        Raises:
            GatewayUnreachableError, ProblemError: no answer, or one that is not to be believed.
        """
        status, _, body = self._send("GET", "/v1/registry", {}, b"", MAX_REGISTRY_BYTES + 1024)
        if status != httpx.codes.OK:
            raise GatewayUnreachableError("网关没有返回登记信息 / the gateway returned no registry")
        try:
            document = RegistryDocument.from_bytes(body, MAX_REGISTRY_BYTES + 1024)
        except MessageError:
            raise ProblemError(ProblemCode.REGISTRY_NOT_TRUSTED) from None
        self._trust.accept(document.registry, self._connector.now())

    @property
    def trust(self) -> TrustStore:
        """Whom the answers are believed from."""
        return self._trust

    def find_checkpoint(self, shard: int) -> str | None:
        """Return the newest checkpoint (C2SP note) of a year's log, not yet verified, or None if there is none to show.

        Raises:
            GatewayUnreachableError: no answer.
        """
        status, _, body = self._send("GET", f"/v1/witness/checkpoints/{shard}", {}, b"", MAX_NOTE_BYTES)
        return body.decode("utf-8", "replace") if status == httpx.codes.OK else None

    def find_inclusion(self, leaf: str) -> InclusionDocument | None:
        """Return the gateway's proof that the leaf with this hash is in its log, or None if it has none to show.

        Raises:
            GatewayUnreachableError: no answer.
        """
        status, _, body = self._send("GET", f"/v1/log/inclusion/{leaf}", {}, b"", MAX_INCLUSION_BYTES)
        if status != httpx.codes.OK:
            return None
        try:
            return InclusionDocument.from_bytes(body, MAX_INCLUSION_BYTES)
        except MessageError:
            return None

    def prepare(
        self,
        message_type: MessageType,
        message: Message,
        query: QueryContext | None = None,
        *,
        agreement: str | None = None,
        purpose: str | None = None,
        audience: str | None = None,
        request_id: str | None = None,
    ) -> Prepared:
        """Sign an envelope for `message`: to the provider for what is relayed, to the gateway for all else.

        Args:
            message_type: what the body is.
            message: the body.
            query: under which agreement, for what and by whom is asked.
            agreement: digest of the agreement concerned, where nothing is asked under it.
            purpose: the agreement's, where a step is taken under it.
            audience: whom a step is passed on to.
            request_id: the envelope's id, where the body depends on it.
        """
        body = message.to_bytes()
        issued_at = self._connector.seconds()
        relayed = query is not None and message_type not in _COMPARED_BY_GATEWAY
        gateway = self._connector.gateway.gateway
        claims = EnvelopeClaims(
            type=message_type,
            issuer=self._connector.agency,
            audience=query.agreement.provider.agency if query and relayed else audience or gateway,
            id=request_id or new_uuid(self._connector.random),
            issued_at=issued_at,
            expires_at=issued_at + int(MAX_LIFETIME.total_seconds()),
            body=digest_of(body),
            agreement=query.agreement.digest() if query else agreement,
            purpose=query.agreement.purpose if query else purpose,
            region=query.region if query else None,
            case=query.case if query else None,
            officer=query.officer if query else None,
            approver=query.approver if query else None,
            emergency=query.emergency if query else None,
        )
        envelope = sign_envelope(self._connector.signing_key(), claims)
        return Prepared(claims, envelope, body, asked_of(message, claims))

    def send(
        self, prepared: Prepared, answer: type[T], max_bytes: int, agreement: Agreement | None = None
    ) -> Answered[T]:
        """Send a prepared message and return its verified answer.

        Raises:
            ProblemError: the gateway or the provider refused.
            AnswerError: what came back is not to be believed.
            GatewayUnreachableError: no complete answer.
        """
        path = PATHS[prepared.claims.type]
        headers = {ENVELOPE_HEADER: prepared.envelope, "Content-Type": "application/json"}
        state, seconds = self._connector.state, self._connector.seconds
        keep_message(state, prepared.envelope, prepared.asked, seconds())
        status, answered, body = self._send("POST", path, headers, prepared.body, max_bytes)
        if status != httpx.codes.OK:
            self._keep_promise(answered.get(RELAY_HEADER), prepared.digest)
            refusal = _refusal(body)
            if isinstance(refusal, ProblemError):
                note_refusal(state, prepared.digest, refusal.code.value, seconds())
            raise refusal
        token = answered.get(ENVELOPE_HEADER, "")
        self._verify_answer(prepared, token, body, agreement)
        if prepared.claims.type in _PROMISED:
            is_promised = self._keep_promise(answered.get(RELAY_HEADER), envelope_digest(token))
            if prepared.claims.type in _LOGGED and not is_promised:
                raise AnswerError("no_log_promise")
        try:
            message = answer.from_bytes(body, max_bytes)
        except MessageError as error:
            raise AnswerError(error.reason) from None
        note_answer(state, prepared.digest, token, message, seconds())
        return Answered(message, prepared.digest, envelope_digest(token))

    def ask(
        self,
        message_type: MessageType,
        message: Message,
        answer: type[T],
        max_bytes: int,
        query: QueryContext | None = None,
        *,
        agreement: str | None = None,
    ) -> Answered[T]:
        """Prepare and send in one step; raises as `send`."""
        prepared = self.prepare(message_type, message, query, agreement=agreement)
        return self.send(prepared, answer, max_bytes, query.agreement if query else None)

    def _verify_answer(self, prepared: Prepared, token: str, body: bytes, agreement: Agreement | None) -> None:
        now = self._connector.now()

        def find_key(agency: str, key_id: str) -> VerificationKey:
            if agreement is not None and agency == agreement.provider.agency:
                keys = self._trust.keys_of(agency, agreement.provider.signing_key, now)
                return keys.verification_key(key_id, now.timestamp())
            return self._trust.gateway_key(agency, key_id, now)

        try:
            verified = verify_envelope(token, find_key)
            check_answer(verified.claims, prepared.claims, prepared.digest, self._issuer_of_answer(prepared), body, now)
        except (SignatureError, MessageError, EnvelopeError, UntrustedKeyError) as error:
            raise AnswerError(getattr(error, "reason", "bad_signature")) from None

    def _issuer_of_answer(self, prepared: Prepared) -> str:
        is_gateways = prepared.claims.type in _ANSWERED_BY_GATEWAY
        return self._connector.gateway.gateway if is_gateways else prepared.claims.audience

    def _keep_promise(self, token: str | None, envelope: str) -> bool:
        """Verify and keep the gateway's promise about `envelope`; False if there is none to be believed."""
        if not token:
            return False
        now = self._connector.now()
        try:
            claims = verify_relay(token, lambda agency, key_id: self._trust.gateway_key(agency, key_id, now))
            check_lifetime(claims.issued_at, claims.expires_at, now)
        except (SignatureError, MessageError, EnvelopeError, UntrustedKeyError):
            return False
        if claims.envelope != envelope or claims.audience != self._connector.agency:
            return False
        keep_promise(self._connector.state, claims, token, self._connector.seconds(), is_own_request=True)
        return True

    def _send(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes, max_bytes: int
    ) -> tuple[int, Mapping[str, str], bytes]:
        url = self._connector.gateway.url.rstrip("/") + path
        try:
            with self._http.stream(method, url, headers={**headers, **_PLAIN}, content=body) as response:
                received = _read_at_most(response, max(max_bytes, MAX_PROBLEM_BYTES))
                return response.status_code, response.headers, received
        except httpx.HTTPError:
            raise GatewayUnreachableError(
                "网关没有应答，请检查网络后重试 / the gateway does not answer: check the network"
            ) from None


def _read_at_most(response: httpx.Response, max_bytes: int) -> bytes:
    if "Content-Encoding" in response.headers:
        raise AnswerError("packed")
    received = bytearray()
    for chunk in response.iter_bytes():
        received += chunk
        if len(received) > max_bytes:
            raise AnswerError("too_large")
    return bytes(received)


def _refusal(body: bytes) -> ProblemError | AnswerError:
    try:
        problem = Problem.from_bytes(body, MAX_PROBLEM_BYTES)
    except MessageError:
        return AnswerError("malformed")
    return ProblemError(problem.code, problem.pointer or "")
