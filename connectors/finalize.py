"""Take the blinds out of what a provider has evaluated, after its proof has verified."""

from connectors.gateway_client import AnswerError
from keys.crypto.errors import CryptoError
from keys.crypto.oprf_batch import BatchBlinding
from schemas.base64url import decode_base64url
from schemas.formats import ELEMENT_BYTES


def finalize_answer(blinding: BatchBlinding, packed: str, proof: str) -> list[bytes]:
    """Return the outputs, in the order of the inputs, from packed elements and proof, both base64url.

    Raises:
        AnswerError: proof_not_verified, if the provider used another key than it has stated.
    """
    evaluated = decode_base64url(packed)
    elements = [evaluated[start : start + ELEMENT_BYTES] for start in range(0, len(evaluated), ELEMENT_BYTES)]
    try:
        return blinding.finalize(elements, decode_base64url(proof))
    except CryptoError:
        raise AnswerError("proof_not_verified") from None
