"""Agreements between the agencies and the gateway: propose, review, sign, countersign, end, list."""

from typing import Annotated, Final, Literal, Self

from pydantic import Field, model_validator

from schemas.agreement import Agreement, AgreementState
from schemas.agreement_reasons import INCOMPLETE_REASONS, REFUSAL_REASONS
from schemas.agreement_steps import MAX_TOLD_STEPS, AgreementHistoryStep, Note, ReasonCode, ReviewStep
from schemas.formats import Digest, Token, UnixSeconds
from schemas.message import Message

MAX_AGREEMENT_MESSAGE_BYTES = 64 * 1024
MAX_AGREEMENT_LIST_BYTES = 8 * 1024 * 1024
MAX_REASONS: Final = len(INCOMPLETE_REASONS)


class AgreementPropose(Message):
    """The requester's proposal with the requester's signature (JWS with `AgreementSignature`)."""

    agreement: Agreement
    signature: Token


class AgreementSign(Message):
    """The provider's signature; with it the agreement is active, or waits for the lead body's."""

    agreement: Digest
    signature: Token


class AgreementCountersign(Message):
    """The lead body's signature; with it an agreed agreement is active."""

    agreement: Digest
    signature: Token


class AgreementReview(Message):
    """A step of the review of a proposal.

    The provider accepts it as complete, returns it as incomplete with all that is missing, extends its time once, or
    refuses with a reason; the requester disputes a refusal; the lead body reopens the review or upholds the refusal.
    """

    agreement: Digest
    step: ReviewStep
    reasons: Annotated[tuple[ReasonCode, ...], Field(max_length=MAX_REASONS)] = ()
    note: Note | None = None

    @model_validator(mode="after")
    def _with_its_reasons(self) -> Self:
        if list(self.reasons) != sorted(set(self.reasons)):
            raise ValueError("must be sorted and without repetition")
        if self.step == "return_incomplete":
            is_sound = bool(self.reasons) and INCOMPLETE_REASONS.keys() >= set(self.reasons)
        elif self.step == "refuse":
            is_sound = len(self.reasons) == 1 and REFUSAL_REASONS.keys() >= set(self.reasons)
        else:
            is_sound = not self.reasons
        if not is_sound:
            raise ValueError("the step wants other reasons")
        return self


class AgreementEnd(Message):
    """Suspend, resume or revoke. Revoking can't be undone: index and grants are destroyed at once."""

    agreement: Digest
    action: Literal["suspend", "resume", "revoke"]


class AgreementList(Message):
    """Ask for all agreements to which the asking agency is a party, or which it countersigns as lead body."""


class SignedAgreement(Message):
    """An agreement, its signatures, where it stands and how it came there.

    `review_due_at`: until when the provider is to answer, or in force to publish its index, while it has not.
    `history`: the newest steps, oldest first.
    """

    agreement: Agreement
    signatures: Annotated[tuple[Token, ...], Field(min_length=1, max_length=3)]
    state: AgreementState
    review_due_at: UnixSeconds | None = None
    history: Annotated[tuple[AgreementHistoryStep, ...], Field(max_length=MAX_TOLD_STEPS)] = ()


class AgreementAnswer(Message):
    """The agreements concerned, as the gateway holds them."""

    agreements: tuple[SignedAgreement, ...]
