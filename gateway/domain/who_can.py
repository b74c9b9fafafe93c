"""Who may learn what about which children, read off the agreements alone: pure functions, no data.

A way is an agreement under which something passes now. What is said of a way is what `decide` would permit: a request
that states everything its clauses want, for an attribute and a region of the way, passes; any other does not.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from schemas.agreement import Agreement, AgreementState
from schemas.policy import Standing
from schemas.purpose_catalogue import Purpose
from schemas.purpose_parts import MatchProfile, PurposeStatus
from schemas.regions import RegionError, covers, subtree_prefix

_ABOUT_A_KNOWN_CHILD: Final = frozenset(
    {MatchProfile.CHILD_ID, MatchProfile.CHILD_ID_OR_NAME, MatchProfile.PARENTS_INSIDE_POLICE}
)


@dataclass(frozen=True, slots=True)
class Way:
    """An agreement under which something passes now, its purpose, and the attributes that may pass, sorted."""

    digest: str
    agreement: Agreement
    purpose: Purpose
    attributes: tuple[str, ...]

    @property
    def is_linkable(self) -> bool:
        """Whether an answer belongs to a child whom the requester has in its own records, and so to other answers."""
        return self.purpose.match_on in _ABOUT_A_KNOWN_CHILD


@dataclass(frozen=True, slots=True)
class ProviderReach:
    """What an agency may learn from one provider: attributes, under which purposes, in which regions altogether."""

    provider: str
    attributes: tuple[str, ...]
    purposes: tuple[str, ...]
    regions: tuple[str, ...]


@dataclass(frozen=True, slots=True, order=True)
class Learnt:
    """One attribute, from one provider, for one purpose."""

    attribute: str
    provider: str
    purpose: str


@dataclass(frozen=True, slots=True)
class Profile:
    """What can be put together about one child of any of `regions`: every answer is attached to the same record."""

    regions: tuple[str, ...]
    learnt: tuple[Learnt, ...]


def open_ways(
    standings: Iterable[Standing], purposes: Mapping[str, Purpose], never_released: frozenset[str], now: datetime
) -> tuple[Way, ...]:
    """Return the ways among these agreements, in their order.

    Args:
        standings: agreements and where they stand.
        purposes: the catalogue, by id.
        never_released: ids of class C attributes.
        now: aware UTC.
    """
    found = (_way(standing, purposes.get(standing.agreement.purpose), never_released, now) for standing in standings)
    return tuple(way for way in found if way is not None)


def ways_to(attribute: str, ways: Iterable[Way]) -> tuple[Way, ...]:
    """Return the ways by which this attribute may be learnt."""
    return tuple(way for way in ways if attribute in way.attributes)


def ways_of(agency: str, ways: Iterable[Way]) -> tuple[Way, ...]:
    """Return the ways on which this agency asks."""
    return tuple(way for way in ways if way.agreement.requester.agency == agency)


def reach(ways: Sequence[Way]) -> tuple[ProviderReach, ...]:
    """Return what these ways give from each provider, by its id."""
    by_provider: dict[str, list[Way]] = {}
    for way in ways:
        by_provider.setdefault(way.agreement.provider.agency, []).append(way)
    return tuple(
        ProviderReach(
            provider=provider,
            attributes=tuple(sorted({name for way in some for name in way.attributes})),
            purposes=tuple(sorted({way.purpose.id for way in some})),
            regions=united(region for way in some for region in way.agreement.regions),
        )
        for provider, some in sorted(by_provider.items())
    )


def profiles(ways: Sequence[Way]) -> tuple[Profile, ...]:
    """Return what stands about the same child, region by region, if everything that may be asked is asked.

    Every answer belongs to a record of the requester's own, so all that are given about a child meet there. Regions
    where the same can be learnt stand together; one within another stands apart only where more can be learnt in it.
    Ways that find no known child are left out.
    """
    linkable = [way for way in ways if way.is_linkable]
    found: dict[tuple[Learnt, ...], list[str]] = {}
    for scope in _scopes(region for way in linkable for region in way.agreement.regions):
        learnt = tuple(
            sorted({one for way in linkable if covers(way.agreement.regions, scope) for one in _learnt(way)})
        )
        found.setdefault(learnt, []).append(scope)
    return tuple(Profile(united(scopes), learnt) for learnt, scopes in found.items())


def united(regions: Iterable[str]) -> tuple[str, ...]:
    """Return the fewest subtrees that together are `regions`; texts that are no region code are left out."""
    found: list[str] = []
    for scope in _scopes(regions):
        if not any(scope.startswith(wider) for wider in found):
            found.append(scope)
    return tuple(found)


def _way(standing: Standing, purpose: Purpose | None, never_released: frozenset[str], now: datetime) -> Way | None:
    agreement = standing.agreement
    in_force = agreement.valid_from <= now.timestamp() < agreement.valid_until
    if purpose is None or not in_force or standing.state is not AgreementState.ACTIVE:
        return None
    if purpose.status is not PurposeStatus.WORKING or purpose.version != agreement.purpose_version:
        return None
    released = {output.attribute for output in purpose.outputs} - never_released
    attributes = tuple(name for name in agreement.attributes if name in released)
    return Way(standing.digest, agreement, purpose, attributes) if attributes else None


def _learnt(way: Way) -> set[Learnt]:
    return {Learnt(name, way.agreement.provider.agency, way.purpose.id) for name in way.attributes}


def _scopes(regions: Iterable[str]) -> list[str]:
    """Return each subtree once, the wider before those within."""
    return sorted({scope for region in regions if (scope := _scope(region)) is not None})


def _scope(region: str) -> str | None:
    """Return the digits that the codes of a subtree begin with, or None where it is no region code."""
    try:
        return subtree_prefix(region)
    except RegionError:
        return None
