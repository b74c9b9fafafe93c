"""Finds entries of the log by what an auditor filters by, and never one that the reader may not see.

The columns beside an entry are copies to search by; what counts is the entry, which comes back as it was stored.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, func, or_, select, true, tuple_

from gateway.domain.account import LogScope
from gateway.domain.budgets import LEGAL_ZONE
from gateway.domain.log_filter import LogFilter
from gateway.log.event_names import EventType
from gateway.log.logged_entry import LoggedEntry
from gateway.log.timestamp import format_timestamp
from gateway.persistence.audit_tables import audit_disclosure, audit_leaf, audit_subject_index
from schemas.workflows.item_number import id_beginning

_COLUMNS = (audit_leaf.c.shard, audit_leaf.c.idx, audit_leaf.c.entry, audit_leaf.c.leaf_hash)
_HOUR = func.substr(audit_leaf.c.time, 12, 2)  # of the RFC 3339 text, UTC


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for, and who looks.

    `types` are the event types that the reader's audience may see. `tags` are those of the subject index of which an
    entry must have one; None where nobody asks by subject or officer.
    """

    scope: LogScope
    types: frozenset[EventType]
    filter: LogFilter = field(default_factory=LogFilter)
    tags: tuple[bytes, ...] | None = field(default=None, repr=False)


def count_entries(connection: Connection, search: Search) -> int:
    """Return how many entries the search finds."""
    return connection.scalar(select(func.count()).select_from(audit_leaf).where(_condition(search))) or 0


def list_entries(
    connection: Connection, search: Search, *, limit: int, offset: int = 0, oldest_first: bool = False
) -> list[LoggedEntry]:
    """Return found entries in the order of the log, the newest first unless `oldest_first`."""
    place = audit_leaf.c
    order = (place.shard, place.idx) if oldest_first else (place.shard.desc(), place.idx.desc())
    # Only places are sorted: a sort that carries the entries takes several times as long.
    found = select(place.shard, place.idx).where(_condition(search)).order_by(*order).limit(limit).offset(offset)
    chosen = found.subquery()
    query = select(*_COLUMNS).join(chosen, and_(place.shard == chosen.c.shard, place.idx == chosen.c.idx))
    return [_entry(row) for row in connection.execute(query.order_by(*order))]


def find_entry(connection: Connection, search: Search, shard: int, index: int) -> LoggedEntry | None:
    """Return the entry at a place, or None where there is none that the search's reader may see."""
    query = select(*_COLUMNS).where(_condition(search), audit_leaf.c.shard == shard, audit_leaf.c.idx == index)
    row = connection.execute(query).one_or_none()
    return None if row is None else _entry(row)


def list_following(
    connection: Connection, search: Search, after: LoggedEntry, policy: str, *, limit: int
) -> list[LoggedEntry]:
    """Return the next entries behind `after` that the search finds under one agreement (its id), oldest first."""
    place = audit_leaf.c
    later = or_(place.shard > after.shard, and_(place.shard == after.shard, place.idx > after.index))
    query = select(*_COLUMNS).where(_condition(search), later, place.policy == policy)
    return [_entry(row) for row in connection.execute(query.order_by(place.shard, place.idx).limit(limit))]


def list_disclosures(connection: Connection, entries: Sequence[LoggedEntry]) -> dict[tuple[int, int], list[str]]:
    """Return the disclosures that are kept of some entries, by place (shard, index), in order of the field's name."""
    stored = audit_disclosure.c
    kept: dict[tuple[int, int], list[str]] = {}
    for entry in entries:
        query = select(stored.disclosure).where(stored.shard == entry.shard, stored.idx == entry.index)
        kept[entry.shard, entry.index] = list(connection.scalars(query.order_by(stored.field)))
    return kept


def _condition(search: Search) -> ColumnElement[bool]:
    return and_(
        true(), *_scope_conditions(search.scope, search.types), *_filter_conditions(search.filter), *_tagged(search)
    )


def _scope_conditions(scope: LogScope, types: Collection[EventType]) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if scope.agency is not None:
        conditions.append(_is_party(scope.agency))
    if set(types) != set(EventType):
        conditions.append(audit_leaf.c.type.in_(sorted(types)))
    return conditions


def _filter_conditions(asked: LogFilter) -> list[ColumnElement[bool]]:
    columns = audit_leaf.c
    equal = {
        columns.actor_org: asked.actor,
        columns.peer_org: asked.peer,
        columns.purpose: asked.purpose,
        columns.type: asked.type,
        columns.decision: asked.decision,
        columns.reason: asked.reason,
        columns.policy: asked.agreement,
        columns.corr: asked.corr,
    }
    conditions = [column == str(value) for column, value in equal.items() if value is not None]
    if asked.agency is not None:
        conditions.append(_is_party(asked.agency))
    if asked.item is not None:
        conditions.append(columns.corr.startswith(id_beginning(asked.item)))
    if asked.hour is not None:
        conditions.append(_HOUR.in_([_utc_hour(asked.hour)]))
    if (begin := _instant(asked.from_on)) is not None:
        conditions.append(columns.time >= begin)
    if asked.to_on is not None and (end := _instant(_next_day(asked.to_on))) is not None:
        conditions.append(columns.time < end)
    return conditions


def _tagged(search: Search) -> list[ColumnElement[bool]]:
    if search.tags is None:
        return []
    index = audit_subject_index.c
    tagged = select(index.shard, index.idx).where(index.tag.in_(search.tags))
    return [tuple_(audit_leaf.c.shard, audit_leaf.c.idx).in_(tagged)]


def _is_party(agency: str) -> ColumnElement[bool]:
    return or_(audit_leaf.c.actor_org == agency, audit_leaf.c.peer_org == agency)


def _instant(day: date | None) -> str | None:
    """Return when a day begins in the office's zone, as leaves state times; None for none, or before all time."""
    try:
        return None if day is None else format_timestamp(datetime.combine(day, time(), LEGAL_ZONE))
    except OverflowError:
        return None


def _next_day(day: date) -> date | None:
    return None if day == date.max else day + timedelta(days=1)


def _utc_hour(hour: int) -> str:
    """Return the hour of UTC that an hour of the office's zone is; that zone has had no summer time since 1991."""
    return f"{datetime(2026, 1, 1, hour, tzinfo=LEGAL_ZONE).astimezone(UTC).hour:02}"


def _entry(row: Row[Any, Any, Any, Any]) -> LoggedEntry:
    return LoggedEntry(row.shard, row.idx, bytes(row.entry), bytes(row.leaf_hash))
