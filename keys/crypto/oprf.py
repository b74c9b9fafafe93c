"""The oblivious pseudorandom function of RFC 9497 over ristretto255-SHA512, modes OPRF and VOPRF.

    blind ───blinded element──▶ blind_evaluate
    finalize ◀──evaluated element, proof───

The client learns the output for its input and nothing of the key; the server learns nothing of the input.
"""

from keys.crypto.ciphersuite import (
    MAX_INPUT_BYTES,
    OUTPUT_BYTES,
    Mode,
    hash_output,
    hash_to_group,
    random_scalar,
)
from keys.crypto.dleq import PROOF_BYTES, generate_proof, verify_proof
from keys.crypto.errors import InvalidInputError, ProtocolMisuseError
from keys.crypto.evaluation_key import EvaluationKeyPair, derive_key_pair, generate_key_pair
from keys.crypto.ristretto255 import IDENTITY, Element, Scalar, decode_element, invert_scalar, multiply
from schemas.randomness import RandomSource

__all__ = [
    "MAX_INPUT_BYTES",
    "OUTPUT_BYTES",
    "PROOF_BYTES",
    "BlindingSession",
    "EvaluationKeyPair",
    "Mode",
    "blind",
    "blind_evaluate",
    "derive_key_pair",
    "evaluate",
    "finalize",
    "generate_key_pair",
    "generate_proof",
    "verify_proof",
]

SPENT_SESSION = (
    "A blind may be finalized once: a second use would let whoever carries the answers compare them. "
    "Blind the input again."
)


class BlindingSession:
    """What the client keeps between `blind` and the answer; good for one answer, right or wrong.

    Attributes:
        blinded_element: the 32 bytes to send.
    """

    __slots__ = ("_blind", "_input", "_mode", "blinded_element")

    def __init__(self, message: bytes, blind_scalar: Scalar, blinded_element: Element, mode: Mode) -> None:
        self.blinded_element = blinded_element
        self._input = message
        self._blind: Scalar | None = blind_scalar
        self._mode = mode

    def finalize(self, evaluated_element: bytes) -> bytes:
        """Return the 64-byte output, unverified (mode OPRF, RFC 9497 section 3.3.1).

        Raises:
            ProtocolMisuseError: the session was used before, or is one of mode VOPRF.
            DeserializeError: the answer is not an element.
        """
        return finalize(self._input, self._spend(Mode.OPRF), evaluated_element)

    def verify_and_finalize(self, evaluated_element: bytes, proof: bytes, public_key: bytes) -> bytes:
        """Return the 64-byte output, after the proof has verified (mode VOPRF, RFC 9497 section 3.3.2).

        Raises:
            ProtocolMisuseError: the session was used before, or is one of mode OPRF.
            VerifyError: the answer was not made under `public_key`.
        """
        blind_scalar = self._spend(Mode.VOPRF)
        verify_proof(public_key, [self.blinded_element], [evaluated_element], proof, self._mode)
        return finalize(self._input, blind_scalar, evaluated_element)

    def _spend(self, mode: Mode) -> Scalar:
        if self._mode is not mode:
            raise ProtocolMisuseError(f"this session was blinded for mode {self._mode.name}, not {mode.name}")
        blind_scalar, self._blind = self._blind, None
        if blind_scalar is None:
            raise ProtocolMisuseError(SPENT_SESSION)
        return blind_scalar


def blind(message: bytes, random: RandomSource, mode: Mode) -> BlindingSession:
    """Hide an input of at most 65535 bytes behind a random scalar (Blind).

    Raises:
        InvalidInputError: too long, or the one input in 2^252 that hashes to the identity.
    """
    element = _hash_input(message, mode)
    blind_scalar = random_scalar(random)
    return BlindingSession(message, blind_scalar, multiply(blind_scalar, element), mode)


def blind_evaluate(private_key: Scalar, blinded_element: bytes) -> Element:
    """Return the evaluated element of a blinded one, which stays unknown to the server (BlindEvaluate).

    Raises:
        DeserializeError: the bytes are not an element.
    """
    return multiply(private_key, Element(blinded_element))


def finalize(message: bytes, blind_scalar: Scalar, evaluated_element: bytes) -> bytes:
    """Return the 64-byte output for an input from its blind and the answer (Finalize without the proof).

    Raises:
        DeserializeError: the answer is not an element.
    """
    return hash_output(message, multiply(invert_scalar(blind_scalar), decode_element(evaluated_element)))


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
