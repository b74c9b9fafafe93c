"""Evaluate blinded elements under an agreement's key (RFC 9497 BlindEvaluate): the provider does not see of what."""

from connectors.context import Connector
from connectors.emergency.notices import admission_of
from connectors.evaluation import get_evaluation_key
from connectors.provider.verify_request import Verified, decide_here
from connectors.state.charges import BudgetKind, charge
from keys.crypto.errors import CryptoError
from keys.crypto.oprf_batch import blind_evaluate_batch
from keys.protocol.evaluation_keys import evaluation_key_id
from schemas.base64url import decode_base64url, encode_base64url
from schemas.formats import ELEMENT_BYTES
from schemas.messages.evaluate import EvaluateAnswer, EvaluateRequest
from schemas.problem import ProblemCode, ProblemError


def answer_evaluate(connector: Connector, verified: Verified[EvaluateRequest]) -> EvaluateAnswer:
    """Decide, charge and evaluate.

    Raises:
        ProblemError: the refusal.
    """
    blinded = unpack_elements(verified.message.blinded)
    decide_here(verified, connector.now(), records=len(blinded))
    standing = verified.copy.standing
    key_pair = get_evaluation_key(connector, standing.digest, verified.message.epoch)
    day, seconds = connector.today(), connector.seconds()
    admit = admission_of(connector, verified.claims, evaluations=len(blinded))
    charge(connector.state, verified.claims, standing, BudgetKind.EVALUATIONS, len(blinded), day, seconds, admit)
    try:
        evaluation = blind_evaluate_batch(key_pair, blinded, connector.random, workers=connector.settings.workers)
    except CryptoError:
        raise ProblemError(ProblemCode.MALFORMED, "/blinded") from None
    return EvaluateAnswer(
        key_id=evaluation_key_id(key_pair.public_key),
        evaluated=encode_base64url(b"".join(evaluation.evaluated_elements)),
        proof=encode_base64url(evaluation.proof),
    )


def unpack_elements(packed: str) -> list[bytes]:
    """Return the 32-byte elements of a `PackedElements`."""
    data = decode_base64url(packed)
    return [data[start : start + ELEMENT_BYTES] for start in range(0, len(data), ELEMENT_BYTES)]
