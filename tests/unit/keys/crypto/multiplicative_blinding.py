"""The client of RFC 9497 as the standard writes it, blinding by multiplication: what the vectors fix, and a peer."""

from dataclasses import dataclass

from keys.crypto.ciphersuite import Mode, hash_output, hash_to_group, random_scalar
from keys.crypto.dleq import verify_proof
from keys.crypto.ristretto255 import ORDER, Element, Scalar, decode_element, multiply
from schemas.randomness import RandomSource


@dataclass(frozen=True)
class Blinded:
    """An input, the scalar that hides it, and the element to send (Blind)."""

    message: bytes
    blind: Scalar
    element: Element
    mode: Mode

    def finalize(self, evaluated: bytes) -> bytes:
        """Return the output, unverified (Finalize in mode OPRF)."""
        return hash_output(self.message, multiply(inverse(self.blind), decode_element(evaluated)))

    def verify_and_finalize(self, evaluated: bytes, proof: bytes, public_key: bytes) -> bytes:
        """Return the output after the proof has verified (Finalize in mode VOPRF)."""
        verify_proof(public_key, [self.element], [evaluated], proof, self.mode)
        return self.finalize(evaluated)


def blind(message: bytes, random: RandomSource, mode: Mode) -> Blinded:
    """Hide an input behind a random scalar (Blind)."""
    scalar = random_scalar(random)
    return Blinded(message, scalar, multiply(scalar, hash_to_group(message, mode)), mode)


def inverse(scalar: Scalar) -> Scalar:
    """Return the multiplicative inverse modulo the group's order."""
    return Scalar(pow(int.from_bytes(scalar, "little"), -1, ORDER).to_bytes(32, "little"))
