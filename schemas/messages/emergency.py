"""Emergency access: the second person's verdict on a call, and which suspensions were lifted."""

from typing import Annotated, Final

from pydantic import Field

from schemas.emergency import Verdict
from schemas.formats import Digest, UnixSeconds, Uuid
from schemas.message import Message

MAX_EMERGENCY_MESSAGE_BYTES: Final = 4 * 1024
MAX_LIFTED: Final = 1_000
MAX_LIFTED_BYTES: Final = 512 * 1024


class EmergencyReview(Message):
    """What the second person found about a call under the envelope's agreement; the envelope's officer is that person.

    The gateway notes it and passes it on to the provider, both before their own deadline.
    """

    call: Uuid
    verdict: Verdict


class EmergencyReviewAnswer(Message):
    """The provider has noted the review."""

    call: Uuid


class LiftedList(Message):
    """Ask which suspensions were lifted that calls of, or to, the asking agency led to."""


class LiftedCall(Message):
    """A call whose officer may ask again, and since when."""

    agreement: Digest
    call: Uuid
    lifted_at: UnixSeconds


class LiftedAnswer(Message):
    """The lifted ones, the newest first."""

    calls: Annotated[tuple[LiftedCall, ...], Field(max_length=MAX_LIFTED)]
