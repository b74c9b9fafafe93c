"""Ask the provider about the matches: prove possession, open the sealed answer, check every value strictly."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from connectors.context import Connector
from connectors.gateway_client import Answered, AnswerError, GatewayClient, Prepared, QueryContext
from connectors.identifiers import new_uuid
from connectors.trust import TrustStore
from keys.crypto.errors import CryptoError
from keys.crypto.sealing import seal
from keys.custody.key_ring import KeyKind
from keys.protocol.possession import PossessionStatement, prove_possession
from keys.protocol.sealed_answers import open_answers
from keys.protocol.sealed_for import answers_binding, possession_binding
from schemas.agency_kinds import AgencyKind
from schemas.base64url import encode_base64url
from schemas.envelope import MessageType
from schemas.linkage_keys import KeyType
from schemas.message import MessageError
from schemas.messages.exchange import (
    MAX_EXCHANGE_ANSWER_BYTES,
    MAX_MACS_PER_KEY_TYPE,
    Answer,
    ExchangeAnswer,
    ExchangeRequest,
    PossessionMacs,
    PossessionProof,
    PossessionProofs,
    SealedAnswers,
)
from schemas.purpose_catalogue import load_purposes
from schemas.purpose_parts import PurposeOutput
from schemas.transforms import ReleasedValue, TransformError, validate_released


@dataclass(frozen=True, slots=True)
class MatchedRow:
    """The place of a row in its run, a handle that it matched, and the possession keys that prove it, by key type."""

    place: int
    handle: str
    possession_keys: Mapping[KeyType, tuple[bytes, ...]] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Received:
    """Opened answers by handle, with the receipt number and the digest by which the receipt names the answer."""

    receipt_number: str
    answer: str
    as_of: str
    expires_on: str
    by_handle: Mapping[str, Answer] = field(repr=False)


class AnswerCollector:
    """Exchanges grants for answers under one query."""

    def __init__(self, connector: Connector, client: GatewayClient, trust: TrustStore, query: QueryContext) -> None:
        self._connector = connector
        self._client = client
        self._trust = trust
        self._query = query

    def collect(self, grant: str, attributes: tuple[str, ...], matched: Sequence[MatchedRow]) -> Received:
        """Ask for `attributes` of all matched rows in one exchange.

        Raises:
            ProblemError, GatewayUnreachableError: refused, or no answer.
            AnswerError: the answer can't be opened or holds anything but what was asked.
        """
        request, prepared = self.prepare(grant, attributes, matched)
        answered = self._client.send(prepared, ExchangeAnswer, MAX_EXCHANGE_ANSWER_BYTES, self._query.agreement)
        opened = self._open(request, answered)
        self._check(request, answered.message, opened)
        return Received(
            receipt_number=answered.message.receipt_number,
            answer=answered.answer,
            as_of=opened.as_of,
            expires_on=opened.expires_on,
            by_handle=dict(zip(request.handles, opened.answers, strict=True)),
        )

    def prepare(
        self, grant: str, attributes: tuple[str, ...], matched: Sequence[MatchedRow]
    ) -> tuple[ExchangeRequest, Prepared]:
        """Return one exchange about all matched rows, and the same signed, with possession proven."""
        by_handle = {row.handle: row for row in matched}
        request_id = new_uuid(self._connector.random)
        request = ExchangeRequest(
            grant=grant,
            attributes=attributes,
            handles=tuple(by_handle),
            possession=self._seal_proofs(request_id, attributes, by_handle),
        )
        return request, self._client.prepare(MessageType.EXCHANGE, request, self._query, request_id=request_id)

    def _seal_proofs(self, request_id: str, attributes: tuple[str, ...], matched: Mapping[str, MatchedRow]) -> str:
        agreement, now = self._query.agreement, self._connector.now()
        provider = agreement.provider
        proofs = PossessionProofs(proofs=tuple(self._proof(request_id, attributes, row) for row in matched.values()))
        opening = self._trust.opening_key(provider, now)
        binding = possession_binding(agreement.digest(), request_id, provider.agency)
        sealed = seal(opening, proofs.to_bytes(), binding, self._connector.random)
        return encode_base64url(sealed)

    def _proof(self, request_id: str, attributes: tuple[str, ...], row: MatchedRow) -> PossessionProof:
        statement = PossessionStatement(
            agreement=self._query.agreement.digest(),
            request_id=request_id,
            requester=self._connector.agency,
            provider=self._query.agreement.provider.agency,
            handle=row.handle,
            attributes=attributes,
        )
        return PossessionProof(
            keys=tuple(
                PossessionMacs(
                    key_type=key_type,
                    macs=tuple(prove_possession(key, statement) for key in keys[:MAX_MACS_PER_KEY_TYPE]),
                )
                for key_type, keys in row.possession_keys.items()
            )
        )

    def _open(self, request: ExchangeRequest, answered: Answered[ExchangeAnswer]) -> SealedAnswers:
        binding = answers_binding(self._query.agreement.digest(), answered.request, self._connector.agency)
        asked = (request.attributes, len(request.handles))
        for record in self._connector.keys.ring.accepted(KeyKind.OPENING, self._connector.now()):
            try:
                return open_answers(answered.message.sealed, *asked, record.secret, binding)
            except CryptoError:
                continue
            except MessageError:
                raise AnswerError("malformed") from None
        raise AnswerError("can_not_be_opened")

    def _check(self, request: ExchangeRequest, outer: ExchangeAnswer, opened: SealedAnswers) -> None:
        """Check that the answers are as many as asked, of the asked attributes only, in the agreed form only."""
        outputs = {output.attribute: output for output in self._outputs()}
        released = sum(answer.refused is None for answer in opened.answers)
        if len(opened.answers) != len(request.handles) or outer.released != released:
            raise AnswerError("wrong_number_of_answers")
        if outer.attributes != request.attributes:
            raise AnswerError("other_attributes")
        for answer in opened.answers:
            expected = set() if answer.refused else set(request.attributes)
            if set(answer.values) != expected:
                raise AnswerError("other_attributes")
            for attribute, value in answer.values.items():
                _check_value(outputs[attribute], value)

    def _outputs(self) -> tuple[PurposeOutput, ...]:
        agreement = self._query.agreement
        member = self._trust.registry(self._connector.now()).find_member(agreement.provider.agency)
        if member is None:
            raise AnswerError("unknown_provider")
        return load_purposes()[agreement.purpose].outputs_of(AgencyKind(member.agency_type))


def _check_value(output: PurposeOutput, value: ReleasedValue | None) -> None:
    if value is None:
        return
    try:
        validate_released(output.transform, output.codes, value)
    except TransformError:
        raise AnswerError("value_in_another_form") from None
