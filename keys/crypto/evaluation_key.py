"""The key pair that linkage keys are evaluated under (RFC 9497 section 3.2)."""

from dataclasses import dataclass, field

from keys.crypto.ciphersuite import Mode, context_string, hash_to_scalar, length_prefixed, random_scalar
from keys.crypto.errors import DeriveKeyPairError, InvalidInputError
from keys.crypto.ristretto255 import ZERO, Element, Scalar, multiply_base
from schemas.randomness import RandomSource

SEED_BYTES = 32

_MAX_ATTEMPTS = 256


@dataclass(frozen=True, slots=True)
class EvaluationKeyPair:
    """A private scalar, never shown, and the element that others verify proofs against; 32 bytes each."""

    private_key: Scalar = field(repr=False)
    public_key: Element


def derive_key_pair(seed: bytes, info: bytes, mode: Mode) -> EvaluationKeyPair:
    """Return the key pair that a 32-byte secret `seed` and a public `info` determine (DeriveKeyPair, section 3.2.1).

    Raises:
        InvalidInputError: the seed is not 32 bytes, or `info` is longer than 65535.
        DeriveKeyPairError: no attempt gave a key other than zero.
    """
    if len(seed) != SEED_BYTES:
        raise InvalidInputError(f"a seed is {SEED_BYTES} bytes, not {len(seed)}")
    material = seed + length_prefixed(info)
    tag = b"DeriveKeyPair" + context_string(mode)
    for attempt in range(_MAX_ATTEMPTS):
        private_key = hash_to_scalar(material + bytes([attempt]), tag)
        if private_key != ZERO:
            return EvaluationKeyPair(private_key, multiply_base(private_key))
    raise DeriveKeyPairError("the seed gives no key; make another one")


def generate_key_pair(random: RandomSource) -> EvaluationKeyPair:
    """Return a new random key pair (GenerateKeyPair, section 3.2)."""
    private_key = random_scalar(random)
    return EvaluationKeyPair(private_key, multiply_base(private_key))
