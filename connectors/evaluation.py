"""This connector's evaluation keys: one per agreement and key epoch, made when first needed, destroyed for good."""

from collections.abc import Collection
from datetime import datetime

from connectors.context import Connector
from keys.crypto.evaluation_key import EvaluationKeyPair
from keys.custody.key_ring import KeyKind, KeyRecord, KeyRing, KeyState
from keys.custody.new_keys import agreement_scope, new_agreement_salt
from keys.protocol.evaluation_keys import derive_evaluation_key
from schemas.problem import ProblemCode, ProblemError


def get_evaluation_key(connector: Connector, agreement: str, epoch: int) -> EvaluationKeyPair:
    """Return the key pair of an agreement (digest) and epoch.

    Raises:
        ProblemError: epoch_unknown, also when the key was destroyed.
    """
    return find_evaluation_key(connector.ring, agreement, epoch, connector.now())


def find_evaluation_key(ring: KeyRing, agreement: str, epoch: int, now: datetime) -> EvaluationKeyPair:
    """Return the key pair of an agreement (digest) and epoch from a ring; raises as `get_evaluation_key`."""
    accepted = ring.accepted(KeyKind.AGREEMENT_SALT, now, agreement_scope(agreement, epoch))
    if not accepted:
        raise ProblemError(ProblemCode.EPOCH_UNKNOWN, "/epoch")
    seed = ring.current(KeyKind.EVALUATION_SEED, now).secret
    return derive_evaluation_key(seed, accepted[0].secret, agreement, epoch)


def create_evaluation_key(connector: Connector, agreement: str, epoch: int) -> EvaluationKeyPair:
    """Return the key pair of an agreement and epoch, making its salt if there never was one.

    Raises:
        ProblemError: epoch_unknown if the key was destroyed; a destroyed key does not come back.
    """
    scope = agreement_scope(agreement, epoch)
    if not connector.keys.ring.find(KeyKind.AGREEMENT_SALT, scope):
        salt = new_agreement_salt(agreement, epoch, connector.now(), connector.random)
        connector.keys.update(lambda ring: ring if ring.find(KeyKind.AGREEMENT_SALT, scope) else ring.add(salt))
    return get_evaluation_key(connector, agreement, epoch)


def latest_epoch(connector: Connector, agreement: str) -> int:
    """Return the newest epoch that has a key, or 0."""
    scopes = (
        record.scope
        for record in connector.keys.ring.records
        if record.kind is KeyKind.AGREEMENT_SALT and record.scope.startswith(f"{agreement}/")
    )
    return max((int(scope.rsplit("/", 1)[1]) for scope in scopes), default=0)


def older_salts(connector: Connector, agreement: str, epoch: int) -> list[tuple[int, KeyRecord]]:
    """Return (epoch, salt) of the agreement's epochs before `epoch`, whatever state they are in."""
    ring = connector.keys.ring
    return [
        (older, record)
        for older in range(1, epoch)
        for record in ring.find(KeyKind.AGREEMENT_SALT, agreement_scope(agreement, older))
    ]


def destroy_evaluation_keys(connector: Connector, agreement: str, *, keep_epochs: Collection[int] = ()) -> None:
    """Destroy the salts of all epochs of an agreement but `keep_epochs`; their keys can't be made again."""
    kept = {agreement_scope(agreement, epoch) for epoch in keep_epochs}

    def without(ring: KeyRing) -> KeyRing:
        for record in ring.records:
            belongs = record.kind is KeyKind.AGREEMENT_SALT and record.scope.startswith(f"{agreement}/")
            if belongs and record.scope not in kept and record.state is not KeyState.DESTROYED:
                ring = ring.destroy(record.key_id, connector.now())
        return ring

    connector.keys.update(without)
