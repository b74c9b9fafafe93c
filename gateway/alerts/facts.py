"""What rules are evaluated on: plain rows of the log, counts about them, and what an evaluation finds.

An officer is known here by a tag (HMAC) alone, personal fields by their names alone.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final, NamedTuple

from gateway.domain.budgets import LEGAL_ZONE
from gateway.log.event_names import EventType, PersonalField


class Severity(StrEnum):
    """How soon somebody must look, from the least to the most."""

    INFO = "info"
    WARNING = "warning"
    SERIOUS = "serious"

    @property
    def rank(self) -> int:
        """0 for the least."""
        return list(Severity).index(self)


class Place(NamedTuple):
    """Where an entry stands: the year's log, and its leaf index there, from 0."""

    shard: int
    idx: int


@dataclass(frozen=True, slots=True)
class EntryRow:
    """One entry as the columns to filter by state it. `at` is aware UTC.

    `personal` names the personal fields that the entry disclosed when it was written, `officer` is the tag of the
    officer; `records` and `content` are filled for the kinds of rules that need them.
    """

    place: Place
    event_id: str
    at: datetime
    type: EventType
    actor: str | None = None
    peer: str | None = None
    purpose: str | None = None
    decision: str | None = None
    reason: str | None = None
    policy: str | None = None
    ref: str | None = None
    records: int | None = None
    content: str | None = None
    personal: frozenset[PersonalField] = frozenset()
    officer: bytes | None = field(default=None, repr=False)

    @property
    def day_on(self) -> date:
        """The office's day."""
        return self.at.astimezone(LEGAL_ZONE).date()

    @property
    def hour(self) -> int:
        """The hour of the office's day, 0 to 23."""
        return self.at.astimezone(LEGAL_ZONE).hour

    @property
    def parties(self) -> tuple[str, ...]:
        """The agencies that the entry names."""
        return tuple(agency for agency in (self.actor, self.peer) if agency is not None)


@dataclass(frozen=True, slots=True)
class RunCount:
    """One judged run: who asked under which agreement (its id), on which day, and how many records matched.

    `officer` is the tag of who began it, None for runs that were begun before this was noted.
    """

    agency: str
    agreement: str
    day_on: date
    asked: int
    matched: int
    officer: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class OfficerHour:
    """How many requests an officer (tag) of an agency made in an hour of a day of the office's zone."""

    agency: str
    officer: bytes = field(repr=False)
    day_on: date
    hour: int
    requests: int


@dataclass(frozen=True, slots=True)
class WitnessState:
    """When a witness of the policy signed last; None where it never did. `required_from_at`: since it is one."""

    agency: str
    required_from_at: datetime
    signed_at: datetime | None


@dataclass(frozen=True, slots=True)
class SkewedSignature:
    """A witness signed a checkpoint before, by its clock, the gateway made it by its own."""

    witness: str
    shard: int
    size: int
    made_at: datetime
    signed_at: datetime


@dataclass(frozen=True, slots=True)
class Material:
    """What one rule is evaluated on.

    `new` are the entries that it has not seen, in the order of the log; `earlier` those it saw, as far back as its
    kind looks. `answered` holds event ids of intents that have an outcome. `uses` gives for an agreement's id the
    entries of releases under it. `usage` counts requests by agency and purpose before the first new entry.
    """

    now: datetime
    new: tuple[EntryRow, ...] = ()
    earlier: tuple[EntryRow, ...] = ()
    answered: frozenset[str] = frozenset()
    runs: tuple[RunCount, ...] = ()
    activity: tuple[OfficerHour, ...] = ()
    usage: Mapping[tuple[str, str], int] = field(default_factory=lambda: MappingProxyType({}))
    uses: Mapping[str, tuple[EntryRow, ...]] = field(default_factory=lambda: MappingProxyType({}))
    witnesses: tuple[WitnessState, ...] = ()
    skewed: tuple[SkewedSignature, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule found. `cause` tells one occasion from another: the same cause is one alert.

    `entries` are the new ones concerned; `count` is what the rule counts: in all, or, where `adds` is set, in the new
    entries alone.
    """

    cause: tuple[str, ...] = field(repr=False)
    agencies: tuple[str, ...]
    entries: tuple[Place, ...]
    first_at: datetime
    last_at: datetime
    count: int
    severity: Severity | None = None
    adds: bool = False


REQUESTS: Final = frozenset(
    {
        EventType.EVALUATE_QUERY,
        EventType.PART_QUERY,
        EventType.MATCH_QUERY,
        EventType.REVIEW_QUERY,
        EventType.FIELD_QUERY,
    }
)
"""Intents: what an agency asked and was permitted."""


def finding_of(
    rows: Iterable[EntryRow], *cause: str, count: int | None = None, severity: Severity | None = None
) -> Finding:
    """Return the finding about `rows` (at least one), all of the same cause."""
    found = tuple(rows)
    times = sorted(row.at for row in found)
    return Finding(
        cause=cause,
        agencies=tuple(sorted({agency for row in found for agency in row.parties})),
        entries=tuple(row.place for row in found),
        first_at=times[0],
        last_at=times[-1],
        count=len(found) if count is None else count,
        severity=severity,
        adds=count is None,
    )


def group_rows(rows: Iterable[EntryRow], *members: str) -> dict[tuple[str, ...], list[EntryRow]]:
    """Return the rows by the text of these attributes, empty where one is None; an officer's tag as hexadecimal."""
    groups: dict[tuple[str, ...], list[EntryRow]] = {}
    for row in rows:
        groups.setdefault(tuple(_text(getattr(row, member)) for member in members), []).append(row)
    return groups


def _text(value: object) -> str:
    if value is None:
        return ""
    return value.hex() if isinstance(value, bytes) else str(value)
