"""The rule by which a child is an orphan or de facto unattended, as data: grounds, and which offices state them."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from functools import cache
from typing import Annotated, Final, Self

from pydantic import Field, model_validator

from schemas.agency_kinds import AgencyKind
from schemas.catalogue_entry import CatalogueEntry, Text, validate_entry
from schemas.catalogue_files import CatalogueError, read_catalogue
from schemas.parental_status import Coverage, StatusAnswer, answers_by_status
from schemas.purpose_parts import LegalBasis
from schemas.regions import is_within

WHOLE_COUNTRY: Final = "00"
LEAST_OFFICES_FOR_DEAD: Final = 2


class TooFewOfficesError(Exception):
    """So few offices take part that an answer would tell which of them said yes; nothing is answered."""


class Ground(CatalogueEntry):
    """One ground on which a parent counts.

    `needs`: kinds of office without whose data it is not settled. `also`: kinds that may state it as well.
    `least_months`: how long it must last or have lasted.
    """

    code: Annotated[str, Field(pattern=r"^[CD][1-9]$")]
    name_zh: Text
    name_en: Text
    needs: Annotated[frozenset[AgencyKind], Field(min_length=1)]
    also: frozenset[AgencyKind] = frozenset()
    least_months: Annotated[int | None, Field(ge=1, le=120)] = None


class ParentalRules(CatalogueEntry):
    """One version of the rule. `resolver`: who knows a child's parents. `least_offices`: fewer give no answer.

    `review_months`: how long an answer holds before the child is to be looked at again.
    """

    id: Annotated[str, Field(pattern=r"^[0-9]{4}$")]
    version: Annotated[int, Field(ge=1)]
    region: Annotated[str, Field(pattern=r"^(?:00|[1-9][0-9](?:[0-9]{2}|[0-9]{4})?)$")]
    name_zh: Text
    name_en: Text
    effective_from: date
    sources: Annotated[tuple[LegalBasis, ...], Field(min_length=1)]
    resolver: AgencyKind
    least_offices: Annotated[int, Field(ge=3)]
    review_months: Annotated[int, Field(ge=1, le=12)]
    dead_or_missing: Annotated[tuple[Ground, ...], Field(min_length=1)]
    circumstances: Annotated[tuple[Ground, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _sound(self) -> Self:
        codes = [ground.code for ground in (*self.dead_or_missing, *self.circumstances)]
        if len(set(codes)) != len(codes):
            raise ValueError(f"{self.id}: a ground stands twice")
        if self.offices() != stating(self.circumstances):
            raise ValueError(f"{self.id}: an office that states no circumstance would be known by its yes")
        if len(self.needed()) < self.least_offices or self.resolver not in self.needed():
            raise ValueError(f"{self.id}: too few offices are needed, or the resolver is not")
        return self

    def offices(self) -> frozenset[AgencyKind]:
        """Return every kind of office that may state something."""
        return stating((*self.dead_or_missing, *self.circumstances))

    def needed(self) -> frozenset[AgencyKind]:
        """Return the kinds of office without which some ground is not settled."""
        return _needed((*self.dead_or_missing, *self.circumstances))


class Offices:
    """The offices that take part in an epoch under one rule, and what they cover.

    Raises:
        TooFewOfficesError: fewer than the rule asks for.
    """

    def __init__(self, rules: ParentalRules, regions: Mapping[AgencyKind, Collection[str]]) -> None:
        self.rules = rules
        self._regions = {kind: tuple(scopes) for kind, scopes in regions.items() if kind in rules.offices() and scopes}
        if len(self._regions) < rules.least_offices:
            raise TooFewOfficesError(f"{len(self._regions)} of at least {rules.least_offices} offices take part")

    def coverage(self, county: str | None) -> Coverage:
        """Return who has data on a parent registered in `county`; None is a parent whom nobody could name.

        Raises:
            RegionError: not a region code.
        """
        if county is None:
            return nothing_known(self.rules)
        covering = {kind for kind, scopes in self._regions.items() if any(is_within(county, one) for one in scopes)}
        dead, circumstances = self.rules.dead_or_missing, self.rules.circumstances
        return Coverage(
            lacking=self.rules.needed() - covering,
            is_enough=len(covering) >= self.rules.least_offices,
            tells_dead=len(covering & stating(dead)) >= LEAST_OFFICES_FOR_DEAD,
            settles_dead=_needed(dead) <= covering,
            settles_circumstance=_needed(circumstances) <= covering,
        )

    def answers(self, father: str | None, mother: str | None) -> tuple[StatusAnswer, ...]:
        """Return the answers by status (see `answers_by_status`) for parents of these counties.

        Raises:
            RegionError: not a region code.
        """
        return answers_by_status(self.coverage(father), self.coverage(mother))


def nothing_known(rules: ParentalRules) -> Coverage:
    """Return what is settled of a parent whom nobody could name: nothing, for want of the resolver's data."""
    return Coverage(
        lacking=frozenset({rules.resolver}),
        is_enough=False,
        tells_dead=False,
        settles_dead=False,
        settles_circumstance=False,
    )


def stating(grounds: Iterable[Ground]) -> frozenset[AgencyKind]:
    """Return the kinds of office that may state one of the grounds."""
    return frozenset[AgencyKind]().union(*(ground.needs | ground.also for ground in grounds))


@cache
def load_parental_rules() -> Mapping[str, ParentalRules]:
    """Return the versions of the package by id.

    Raises:
        CatalogueError: a file is malformed, or its name is not its version's id.
    """
    files = read_catalogue("rule_packs/parental_status")
    found = {name: validate_entry(ParentalRules, name, content) for name, content in files}
    for name, rules in found.items():
        if rules.id != name:
            raise CatalogueError(f"{name}.yaml describes {rules.id}")
    return found


def rules_on(day: date, region: str) -> ParentalRules:
    """Return the version in force in a region on a day: the nearest region's, and of these the newest.

    Raises:
        CatalogueError: none was in force yet.
    """
    scopes = (*(region[:digits] for digits in (6, 4, 2) if len(region) >= digits), WHOLE_COUNTRY)
    in_force = [one for one in load_parental_rules().values() if one.effective_from <= day and one.region in scopes]
    if not in_force:
        raise CatalogueError("no rule on parental status was in force")
    return min(in_force, key=lambda one: (scopes.index(one.region), -one.effective_from.toordinal()))


def _needed(grounds: Iterable[Ground]) -> frozenset[AgencyKind]:
    return frozenset[AgencyKind]().union(*(ground.needs for ground in grounds))
