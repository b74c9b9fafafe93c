"""The parts of a purpose record: how it is used, what it rests on, what it releases, who approves."""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from schemas.agency_kinds import AgencyKind
from schemas.attribute_catalogue import ReleasableId
from schemas.catalogue_entry import CatalogueEntry, Text
from schemas.transforms import Transform

Count = Annotated[int, Field(ge=0, le=100_000_000)]
Agencies = Annotated[tuple[AgencyKind, ...], Field(min_length=1)]


class PurposeStatus(StrEnum):
    """Whether agreements can be made: connectors answer working purposes; the others are described."""

    WORKING = "working"
    DESCRIBED = "described"


class Mode(StrEnum):
    """How a purpose is used."""

    SINGLE = "single"
    BATCH = "batch"
    NOTIFICATION = "notification"


class RegionRule(StrEnum):
    """Which region a requester may ask about."""

    OWN_SUBTREE = "own_region_subtree"
    ANY = "any_region"


class MatchProfile(StrEnum):
    """What a record is found by."""

    CHILD_ID = "child_id"
    CHILD_ID_OR_NAME = "child_id_or_name_birth_county"
    PARENTS_INSIDE_POLICE = "child_id_then_parents_inside_police"
    DESCRIPTION = "description"
    NONE = "none"


class Approver(StrEnum):
    """Who approves before a request leaves; for emergencies, after."""

    SECTION_HEAD = "section_head"
    SHARING_OFFICES = "sharing_office_both_sides"
    SECOND_PERSON_AFTERWARDS = "second_person_within_one_working_day"


class RetentionStart(StrEnum):
    """When the retention of a result begins."""

    ANSWERED = "answered"
    CASE_CLOSED = "case_closed"
    PROGRAMME_ENDED = "programme_ended"


class LegalBasis(CatalogueEntry):
    """One instrument. `verified` says whether the article's own text was read."""

    instrument: Text
    article: Text | None = None
    verified: bool


class OnlyIf(CatalogueEntry):
    """A condition on another output of the same provider."""

    attribute: ReleasableId
    equals: str | bool


class PurposeOutput(CatalogueEntry):
    """One attribute that one provider releases, in one form."""

    attribute: ReleasableId
    provider: AgencyKind
    transform: Transform
    codes: tuple[str, ...] = ()
    only_if: OnlyIf | None = None
    note_zh: Text | None = None
    note_en: Text | None = None


class Approvals(CatalogueEntry):
    """Who approves each way of asking; absent: that way is not open."""

    single: Approver | None = None
    batch: Approver | None = None
    emergency: Approver | None = None


class RateLimits(CatalogueEntry):
    """Largest daily budgets that an agreement may set: its own, and those of each officer."""

    evaluations_per_day: Count
    releases_per_day: Count
    officer_evaluations_per_day: Count
    officer_releases_per_day: Count

    @model_validator(mode="after")
    def _officers_within(self) -> Self:
        evaluations_fit = self.officer_evaluations_per_day <= self.evaluations_per_day
        if not evaluations_fit or self.officer_releases_per_day > self.releases_per_day:
            raise ValueError("an officer's budget must not exceed the agreement's")
        return self
