"""Obtain the hashes of own linkage keys under the provider's key: blind, have evaluated, verify, finalize, keep.

What was evaluated once under an agreement's key epoch is kept and never asked for again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from connectors.blinding import made_ahead
from connectors.context import Connector
from connectors.finalize import finalize_answer
from connectors.gateway_client import GatewayClient, QueryContext
from connectors.requester.roster import RosterRow
from connectors.state.evaluated_keys import EvaluatedKeys
from connectors.trust import TrustStore
from keys.crypto.errors import CryptoError
from keys.crypto.oprf_batch import BatchBlinding, blind_batch
from keys.crypto.pair_reserve import PairReserve
from keys.protocol.key_chain import UntrustedKeyError
from keys.protocol.possession import index_hash_of, possession_key_of
from schemas.base64url import decode_base64url, encode_base64url
from schemas.envelope import MessageType
from schemas.key_statement import KeyStatement
from schemas.linkage_keys import KeyType
from schemas.messages.evaluate import MAX_EVALUATE_BYTES, MAX_EVALUATE_ELEMENTS, EvaluateAnswer, EvaluateRequest
from schemas.messages.index import FLAGGED, KEY_TYPE_CODES
from schemas.messages.match import AskedEntry
from schemas.problem import ProblemCode, ProblemError


@dataclass(frozen=True, slots=True)
class HashedRow:
    """A roster row with its OPRF outputs by key type, in the order of the row's keys.

    The index hashes are sent, the possession keys are not.
    """

    row: RosterRow
    outputs: dict[KeyType, tuple[bytes, ...]] = field(repr=False)

    def to_entries(self, place: int) -> tuple[AskedEntry, ...]:
        """Return what the gateway compares, for the row at this place of a run; each entry once."""
        of_type = {key_type: iter(outputs) for key_type, outputs in self.outputs.items()}
        entries = (
            AskedEntry(
                place,
                KEY_TYPE_CODES[key.key_type] | (FLAGGED if key.is_flagged else 0),
                index_hash_of(next(of_type[key.key_type])),
            )
            for key in self.row.keys
        )
        return tuple(dict.fromkeys(entries))

    def possession_keys(self, key_type: KeyType) -> tuple[bytes, ...]:
        """Return the possession keys of the linkage keys of one type, each once."""
        return tuple(dict.fromkeys(possession_key_of(output) for output in self.outputs.get(key_type, ())))


@dataclass(frozen=True, slots=True)
class HashedRows:
    """Hashed rows and the key epoch under which they were hashed."""

    epoch: int
    rows: tuple[HashedRow, ...]


def obtain_hashes(
    connector: Connector,
    client: GatewayClient,
    trust: TrustStore,
    query: QueryContext,
    rows: Sequence[RosterRow],
    epoch: int | None = None,
) -> HashedRows:
    """Have the keys of `rows` evaluated by the provider, but for those that were before, and check its proof.

    Without an `epoch` it is the provider's newest one with an index.

    Raises:
        ProblemError: epoch_unknown where `epoch` is not in force any more; unknown_key where what the provider states
            is no key; else as `GatewayClient.ask`.
        GatewayUnreachableError: as `GatewayClient.ask`.
        AnswerError: proof_not_verified, if the provider used another key than it has stated.
    """
    statements = stated_keys(connector, trust, query)
    if epoch is not None:
        statements = [statement for statement in statements if statement.epoch == epoch]
    if not statements:
        raise ProblemError(ProblemCode.EPOCH_UNKNOWN if epoch is not None else ProblemCode.NO_ACTIVE_INDEX)
    for statement in statements[:-1]:
        try:
            return _obtain_under(statement, connector, client, query, rows)
        except ProblemError as error:
            if error.code is not ProblemCode.NO_ACTIVE_INDEX:
                raise
    return _obtain_under(statements[-1], connector, client, query, rows)


def stated_keys(connector: Connector, trust: TrustStore, query: QueryContext) -> list[KeyStatement]:
    """Return the provider's keys in force, newest epoch first: a new epoch may not have its index yet.

    Raises:
        ProblemError: unknown_key, if no chain of statements ties the provider's keys to the pinned one.
    """
    provider, now = query.agreement.provider, connector.now()
    try:
        keys = trust.keys_of(provider.agency, provider.signing_key, now)
    except UntrustedKeyError:
        raise ProblemError(ProblemCode.UNKNOWN_KEY) from None
    return keys.evaluation_keys(query.agreement.digest(), now)


def _obtain_under(
    statement: KeyStatement,
    connector: Connector,
    client: GatewayClient,
    query: QueryContext,
    rows: Sequence[RosterRow],
) -> HashedRows:
    pairs = _pairs_under(statement, connector)
    inputs = list(dict.fromkeys(key.oprf_input() for row in rows for key in row.keys))
    kept = EvaluatedKeys(connector.state, connector.storage_key(), connector.random, statement)
    outputs = kept.find(inputs)
    missing = [message for message in inputs if message not in outputs]
    for start in range(0, len(missing), MAX_EVALUATE_ELEMENTS):
        some, left = missing[start : start + MAX_EVALUATE_ELEMENTS], len(missing) - start - MAX_EVALUATE_ELEMENTS
        blinding = blind_batch(some, pairs, workers=connector.settings.workers)
        with made_ahead(pairs, left):
            answer = _send(statement.epoch or 0, blinding, client, query)
        evaluated = dict(zip(some, finalize_answer(blinding, answer.evaluated, answer.proof), strict=True))
        kept.keep(evaluated)
        outputs |= evaluated
    return HashedRows(statement.epoch or 0, tuple(_hashed(row, outputs) for row in rows))


def _pairs_under(statement: KeyStatement, connector: Connector) -> PairReserve:
    try:
        return connector.blinding.under(decode_base64url(statement.public_key))
    except CryptoError:
        raise ProblemError(ProblemCode.UNKNOWN_KEY) from None


def _send(epoch: int, blinding: BatchBlinding, client: GatewayClient, query: QueryContext) -> EvaluateAnswer:
    request = EvaluateRequest(epoch=epoch, blinded=encode_base64url(b"".join(blinding.blinded_elements)))
    return client.ask(MessageType.EVALUATE, request, EvaluateAnswer, MAX_EVALUATE_BYTES, query).message


def _hashed(row: RosterRow, outputs: Mapping[bytes, bytes]) -> HashedRow:
    by_type: dict[KeyType, tuple[bytes, ...]] = {}
    for key in row.keys:
        by_type[key.key_type] = (*by_type.get(key.key_type, ()), outputs[key.oprf_input()])
    return HashedRow(row, by_type)
