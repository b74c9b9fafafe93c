"""Reads from the log what rules are evaluated on. Of personal fields only the names are read, and officers as tags."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, and_, func, or_, select

from gateway.alerts.facts import EntryRow, Place
from gateway.log.disclosure import parse_disclosure
from gateway.log.event_id import format_event_id
from gateway.log.event_names import EventType, PersonalField
from gateway.log.leaf import parse_leaf
from gateway.log.timestamp import format_timestamp, parse_timestamp
from gateway.persistence.audit_tables import audit_disclosure, audit_leaf

OfficerTagger = Callable[[int, str, str], bytes | None]
"""Makes the tag of an officer from the year's log, the agency and the reference; None where the year is forgotten."""

START: Final = Place(0, -1)
"""The place before every entry."""

_COLUMNS: Final = tuple(
    audit_leaf.c[name]
    for name in (
        "shard", "idx", "event_id", "time", "type", "actor_org", "peer_org", "purpose", "decision", "reason", "policy",
        "ref",
    )
)  # fmt: skip


def find_last_place(connection: Connection) -> Place:
    """Return the place of the newest entry, or `START`."""
    shard = connection.scalar(select(func.max(audit_leaf.c.shard)))
    idx = connection.scalar(select(func.max(audit_leaf.c.idx)).where(audit_leaf.c.shard == shard))
    return START if shard is None or idx is None else Place(shard, idx)


def list_entries_after(
    connection: Connection, types: Collection[EventType], after: Place, limit: int
) -> tuple[EntryRow, ...]:
    """Return entries of these types behind a place, in the order of the log, `limit` at most."""
    return _list(connection, limit, _of_types(types), _is_after(after))


def list_entries_between(
    connection: Connection, types: Collection[EventType], from_at: datetime, before: Place, limit: int
) -> tuple[EntryRow, ...]:
    """Return entries of these types from a time on and up to a place, itself included, in the order of the log."""
    is_before = or_(
        audit_leaf.c.shard < before.shard, and_(audit_leaf.c.shard == before.shard, audit_leaf.c.idx <= before.idx)
    )
    return _list(connection, limit, _of_types(types), audit_leaf.c.time >= format_timestamp(from_at), is_before)


def list_uses(connection: Connection, policy: str, types: Collection[EventType], limit: int) -> tuple[EntryRow, ...]:
    """Return entries of these types that an agreement (its id) decided."""
    return _list(connection, limit, _of_types(types), audit_leaf.c.policy == policy)


def find_answered(connection: Connection, event_ids: Sequence[str]) -> frozenset[str]:
    """Return those of these events that another entry names as what it belongs to."""
    return frozenset(connection.scalars(select(audit_leaf.c.ref).where(audit_leaf.c.ref.in_(event_ids))))


def count_usage(
    connection: Connection, event_type: EventType, from_at: datetime, to_at: datetime
) -> dict[tuple[str, str], int]:
    """Return the number of entries of a type in a time, without its end, by agency and purpose."""
    columns = audit_leaf.c
    query = (
        select(columns.actor_org, columns.purpose, func.count())
        .where(columns.time >= format_timestamp(from_at), columns.time < format_timestamp(to_at))
        .where(columns.type == event_type.value, columns.actor_org.is_not(None), columns.purpose.is_not(None))
        .group_by(columns.actor_org, columns.purpose)
    )
    return {(agency, purpose): count for agency, purpose, count in connection.execute(query)}


def with_body(connection: Connection, rows: Iterable[EntryRow]) -> tuple[EntryRow, ...]:
    """Return the rows with what no column holds: `records` and `content`, from the entries themselves."""
    completed = []
    for row in rows:
        place = (audit_leaf.c.shard == row.place.shard, audit_leaf.c.idx == row.place.idx)
        event = parse_leaf(connection.execute(select(audit_leaf.c.entry).where(*place)).scalar_one()).event
        completed.append(replace(row, records=event.records, content=event.content))
    return tuple(completed)


def with_personal(connection: Connection, rows: Sequence[EntryRow]) -> tuple[EntryRow, ...]:
    """Return the rows with the names of the personal fields that can still be disclosed."""
    names: dict[Place, set[PersonalField]] = {}
    for place, name in _disclosed(connection, rows, audit_disclosure.c.field):
        names.setdefault(place, set()).add(PersonalField(name))
    return tuple(replace(row, personal=frozenset(names.get(row.place, ()))) for row in rows)


def with_officers(connection: Connection, rows: Sequence[EntryRow], tagger: OfficerTagger) -> tuple[EntryRow, ...]:
    """Return the rows with the officer's tag where an officer is named; the name itself goes no further."""
    agencies = {row.place: row.actor for row in rows}
    tags: dict[Place, bytes | None] = {}
    is_officer = audit_disclosure.c.field == PersonalField.OFFICER.value
    for place, text in _disclosed(connection, rows, audit_disclosure.c.disclosure, is_officer):
        if (agency := agencies.get(place)) is not None:
            tags[place] = tagger(place.shard, agency, parse_disclosure(text).value)
    return tuple(replace(row, officer=tags.get(row.place)) for row in rows)


def _disclosed(
    connection: Connection, rows: Sequence[EntryRow], column: ColumnElement[str], *conditions: ColumnElement[bool]
) -> Iterable[tuple[Place, str]]:
    """Yield a column of the disclosures between the first and the last row of each year's log."""
    shards: Mapping[int, list[int]] = {shard: [] for shard in sorted({row.place.shard for row in rows})}
    for row in rows:
        shards[row.place.shard].append(row.place.idx)
    table = audit_disclosure.c
    for shard, places in shards.items():
        within = (table.shard == shard, table.idx >= min(places), table.idx <= max(places))
        for idx, value in connection.execute(select(table.idx, column).where(*within, *conditions)):
            yield Place(shard, idx), value


def _of_types(types: Collection[EventType]) -> ColumnElement[bool]:
    return audit_leaf.c.type.in_([one.value for one in types])


def _is_after(place: Place) -> ColumnElement[bool]:
    shard, idx = audit_leaf.c.shard, audit_leaf.c.idx
    return or_(shard > place.shard, and_(shard == place.shard, idx > place.idx))


def _list(connection: Connection, limit: int, *conditions: ColumnElement[bool]) -> tuple[EntryRow, ...]:
    query = select(*_COLUMNS).where(*conditions).order_by(audit_leaf.c.shard, audit_leaf.c.idx).limit(limit)
    return tuple(_entry_row(row) for row in connection.execute(query))


def _entry_row(row: Row[Any]) -> EntryRow:
    return EntryRow(
        place=Place(row.shard, row.idx),
        event_id=format_event_id(row.event_id),
        at=parse_timestamp(row.time),
        type=EventType(row.type),
        actor=row.actor_org,
        peer=row.peer_org,
        purpose=row.purpose,
        decision=row.decision,
        reason=row.reason,
        policy=row.policy,
        ref=row.ref,
    )
