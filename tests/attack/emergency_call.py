"""An emergency call on the wire: one element evaluated for it, its review, and the question which ones were lifted."""

import os
import uuid

from connectors.cli.session import Session
from connectors.gateway_client import QueryContext
from demo.scenario.desks import agree, publish
from keys.crypto.ciphersuite import random_scalar
from keys.crypto.ristretto255 import multiply_base
from schemas.base64url import encode_base64url
from schemas.emergency import EmergencyClaim, EmergencyReason, Verdict
from schemas.envelope import MessageType
from schemas.messages.emergency import (
    MAX_EMERGENCY_MESSAGE_BYTES,
    MAX_LIFTED_BYTES,
    EmergencyReview,
    EmergencyReviewAnswer,
    LiftedAnswer,
    LiftedList,
)
from schemas.messages.evaluate import MAX_EVALUATE_BYTES, EvaluateAnswer, EvaluateRequest

PURPOSE = "P16"


def call_in_emergency(requester: Session, provider: Session, regions: tuple[str, ...]) -> None:
    """Make a call, have it reviewed by another officer, and ask what was lifted."""
    agreement = agree(requester, provider, PURPOSE, regions)
    publish(provider, agreement, lambda *_: None)
    requester.client.refresh_registry()
    claim = EmergencyClaim(call=str(uuid.uuid4()), reason=EmergencyReason.FOUND_ALONE)
    query = QueryContext(agreement, regions[0], "duty-07", emergency=claim)
    blinded = multiply_base(random_scalar(os.urandom))
    message = EvaluateRequest(epoch=1, blinded=encode_base64url(blinded))
    client = requester.client
    client.ask(MessageType.EVALUATE, message, EvaluateAnswer, MAX_EVALUATE_BYTES, query)
    review = EmergencyReview(call=claim.call, verdict=Verdict.JUSTIFIED)
    reviewer = QueryContext(agreement, regions[0], "head-02")
    limit = MAX_EMERGENCY_MESSAGE_BYTES
    client.ask(MessageType.EMERGENCY_REVIEW, review, EmergencyReviewAnswer, limit, reviewer)
    client.ask(MessageType.EMERGENCY_LIFTED, LiftedList(), LiftedAnswer, MAX_LIFTED_BYTES)
