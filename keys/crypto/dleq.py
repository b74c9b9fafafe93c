"""Proof that evaluated elements come from blinded ones under the key of a public key (DLEQ, RFC 9497 section 2.2)."""

import hashlib
import hmac
from collections.abc import Sequence

from keys.crypto.ciphersuite import Mode, context_string, hash_to_scalar, length_prefixed, random_scalar
from keys.crypto.errors import DeserializeError, InvalidInputError, VerifyError
from keys.crypto.evaluation_key import EvaluationKeyPair
from keys.crypto.ristretto255 import (
    SCALAR_BYTES,
    Element,
    Scalar,
    add,
    decode_element,
    decode_scalar,
    multiply,
    multiply_base,
    multiply_scalars,
    subtract_scalars,
)
from schemas.randomness import RandomSource

PROOF_BYTES = 2 * SCALAR_BYTES
MAX_PROVEN_ELEMENTS = 2**16 - 1


def generate_proof(
    key_pair: EvaluationKeyPair,
    blinded: Sequence[bytes],
    evaluated: Sequence[bytes],
    random: RandomSource,
    mode: Mode,
) -> bytes:
    """Return the 64-byte proof that each evaluated element is the private key times its blinded one.

    Raises:
        InvalidInputError: the lists are empty, too long or of unequal length.
        DeserializeError: an element is not canonical.
    """
    weights = _weights(key_pair.public_key, blinded, evaluated, mode)
    combined = _weighted_sum(weights, blinded)
    combined_evaluated = multiply(key_pair.private_key, combined)
    nonce = random_scalar(random)
    challenge = _challenge(
        key_pair.public_key,
        combined,
        combined_evaluated,
        multiply_base(nonce),
        multiply(nonce, combined),
        mode,
    )
    return challenge + subtract_scalars(nonce, multiply_scalars(challenge, key_pair.private_key))


def verify_proof(
    public_key: bytes, blinded: Sequence[bytes], evaluated: Sequence[bytes], proof: bytes, mode: Mode
) -> None:
    """Check that the holder of `public_key` evaluated every element under it.

    Raises:
        InvalidInputError: the lists are empty, too long or of unequal length.
        VerifyError: it did not, or the proof, the key or an element is malformed.
    """
    weights = _weights(public_key, blinded, evaluated, mode)
    try:
        expected = _recompute_challenge(decode_element(public_key), weights, blinded, evaluated, proof, mode)
    except DeserializeError:
        raise VerifyError("the proof, the public key or an element is malformed") from None
    if not hmac.compare_digest(expected, proof[:SCALAR_BYTES]):
        raise VerifyError("the elements were not evaluated under the published key")


def _recompute_challenge(
    public_key: Element,
    weights: Sequence[Scalar],
    blinded: Sequence[bytes],
    evaluated: Sequence[bytes],
    proof: bytes,
    mode: Mode,
) -> Scalar:
    challenge = decode_scalar(proof[:SCALAR_BYTES])
    response = decode_scalar(proof[SCALAR_BYTES:])
    combined = _weighted_sum(weights, blinded)
    combined_evaluated = _weighted_sum(weights, evaluated)
    nonce_base = add(multiply_base(response), multiply(challenge, public_key))
    nonce_combined = add(multiply(response, combined), multiply(challenge, combined_evaluated))
    return _challenge(public_key, combined, combined_evaluated, nonce_base, nonce_combined, mode)


def _weights(public_key: bytes, blinded: Sequence[bytes], evaluated: Sequence[bytes], mode: Mode) -> list[Scalar]:
    """Return the scalar that each pair counts with in the combination (ComputeComposites, section 2.2.1)."""
    if not 0 < len(blinded) <= MAX_PROVEN_ELEMENTS or len(blinded) != len(evaluated):
        raise InvalidInputError(
            f"a proof needs two lists of one length, 1 to {MAX_PROVEN_ELEMENTS}: {len(blinded)} and {len(evaluated)}"
        )
    seed_tag = b"Seed-" + context_string(mode)
    seed = hashlib.sha512(length_prefixed(public_key) + length_prefixed(seed_tag)).digest()
    tag = b"HashToScalar-" + context_string(mode)
    return [
        hash_to_scalar(
            length_prefixed(seed)
            + index.to_bytes(2, "big")
            + length_prefixed(before)
            + length_prefixed(after)
            + b"Composite",
            tag,
        )
        for index, (before, after) in enumerate(zip(blinded, evaluated, strict=True))
    ]


def _weighted_sum(weights: Sequence[Scalar], elements: Sequence[bytes]) -> Element:
    products = [multiply(weight, Element(element)) for weight, element in zip(weights, elements, strict=True)]
    total = products[0]
    for product in products[1:]:
        total = add(total, product)
    return total


def _challenge(
    public_key: Element,
    combined: Element,
    combined_evaluated: Element,
    nonce_base: Element,
    nonce_combined: Element,
    mode: Mode,
) -> Scalar:
    parts = (public_key, combined, combined_evaluated, nonce_base, nonce_combined)
    transcript = b"".join(length_prefixed(part) for part in parts) + b"Challenge"
    return hash_to_scalar(transcript, b"HashToScalar-" + context_string(mode))
