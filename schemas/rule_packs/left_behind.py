"""Which children each side counts as left behind, by region and date: the definitions differ, and are told apart."""

from enum import StrEnum
from functools import cache
from typing import Annotated

from pydantic import Field

from schemas.catalogue_entry import CatalogueEntry
from schemas.codes import Stage
from schemas.rule_packs.pack import RulePack, RulePacks, load_packs


class ParentsAway(StrEnum):
    """What must hold of the parents."""

    EITHER = "either"
    BOTH = "both"
    BOTH_OR_OTHER_UNABLE = "both_or_other_unable"
    """Both are away, or one is and the other can't care."""


class CivilAffairsDefinition(CatalogueEntry):
    """The definition of civil affairs: `below_age` in completed years."""

    parents_away: ParentsAway
    below_age: Annotated[int, Field(ge=1, le=18)]


class EducationDefinition(CatalogueEntry):
    """The definition of the student register: away for work longer than `months`, child at one of `stages`."""

    parents_away: ParentsAway
    months: Annotated[int, Field(ge=1, le=24)]
    stages: Annotated[frozenset[Stage], Field(min_length=1)]


class LeftBehindDefinitions(RulePack):
    """Both definitions of a region."""

    civil_affairs: CivilAffairsDefinition
    education: EducationDefinition


@cache
def load_left_behind() -> RulePacks[LeftBehindDefinitions]:
    """Return the packs; raises CatalogueError."""
    return load_packs("left_behind", LeftBehindDefinitions)
