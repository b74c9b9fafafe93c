"""The purpose catalogue: who may ask whom for what, on which legal basis, in which form and under which limits."""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import Field, model_validator

from schemas.agency_kinds import AgencyKind
from schemas.attribute_catalogue import AttributeType, ReleasableAttribute, WithheldId, load_releasable
from schemas.catalogue_entry import CatalogueEntry, Text, validate_entry
from schemas.catalogue_files import CatalogueError, read_catalogue
from schemas.formats import PurposeId
from schemas.purpose_parts import (
    Agencies,
    Approvals,
    LegalBasis,
    MatchProfile,
    Mode,
    OnlyIf,
    PurposeOutput,
    PurposeStatus,
    RateLimits,
    RegionRule,
    RetentionStart,
)
from schemas.transforms import Transform, fixed_codes


class Purpose(CatalogueEntry):
    """One purpose. An agreement may narrow what stands here, never widen it."""

    id: PurposeId
    version: Annotated[int, Field(ge=1)]
    status: PurposeStatus
    missing_zh: Text | None = None
    """What keeps a described purpose from working, or where it is done instead."""

    missing_en: Text | None = None
    name_zh: Text
    name_en: Text
    question_zh: Text
    question_en: Text
    legal_basis: Annotated[tuple[LegalBasis, ...], Field(min_length=1)]
    requester_agencies: Agencies
    provider_agencies: Agencies
    keeper_agencies: tuple[AgencyKind, ...] = ()
    """Who may keep half of a key, where the answer is computed between agencies; a keeper states nothing itself."""

    min_live_providers: Annotated[int, Field(ge=1)] = 1
    region_rule: RegionRule
    modes: Annotated[tuple[Mode, ...], Field(min_length=1)]
    match_on: MatchProfile
    relations: tuple[Literal["guardian"], ...] = ()
    """Key types that ask about another person; only these are published beside a child's own keys."""

    inputs: tuple[Text, ...]
    outputs: Annotated[tuple[PurposeOutput, ...], Field(min_length=1)]
    never: Annotated[tuple[WithheldId, ...], Field(min_length=1)]
    approvals: Approvals
    case_number_required: bool
    max_batch: Annotated[int, Field(ge=1, le=100_000)]
    rate_limits: RateLimits
    retention_days: Annotated[int, Field(ge=1, le=36_500)]
    retention_starts: RetentionStart
    record_days: Annotated[int, Field(ge=1095, le=36_500)]
    decision_support_only: Literal[True]

    @model_validator(mode="after")
    def _sound(self) -> "Purpose":
        for output in self.outputs:
            _check_output(self, output, load_releasable()[output.attribute])
        keys = [(output.attribute, output.provider) for output in self.outputs]
        if len(set(keys)) != len(keys):
            raise ValueError(f"{self.id}: an attribute stands twice for one provider")
        _check_approvals(self)
        is_told = (self.missing_zh is not None, self.missing_en is not None)
        if is_told != (self.status is PurposeStatus.DESCRIBED,) * 2:
            raise ValueError(
                f"{self.id}: what a described purpose lacks is told in both languages, and no other lacks it"
            )
        return self

    @property
    def has_index(self) -> bool:
        """Whether a provider publishes an index: not for counts, nor where several offices answer together."""
        return self.match_on not in {MatchProfile.NONE, MatchProfile.PARENTS_INSIDE_POLICE}

    def outputs_of(self, provider: AgencyKind) -> tuple[PurposeOutput, ...]:
        """Return what `provider` may release under this purpose, in the order of the catalogue.

        What is computed between the agencies, with a keeper, they release together.
        """
        releasing = {provider, AgencyKind.JOINT} if self.keeper_agencies else {provider}
        return tuple(output for output in self.outputs if output.provider in releasing)


@cache
def load_purposes() -> Mapping[str, Purpose]:
    """Return all purposes by id.

    Raises:
        CatalogueError: a purpose is malformed, doesn't fit the attribute catalogue, or a file's name is not its id.
    """
    found = {name: validate_entry(Purpose, name, content) for name, content in read_catalogue("purposes")}
    for name, purpose in found.items():
        if purpose.id != name:
            raise CatalogueError(f"{name}.yaml describes {purpose.id}")
    return MappingProxyType(found)


# ASOF is missing: the month of the data travels with every answer and is no output.
_TYPE_OF_TRANSFORM: Mapping[Transform, AttributeType] = {
    Transform.BOOL: AttributeType.BOOLEAN,
    Transform.ENUM: AttributeType.CODE,
    Transform.ENUM3: AttributeType.CODE,
    Transform.ENUMS: AttributeType.CODE,
    Transform.STAGE: AttributeType.CODE,
    Transform.YM: AttributeType.DATE,
    Transform.YEAR: AttributeType.DATE,
    Transform.AGEBAND: AttributeType.AGE,
    Transform.REGION6: AttributeType.REGION,
    Transform.COUNTBAND: AttributeType.COUNT,
    Transform.K10: AttributeType.COUNT,
    Transform.CONTACT: AttributeType.CONTACT,
    Transform.TOKEN: AttributeType.TOKEN,
}


def _check_output(purpose: Purpose, output: PurposeOutput, attribute: ReleasableAttribute) -> None:
    place = f"{purpose.id}: {output.attribute}"
    if output.provider not in attribute.holders:
        raise ValueError(f"{place} is not held by {output.provider}")
    if output.provider not in {*purpose.provider_agencies, AgencyKind.JOINT}:
        raise ValueError(f"{place} comes from no provider of this purpose")
    if attribute.type is not _TYPE_OF_TRANSFORM.get(output.transform):
        raise ValueError(f"{place} can't be transformed by {output.transform}")
    _check_codes(place, output, {code.code for code in attribute.codes})
    if output.only_if is not None:
        _check_condition(place, output, output.only_if, purpose)


def _check_approvals(purpose: Purpose) -> None:
    """Each way of asking has its approver, and no approver stands for a way that is not open."""
    asked_singly = purpose.approvals.single is not None or purpose.approvals.emergency is not None
    asked_in_batches = purpose.approvals.batch is not None
    if (asked_singly, asked_in_batches) != (Mode.SINGLE in purpose.modes, Mode.BATCH in purpose.modes):
        raise ValueError(f"{purpose.id}: approvals don't fit the modes")


def _check_codes(place: str, output: PurposeOutput, known: set[str]) -> None:
    if output.transform in {Transform.ENUM, Transform.ENUM3, Transform.ENUMS}:
        if not output.codes or not known.issuperset(output.codes):
            raise ValueError(f"{place} needs codes of its attribute")
        if output.transform is Transform.ENUM3 and len(output.codes) != 3:
            raise ValueError(f"{place} needs exactly three codes")
    elif output.codes:
        raise ValueError(f"{place}: {output.transform} brings its own codes")
    elif output.transform is Transform.STAGE and known != set(fixed_codes(Transform.STAGE) or ()):
        raise ValueError(f"{place} has other stages than the transform")


def _check_condition(place: str, output: PurposeOutput, condition: OnlyIf, purpose: Purpose) -> None:
    earlier = purpose.outputs_of(output.provider)
    earlier = earlier[: earlier.index(output)]
    deciding = next((found for found in earlier if found.attribute == condition.attribute), None)
    if deciding is None:
        raise ValueError(f"{place} depends on an attribute that doesn't come before it")
    allowed = deciding.codes or ((True, False) if deciding.transform is Transform.BOOL else ())
    if condition.equals not in allowed:
        raise ValueError(f"{place} depends on a value that {condition.attribute} can't have")
