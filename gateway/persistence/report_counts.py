"""Counts entries of the log by the columns to filter by, for the overview and for reports."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from sqlalchemy import ColumnElement, Connection, func, or_, select

from gateway.domain.budgets import LEGAL_ZONE
from gateway.log.event_names import EventType
from gateway.log.leaf import parse_leaf
from gateway.log.timestamp import format_timestamp
from gateway.persistence.alert_tables import alert, alert_agency
from gateway.persistence.audit_tables import audit_leaf

ENTRIES_A_READ: Final = 1_000
_HOUR: Final = func.substr(audit_leaf.c.time, 12, 2)  # of the RFC 3339 text, UTC


@dataclass(frozen=True, slots=True)
class Period:
    """Days of the office's zone, both included."""

    from_on: date
    to_on: date

    @property
    def from_at(self) -> datetime:
        """Its first moment, UTC."""
        return _begin_at(self.from_on)

    @property
    def until_at(self) -> datetime:
        """The first moment after it, UTC."""
        return _begin_at(self.to_on + timedelta(days=1))


@dataclass(frozen=True, slots=True)
class EntryCount:
    """How many entries agree in all of this. `hour` is that of the office's day."""

    type: EventType
    actor: str | None
    purpose: str | None
    reason: str | None
    hour: int
    entries: int


def count_entries_of(
    connection: Connection, types: Collection[EventType], period: Period, agency: str | None
) -> list[EntryCount]:
    """Return the counts of a period; of entries with `agency` on either side, or of all for None."""
    columns = (audit_leaf.c.type, audit_leaf.c.actor_org, audit_leaf.c.purpose, audit_leaf.c.reason, _HOUR)
    query = select(*columns, func.count()).where(*period_conditions(period, agency)).group_by(*columns)
    chosen = audit_leaf.c.type.in_([one.value for one in types])
    return [
        EntryCount(EventType(name), actor, purpose, reason, _office_hour(int(hour)), entries)
        for name, actor, purpose, reason, hour, entries in connection.execute(query.where(chosen))
    ]


def count_fields(connection: Connection, period: Period, agency: str | None) -> dict[tuple[str, str], int]:
    """Return how many releases of a period named an attribute, by purpose and attribute; reads the entries."""
    columns = audit_leaf.c
    released = columns.type == EventType.FIELD_RELEASE.value
    query = select(columns.entry).where(*period_conditions(period, agency), released)
    counts: Counter[tuple[str, str]] = Counter()
    for entry in connection.scalars(query.execution_options(yield_per=ENTRIES_A_READ)):
        event = parse_leaf(entry).event
        counts.update((event.purpose or "", name) for name in event.fields)
    return dict(counts)


def count_alerts_by_finding(connection: Connection, period: Period, agency: str | None) -> dict[tuple[str, str], int]:
    """Return how many alerts were raised in a period, by rule and finding; the finding of an open one is empty."""
    columns = alert.c
    within = (
        columns.raised_at >= format_timestamp(period.from_at),
        columns.raised_at < format_timestamp(period.until_at),
    )
    query = select(columns.rule, columns.finding, func.count()).where(*within).group_by(columns.rule, columns.finding)
    if agency is not None:
        query = query.where(columns.id.in_(select(alert_agency.c.alert).where(alert_agency.c.agency == agency)))
    return {(rule, finding or ""): count for rule, finding, count in connection.execute(query)}


def period_conditions(period: Period, agency: str | None) -> list[ColumnElement[bool]]:
    """Return the conditions for entries of a period that concern an agency, or all for None."""
    columns = audit_leaf.c
    within = [
        columns.time >= format_timestamp(period.from_at),
        columns.time < format_timestamp(period.until_at),
    ]
    return within if agency is None else [*within, or_(columns.actor_org == agency, columns.peer_org == agency)]


def _begin_at(on: date) -> datetime:
    return datetime.combine(on, time(), LEGAL_ZONE).astimezone(UTC)


def _office_hour(hour: int) -> int:
    """Return the hour of the office's zone, which has had no summer time since 1991, from one of UTC."""
    return datetime(2026, 1, 1, hour, tzinfo=UTC).astimezone(LEGAL_ZONE).hour
