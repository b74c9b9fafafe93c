"""The agreement: one purpose between two agencies, for a period and a region, with exact attributes.

Agreement in the sense of the Regulations on Government Data Sharing, art. 20: basis, scene, scope, mode, time limit.
"""

from enum import StrEnum
from typing import Annotated, Final, Literal, Self

from pydantic import Field, model_validator

from schemas.attribute_catalogue import ReleasableId
from schemas.formats import AgencyId, Digest, PurposeId, Reference, RegionScope, UnixSeconds, Uuid
from schemas.message import Message

AGREEMENT_TOKEN_TYPE = "tongxin-agreement"  # noqa: S105 - a media type, not a secret
MAX_AGREEMENT_BYTES = 32 * 1024
MAX_BATCH_RECORDS = 1_000
"""Records in one match or exchange request, whatever an agreement says; longer rosters go in several."""

MAX_REVISION = 1_000
"""Versions of one agreement."""


class Approval(StrEnum):
    """Who must have approved a query before it leaves."""

    NONE = "none"
    SECOND_PERSON = "second_person"


class AgreementState(StrEnum):
    """Where an agreement stands in its life; only `active` lets anything pass.

    `incomplete`, `replaced`, `expired` and `revoked` are ends; `refused` is one unless the requester disputes it.
    `agreed`: both parties have signed, the lead body has not yet countersigned.
    """

    PROPOSED = "proposed"
    INCOMPLETE = "incomplete"
    IN_REVIEW = "in_review"
    AGREED = "agreed"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    REFUSED = "refused"
    DISPUTED = "disputed"
    REPLACED = "replaced"
    EXPIRED = "expired"
    REVOKED = "revoked"


ENDED: Final = frozenset(
    {
        AgreementState.INCOMPLETE,
        AgreementState.REFUSED,
        AgreementState.REPLACED,
        AgreementState.EXPIRED,
        AgreementState.REVOKED,
    }
)
"""Nothing is or will be exchanged under these, unless a refusal is disputed and the review opened again."""


class Party(Message):
    """An agency and the RFC 7638 thumbprint of its signing key: the root of all that is believed of it."""

    agency: AgencyId
    signing_key: Digest


class Agreement(Message):
    """What may be exchanged. Its digest names it everywhere; a change is a new version with a digest of its own.

    `lead` is the lead body that countersigns, where there is one. `replaces` is the digest of the version before, and
    `revision` counts the versions from 1. The officers' budgets bind each officer reference by itself.
    """

    version: Literal[1]
    id: Uuid
    revision: Annotated[int, Field(ge=1, le=MAX_REVISION)] = 1
    replaces: Digest | None = None
    purpose: PurposeId
    purpose_version: int
    requester: Party
    provider: Party
    lead: Party | None = None
    attributes: Annotated[tuple[ReleasableId, ...], Field(min_length=1, max_length=32)]
    regions: Annotated[tuple[RegionScope, ...], Field(min_length=1, max_length=64)]
    linkage_schema: str
    valid_from: UnixSeconds
    valid_until: UnixSeconds
    case_number_required: bool
    approval: Approval
    max_batch: Annotated[int, Field(ge=1, le=MAX_BATCH_RECORDS)]
    evaluations_per_day: Annotated[int, Field(ge=0, le=100_000_000)]
    releases_per_day: Annotated[int, Field(ge=1, le=100_000_000)]
    officer_evaluations_per_day: Annotated[int, Field(ge=0, le=100_000_000)]
    officer_releases_per_day: Annotated[int, Field(ge=1, le=100_000_000)]
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
        if (self.replaces is None) != (self.revision == 1):
            raise ValueError("the first version replaces none, every other one does")
        if self.officer_evaluations_per_day > self.evaluations_per_day:
            raise ValueError("an officer's budget must not exceed the agreement's")
        if self.officer_releases_per_day > self.releases_per_day:
            raise ValueError("an officer's budget must not exceed the agreement's")
        return self

    @model_validator(mode="after")
    def _one_key_an_agency(self) -> Self:
        party = None if self.lead is None else self.party_of(self.lead.agency)
        if party is not None and party != self.lead:
            raise ValueError("an agency has one key")
        return self

    @property
    def signers(self) -> tuple[Party, ...]:
        """Who must sign: requester, provider and the lead body; a lead body that is a party signs once."""
        return tuple(dict.fromkeys(party for party in (self.requester, self.provider, self.lead) if party is not None))

    def party_of(self, agency: str) -> Party | None:
        """Return the party that `agency` is in this agreement, or None; the lead body as such is none."""
        return next((party for party in (self.requester, self.provider) if party.agency == agency), None)

    def signer_of(self, agency: str) -> Party | None:
        """Return `agency` as one of those who must sign, or None."""
        return next((party for party in self.signers if party.agency == agency), None)


class AgreementSignature(Message):
    """The claims that an agency signs (JWS) to bind itself: for it, two of its officers together.

    `signatories` are the agency's own references to them, sorted; one person alone can't bind an agency.
    """

    agreement: Digest
    agency: AgencyId
    signatories: tuple[Reference, Reference]
    signed_at: UnixSeconds

    @model_validator(mode="after")
    def _two_persons(self) -> Self:
        if self.signatories[0] >= self.signatories[1]:
            raise ValueError("must be two different officers, sorted")
        return self
