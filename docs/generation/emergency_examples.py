"""One example of every message about emergency calls."""

from docs.generation.made_up import digest, identifier
from schemas.emergency import EmergencyClaim, EmergencyReason, Verdict
from schemas.message import Message
from schemas.messages.emergency import EmergencyReview, EmergencyReviewAnswer, LiftedAnswer, LiftedCall, LiftedList

_CALL = identifier("call")
_LIFTED = LiftedCall(agreement=digest("agreement"), call=_CALL, lifted_at=1_772_690_400)

EMERGENCY_EXAMPLES: tuple[Message, ...] = (
    EmergencyClaim(call=_CALL, reason=EmergencyReason.FOUND_ALONE),
    EmergencyReview(call=_CALL, verdict=Verdict.JUSTIFIED),
    EmergencyReviewAnswer(call=_CALL),
    LiftedList(),
    LiftedAnswer(calls=(_LIFTED,)),
    _LIFTED,
)
