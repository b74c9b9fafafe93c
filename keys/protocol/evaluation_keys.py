"""The evaluation key of one agreement and key epoch (RFC 9497 DeriveKeyPair, VOPRF mode)."""

from keys.crypto.evaluation_key import EvaluationKeyPair
from keys.crypto.oprf import Mode, derive_key_pair
from keys.custody.agreement_seed import derive_agreement_seed
from keys.custody.new_keys import agreement_scope
from schemas.formats import digest_of


def derive_evaluation_key(master_seed: bytes, salt: bytes, agreement: str, epoch: int) -> EvaluationKeyPair:
    """Return the key pair of `agreement` (digest) and `epoch` from the master seed and their salt, 32 bytes each."""
    seed = derive_agreement_seed(master_seed, salt)
    return derive_key_pair(seed, agreement_scope(agreement, epoch).encode("ascii"), Mode.VOPRF)


def evaluation_key_id(public_key: bytes) -> str:
    """Return the id of an evaluation key: the digest of its public key."""
    return digest_of(public_key)
