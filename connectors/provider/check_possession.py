"""Which of the asked handles the requester may ask about: those whose identifiers it had evaluated itself."""

from collections.abc import Mapping
from itertools import islice, product

from connectors.context import Connector
from connectors.data_sets import Record
from connectors.evaluation import get_evaluation_key
from connectors.provider.verify_request import Verified
from keys.crypto.errors import CryptoError
from keys.crypto.oprf_batch import evaluate_batch
from keys.crypto.sealing import open_sealed
from keys.custody.key_ring import KeyKind
from keys.protocol.possession import PossessionStatement, is_possession_proven, possession_key_of
from keys.protocol.sealed_for import possession_binding
from schemas.base64url import decode_base64url
from schemas.message import MessageError
from schemas.messages.exchange import MAX_EXCHANGE_BYTES, ExchangeRequest, PossessionProof, PossessionProofs
from schemas.problem import ProblemCode, ProblemError


def open_proofs(connector: Connector, verified: Verified[ExchangeRequest]) -> dict[str, PossessionProof]:
    """Return the possession proof for each asked handle.

    Raises:
        ProblemError: malformed at /possession, if it was not sealed to this agency for this request.
    """
    claims, request = verified.claims, verified.message
    binding = possession_binding(verified.copy.standing.digest, claims.id, connector.agency)
    sealed = decode_base64url(request.possession)
    for record in connector.keys.ring.accepted(KeyKind.OPENING, connector.now()):
        try:
            proofs = PossessionProofs.from_bytes(open_sealed(record.secret, sealed, binding), MAX_EXCHANGE_BYTES)
        except (CryptoError, MessageError):
            continue
        if len(proofs.proofs) == len(request.handles):
            return dict(zip(request.handles, proofs.proofs, strict=True))
    raise ProblemError(ProblemCode.MALFORMED, "/possession")


def find_unproven(
    connector: Connector,
    verified: Verified[ExchangeRequest],
    epoch: int,
    records: Mapping[str, Record],
    proofs: Mapping[str, PossessionProof],
) -> set[str]:
    """Return the handles whose proof was not made with a linkage key of the record behind them."""
    agreement = verified.copy.standing.digest
    inputs = {
        handle: [key.oprf_input() for key in record.linkage_keys if key.key_type is proofs[handle].key_type]
        for handle, record in records.items()
    }
    flat = [message for messages in inputs.values() for message in messages]
    if not flat:
        return set(records)
    private_key = get_evaluation_key(connector, agreement, epoch).private_key
    outputs = iter(evaluate_batch(private_key, flat, workers=connector.settings.workers))
    unproven = set()
    for handle, messages in inputs.items():
        possession_keys = [possession_key_of(output) for output in islice(outputs, len(messages))]
        statement = _statement(connector, verified, handle)
        pairs = product(possession_keys, proofs[handle].macs)
        if not any(is_possession_proven(key, statement, mac) for key, mac in pairs):
            unproven.add(handle)
    return unproven


def _statement(connector: Connector, verified: Verified[ExchangeRequest], handle: str) -> PossessionStatement:
    return PossessionStatement(
        agreement=verified.copy.standing.digest,
        request_id=verified.claims.id,
        requester=verified.claims.issuer,
        provider=connector.agency,
        handle=handle,
        attributes=verified.message.attributes,
    )
