"""The oblivious pseudorandom function of RFC 9497 over ristretto255-SHA512, modes OPRF and VOPRF.

    blind_batch ───blinded elements──▶ blind_evaluate
    finalize ◀───evaluated elements, proof───

The client learns the outputs for its inputs and nothing of the key; the server learns nothing of the inputs. The
client's side is in `oprf_batch`; here is the server's for one element.
"""

from keys.crypto.ciphersuite import (
    MAX_INPUT_BYTES,
    OUTPUT_BYTES,
    Mode,
    hash_output,
    hash_to_group,
)
from keys.crypto.dleq import PROOF_BYTES, generate_proof, verify_proof
from keys.crypto.errors import InvalidInputError
from keys.crypto.evaluation_key import EvaluationKeyPair, derive_key_pair, generate_key_pair
from keys.crypto.ristretto255 import IDENTITY, Element, Scalar, multiply

__all__ = [
    "MAX_INPUT_BYTES",
    "OUTPUT_BYTES",
    "PROOF_BYTES",
    "EvaluationKeyPair",
    "Mode",
    "blind_evaluate",
    "derive_key_pair",
    "evaluate",
    "generate_key_pair",
    "generate_proof",
    "verify_proof",
]


def blind_evaluate(private_key: Scalar, blinded_element: bytes) -> Element:
    """Return the evaluated element of a blinded one, which stays unknown to the server (BlindEvaluate).

    Raises:
        DeserializeError: the bytes are not an element.
    """
    return multiply(private_key, Element(blinded_element))


def evaluate(private_key: Scalar, message: bytes, mode: Mode) -> bytes:
    """Return the 64-byte output that the holder of the key computes for its own input (Evaluate).

    Raises:
        InvalidInputError: too long, or the one input in 2^252 that hashes to the identity.
    """
    return hash_output(message, multiply(private_key, _hash_input(message, mode)))


def _hash_input(message: bytes, mode: Mode) -> Element:
    if len(message) > MAX_INPUT_BYTES:
        raise InvalidInputError(f"an input has at most {MAX_INPUT_BYTES} bytes, not {len(message)}")
    element = hash_to_group(message, mode)
    if element == IDENTITY:
        raise InvalidInputError("the input hashes to the identity")
    return element
