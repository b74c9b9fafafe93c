"""The evaluation key of one agreement and key epoch (RFC 9497 DeriveKeyPair, VOPRF mode).

The seed is an HMAC of a random salt under the connector's master seed: both are needed, and the salt is destroyed
with the agreement, so a destroyed key can't be derived again although the master seed lives on.
"""

import hashlib
import hmac

from keys.crypto.oprf import EvaluationKeyPair, Mode, derive_key_pair
from schemas.formats import digest_of

_CONTEXT = b"tongxin/evaluation-key/v1\x00"
SEED_BYTES = 32


def derive_evaluation_key(master_seed: bytes, salt: bytes, agreement: str, epoch: int) -> EvaluationKeyPair:
    """Return the key pair of `agreement` (digest) and `epoch`.

    Args:
        master_seed: 32 bytes of the connector.
        salt: 32 random bytes that belong to this agreement and epoch alone.
    """
    seed = hmac.digest(master_seed, _CONTEXT + salt, hashlib.sha512)[:SEED_BYTES]
    return derive_key_pair(seed, evaluation_scope(agreement, epoch).encode("ascii"), Mode.VOPRF)


def evaluation_scope(agreement: str, epoch: int) -> str:
    """Return the name under which the salt is kept, and the `info` of the derivation."""
    return f"{agreement}/{epoch}"


def evaluation_key_id(public_key: bytes) -> str:
    """Return the id of an evaluation key: the digest of its public key."""
    return digest_of(public_key)
