"""Obtain the hashes of own linkage keys under the provider's key: blind, have evaluated, verify, finalize."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice

from connectors.context import Connector
from connectors.gateway_client import AnswerError, GatewayClient, QueryContext
from connectors.requester.roster import RosterRow
from connectors.trust import TrustStore
from keys.crypto.errors import CryptoError
from keys.crypto.oprf_batch import blind_batch
from keys.protocol.key_chain import UntrustedKeyError
from keys.protocol.possession import index_hash_of, possession_key_of
from schemas.base64url import decode_base64url, encode_base64url
from schemas.envelope import MessageType
from schemas.formats import ELEMENT_BYTES
from schemas.key_statement import KeyStatement
from schemas.linkage_keys import KeyType
from schemas.messages.evaluate import MAX_EVALUATE_BYTES, EvaluateAnswer, EvaluateRequest
from schemas.messages.match import MatchRecord
from schemas.problem import ProblemCode, ProblemError


@dataclass(frozen=True, slots=True)
class HashedRow:
    """A roster row with its OPRF outputs by key type; the index hashes are sent, the possession keys are not."""

    row: RosterRow
    outputs: dict[KeyType, tuple[bytes, ...]] = field(repr=False)

    def to_match_record(self) -> MatchRecord:
        """Return what the gateway compares."""
        hashes = {
            key_type: tuple(sorted({encode_base64url(index_hash_of(output)) for output in outputs}))
            for key_type, outputs in self.outputs.items()
        }
        return MatchRecord(hashes=hashes, county=self.row.county)

    def possession_keys(self, key_type: KeyType) -> tuple[bytes, ...]:
        """Return the possession keys of the linkage keys of one type."""
        return tuple(possession_key_of(output) for output in self.outputs.get(key_type, ()))


@dataclass(frozen=True, slots=True)
class HashedRows:
    """Hashed rows and the key epoch under which they were hashed."""

    epoch: int
    rows: tuple[HashedRow, ...]


def obtain_hashes(
    connector: Connector, client: GatewayClient, trust: TrustStore, query: QueryContext, rows: Sequence[RosterRow]
) -> HashedRows:
    """Have the keys of `rows` evaluated by the provider, under its newest epoch with an index, and check its proof.

    Raises:
        ProblemError, GatewayUnreachableError: as `GatewayClient.ask`.
        AnswerError: proof_not_verified, if the provider used another key than it has stated.
    """
    statements = _stated_keys(trust, query, connector)
    for statement in statements[:-1]:
        try:
            return _obtain_under(statement, connector, client, query, rows)
        except ProblemError as error:
            if error.code is not ProblemCode.NO_ACTIVE_INDEX:
                raise
    return _obtain_under(statements[-1], connector, client, query, rows)


def _obtain_under(
    statement: KeyStatement,
    connector: Connector,
    client: GatewayClient,
    query: QueryContext,
    rows: Sequence[RosterRow],
) -> HashedRows:
    inputs = [key.oprf_input() for row in rows for key in row.keys]
    blinding = blind_batch(inputs, connector.random, workers=connector.settings.workers)
    request = EvaluateRequest(epoch=statement.epoch or 0, blinded=encode_base64url(b"".join(blinding.blinded_elements)))
    answer = client.ask(MessageType.EVALUATE, request, EvaluateAnswer, MAX_EVALUATE_BYTES, query).message
    evaluated = decode_base64url(answer.evaluated)
    elements = [evaluated[start : start + ELEMENT_BYTES] for start in range(0, len(evaluated), ELEMENT_BYTES)]
    public_key = decode_base64url(statement.public_key)
    try:
        outputs = iter(blinding.finalize(elements, decode_base64url(answer.proof), public_key))
    except CryptoError:
        raise AnswerError("proof_not_verified") from None
    return HashedRows(request.epoch, tuple(_hashed(row, list(islice(outputs, len(row.keys)))) for row in rows))


def _hashed(row: RosterRow, outputs: list[bytes]) -> HashedRow:
    by_type: dict[KeyType, tuple[bytes, ...]] = {}
    for key, output in zip(row.keys, outputs, strict=True):
        by_type[key.key_type] = (*by_type.get(key.key_type, ()), output)
    return HashedRow(row, by_type)


def _stated_keys(trust: TrustStore, query: QueryContext, connector: Connector) -> list[KeyStatement]:
    """Return the provider's keys in force, newest epoch first: a new epoch may not have its index yet."""
    provider, now = query.agreement.provider, connector.now()
    try:
        keys = trust.keys_of(provider.agency, provider.signing_key, now)
    except UntrustedKeyError:
        raise ProblemError(ProblemCode.UNKNOWN_KEY) from None
    statements = keys.evaluation_keys(query.agreement.digest(), now)
    if not statements:
        raise ProblemError(ProblemCode.NO_ACTIVE_INDEX)
    return statements
