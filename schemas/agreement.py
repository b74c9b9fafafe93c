"""The agreement: one purpose between two agencies, for a period and a region, with exact attributes.

Agreement in the sense of the Regulations on Government Data Sharing, art. 20: basis, scene, scope, mode, time limit.
"""

from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from schemas.formats import AgencyId, AttributeId, Digest, PurposeId, RegionScope, UnixSeconds, Uuid
from schemas.message import Message

AGREEMENT_TOKEN_TYPE = "tongxin-agreement"  # noqa: S105 - a media type, not a secret
MAX_AGREEMENT_BYTES = 32 * 1024
MAX_BATCH_RECORDS = 1_000
"""Records in one match or exchange request, whatever an agreement says; longer rosters go in several."""


class Approval(StrEnum):
    """Who must have approved a query before it leaves."""

    NONE = "none"
    SECOND_PERSON = "second_person"


class AgreementState(StrEnum):
    """Where an agreement stands in its life; only `active` lets anything pass."""

    PROPOSED = "proposed"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    REVOKED = "revoked"


class Party(Message):
    """An agency and the RFC 7638 thumbprint of its signing key: the root of all that is believed of it."""

    agency: AgencyId
    signing_key: Digest


class Agreement(Message):
    """What may be exchanged. Its digest names it everywhere; a change is a new agreement."""

    version: Literal[1]
    id: Uuid
    purpose: PurposeId
    purpose_version: int
    requester: Party
    provider: Party
    attributes: Annotated[tuple[AttributeId, ...], Field(min_length=1, max_length=32)]
    regions: Annotated[tuple[RegionScope, ...], Field(min_length=1, max_length=64)]
    linkage_schema: str
    valid_from: UnixSeconds
    valid_until: UnixSeconds
    case_number_required: bool
    approval: Approval
    max_batch: Annotated[int, Field(ge=1, le=MAX_BATCH_RECORDS)]
    evaluations_per_day: Annotated[int, Field(ge=0, le=100_000_000)]
    releases_per_day: Annotated[int, Field(ge=1, le=100_000_000)]
    retention_days: Annotated[int, Field(ge=1, le=36_500)]

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        for values in (self.attributes, self.regions):
            if list(values) != sorted(set(values)):
                raise ValueError("must be sorted and without repetition")
        if self.valid_from >= self.valid_until:
            raise ValueError("must begin before it ends")
        if self.requester.agency == self.provider.agency:
            raise ValueError("needs two agencies")
        return self

    def party_of(self, agency: str) -> Party | None:
        """Return the party that `agency` is in this agreement, or None."""
        return next((party for party in (self.requester, self.provider) if party.agency == agency), None)


class AgreementSignature(Message):
    """The claims that an agency signs (JWS) to bind itself."""

    agreement: Digest
    agency: AgencyId
    signed_at: UnixSeconds
