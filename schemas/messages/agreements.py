"""Agreements between the agencies and the gateway: propose, sign, end, list."""

from typing import Annotated, Literal

from pydantic import Field

from schemas.agreement import Agreement, AgreementState
from schemas.formats import Digest, Token
from schemas.message import Message

MAX_AGREEMENT_MESSAGE_BYTES = 64 * 1024
MAX_AGREEMENT_LIST_BYTES = 8 * 1024 * 1024


class AgreementPropose(Message):
    """The requester's proposal with the requester's signature (JWS with `AgreementSignature`)."""

    agreement: Agreement
    signature: Token


class AgreementSign(Message):
    """The provider's signature; with it the agreement becomes active."""

    agreement: Digest
    signature: Token


class AgreementEnd(Message):
    """Suspend, resume or revoke. Revoking can't be undone: index and grants are destroyed at once."""

    agreement: Digest
    action: Literal["suspend", "resume", "revoke"]


class AgreementList(Message):
    """Ask for all agreements to which the asking agency is a party."""


class SignedAgreement(Message):
    """An agreement, its signatures and where it stands."""

    agreement: Agreement
    signatures: Annotated[tuple[Token, ...], Field(min_length=1, max_length=2)]
    state: AgreementState


class AgreementAnswer(Message):
    """The agreements concerned, as the gateway holds them."""

    agreements: tuple[SignedAgreement, ...]
