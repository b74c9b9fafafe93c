"""Makes new keys of every kind and the first ring of a connector or gateway, from randomness that is passed in."""

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from nacl.bindings import crypto_scalarmult_base
from nacl.signing import SigningKey as Ed25519SigningKey

from keys.crypto.signing import SigningKey, generate_signing_key
from keys.custody.key_ring import SECRET_BYTES, KeyKind, KeyRecord, KeyRing, KeyState
from schemas.base64url import encode_base64url
from schemas.randomness import RandomSource

CONNECTOR_KINDS = (
    KeyKind.SIGNING,
    KeyKind.OPENING,
    KeyKind.EVALUATION_SEED,
    KeyKind.STORAGE,
    KeyKind.WITNESS,
)
GATEWAY_KINDS = (KeyKind.SIGNING, KeyKind.LOG, KeyKind.STORAGE)


def create_connector_ring(now: datetime, random: RandomSource) -> KeyRing:
    """Return the ring that an agency's connector starts with; salts come with the agreements."""
    return _create_ring(CONNECTOR_KINDS, now, random)


def create_gateway_ring(now: datetime, random: RandomSource) -> KeyRing:
    """Return the ring that a gateway starts with: it opens nothing and evaluates nothing."""
    return _create_ring(GATEWAY_KINDS, now, random)


def new_key(
    kind: KeyKind, now: datetime, random: RandomSource, scope: str = "", state: KeyState = KeyState.ACTIVE
) -> KeyRecord:
    """Return a new key, active from `now`, or waiting for `KeyRing.activate` where state is pre_activation.

    Its id is the RFC 7638 thumbprint of a signing key, base64url of SHA-256 over the 32-byte public key of an
    opening, log or witness key, and base64url of 16 random bytes where there is no public key.

    Raises:
        KeyRecordError: an agreement salt without scope.
    """
    secret = generate_signing_key(random).secret if kind is KeyKind.SIGNING else random(SECRET_BYTES)
    return KeyRecord(
        key_id=_key_id(kind, secret, random),
        kind=kind,
        state=state,
        created_at=now,
        active_from=now,
        changed_at=now,
        scope=scope,
        secret=secret,
    )


def new_agreement_salt(agreement_digest: str, epoch: int, now: datetime, random: RandomSource) -> KeyRecord:
    """Return the salt of one agreement and key epoch."""
    return new_key(KeyKind.AGREEMENT_SALT, now, random, agreement_scope(agreement_digest, epoch))


def new_opening_share(board: str, secret: bytes, now: datetime, random: RandomSource) -> KeyRecord:
    """Return the record of a share's secret, a scalar that `keys.private_or.opening_share` has made."""
    return replace(new_key(KeyKind.OPENING_SHARE, now, random, board), secret=secret)


def agreement_scope(agreement_digest: str, epoch: int) -> str:
    """Return the scope under which the ring keeps what belongs to one agreement and key epoch."""
    return f"{agreement_digest}/{epoch}"


def _create_ring(kinds: Iterable[KeyKind], now: datetime, random: RandomSource) -> KeyRing:
    return KeyRing(tuple(new_key(kind, now, random) for kind in kinds))


def _key_id(kind: KeyKind, secret: bytes, random: RandomSource) -> str:
    match kind:
        case KeyKind.SIGNING:
            return SigningKey.from_secret(secret).verification_key.key_id
        case KeyKind.OPENING:
            return _digest(crypto_scalarmult_base(secret))
        case KeyKind.LOG | KeyKind.WITNESS:
            return _digest(bytes(Ed25519SigningKey(secret).verify_key))
        case (
            KeyKind.EVALUATION_SEED
            | KeyKind.AGREEMENT_SALT
            | KeyKind.STORAGE
            | KeyKind.SUBJECT_INDEX
            | KeyKind.OPENING_SHARE
        ):
            return encode_base64url(random(16))


def _digest(public_key: bytes) -> str:
    return encode_base64url(hashlib.sha256(public_key).digest())
