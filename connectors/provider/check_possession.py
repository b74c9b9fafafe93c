"""Which of the asked handles the requester may ask about: those whose identifiers it had evaluated itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from connectors.context import Connector
from connectors.data_sets import Record
from connectors.evaluation import get_evaluation_key
from connectors.provider.verify_request import Verified
from connectors.register import keys_under
from keys.crypto.errors import CryptoError
from keys.crypto.oprf_batch import evaluate_batch
from keys.crypto.sealing import open_sealed
from keys.custody.key_ring import KeyKind
from keys.protocol.possession import PossessionStatement, is_possession_proven, possession_key_of
from keys.protocol.sealed_for import possession_binding
from schemas.agreement_terms import get_key_set
from schemas.base64url import decode_base64url
from schemas.linkage_keys import KeyType, LinkageKey
from schemas.message import MessageError
from schemas.messages.exchange import MAX_EXCHANGE_BYTES, ExchangeRequest, PossessionProof, PossessionProofs
from schemas.possession_rule import is_proven
from schemas.problem import ProblemCode, ProblemError
from schemas.purpose_catalogue import load_purposes


def open_proofs(connector: Connector, verified: Verified[ExchangeRequest]) -> dict[str, PossessionProof]:
    """Return the possession proof for each asked handle.

    Raises:
        ProblemError: malformed at /possession, if it was not sealed to this agency for this request.
    """
    claims, request = verified.claims, verified.message
    binding = possession_binding(verified.copy.standing.digest, claims.id, connector.agency)
    sealed = decode_base64url(request.possession)
    for record in connector.ring.accepted(KeyKind.OPENING, connector.now()):
        try:
            proofs = PossessionProofs.from_bytes(open_sealed(record.secret, sealed, binding), MAX_EXCHANGE_BYTES)
        except (CryptoError, MessageError):
            continue
        if len(proofs.proofs) == len(request.handles):
            return dict(zip(request.handles, proofs.proofs, strict=True))
    raise ProblemError(ProblemCode.MALFORMED, "/possession")


@dataclass(frozen=True, slots=True)
class _Check:
    """One key of a record, and the MACs one of which its possession key must have made."""

    handle: str
    key: LinkageKey = field(repr=False)
    macs: tuple[str, ...] = field(repr=False)


def find_unproven(
    connector: Connector,
    verified: Verified[ExchangeRequest],
    epoch: int,
    records: Mapping[str, Record],
    proofs: Mapping[str, PossessionProof],
) -> set[str]:
    """Return the handles whose proof was not made with enough of the linkage keys of the record behind them.

    Raises:
        ProblemError: agreement_invalid, if its key set is not known here; epoch_unknown.
    """
    key_set = get_key_set(verified.copy.agreement)
    purpose = load_purposes()[verified.copy.agreement.purpose]
    checks = [
        _Check(handle, key, stated.macs)
        for handle, record in records.items()
        for stated in proofs[handle].keys
        for key in keys_under(purpose, record)
        if key.key_type is stated.key_type
    ]
    proven: dict[str, set[KeyType]] = {handle: set() for handle in records}
    for check, possession_key in zip(checks, _possession_keys(connector, verified, epoch, checks), strict=True):
        statement = _statement(connector, verified, check.handle)
        if any(is_possession_proven(possession_key, statement, mac) for mac in check.macs):
            proven[check.handle].add(check.key.key_type)
    return {handle for handle, key_types in proven.items() if not is_proven(key_types, key_set)}


def _possession_keys(
    connector: Connector, verified: Verified[ExchangeRequest], epoch: int, checks: list[_Check]
) -> list[bytes]:
    if not checks:
        return []
    private_key = get_evaluation_key(connector, verified.copy.standing.digest, epoch).private_key
    inputs = [check.key.oprf_input() for check in checks]
    return list(map(possession_key_of, evaluate_batch(private_key, inputs, workers=connector.settings.workers)))


def _statement(connector: Connector, verified: Verified[ExchangeRequest], handle: str) -> PossessionStatement:
    return PossessionStatement(
        agreement=verified.copy.standing.digest,
        request_id=verified.claims.id,
        requester=verified.claims.issuer,
        provider=connector.agency,
        handle=handle,
        attributes=verified.message.attributes,
    )
