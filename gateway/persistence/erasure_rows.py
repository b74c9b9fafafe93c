"""The rows that an erasure is about: which entries still have something to erase, how much, and deleting it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, delete, exists, func, or_, select, tuple_

from gateway.domain.erasure import OPEN_STATES, SUBJECT_INDEX
from gateway.domain.legal_hold import HoldScope
from gateway.persistence.audit_tables import audit_disclosure, audit_leaf, audit_subject_index
from gateway.persistence.erasure_holds import is_held
from gateway.persistence.erasure_tables import erasure, erasure_entry
from gateway.persistence.subject_queries import Place


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which entries somebody chose: index ranges of one shard (both ends included), or a purpose's before a time.

    `before` is a time as leaves state it; entries of that very time are not chosen.
    """

    shard: int | None = None
    ranges: tuple[tuple[int, int], ...] = ()
    purpose: str | None = None
    before: str | None = None


@dataclass(frozen=True, slots=True)
class Contents:
    """What would be erased: disclosures by field, and tags of the subject index."""

    disclosures: dict[str, int]
    tags: int


@dataclass(frozen=True, slots=True)
class Preview:
    """What a proposal would come to: entries, the times of the first and last one, contents, places of holds."""

    entries: int
    first_time: str | None
    last_time: str | None
    contents: Contents
    holds: tuple[int, ...]


def list_chosen(
    connection: Connection, chosen: Chosen, fields: Sequence[str], limit: int, without: Sequence[HoldScope] = ()
) -> list[Place]:
    """Return at most `limit` chosen entries that still hold something of `fields`, the oldest first.

    Entries in an open proposal, and those that one of the holds `without` covers, are left out.
    """
    leaf = audit_leaf.c
    query = select(leaf.shard, leaf.idx).where(_is_chosen(chosen), _holds_any(fields), ~_is_proposed())
    query = query.where(*(~is_held(scope) for scope in without))
    return [Place(*row) for row in connection.execute(query.order_by(leaf.shard, leaf.idx).limit(limit))]


def count_chosen(connection: Connection, chosen: Chosen, fields: Sequence[str], holds: Sequence[HoldScope]) -> Preview:
    """Return what a proposal would come to, and which of `holds` stand against it."""
    leaf, columns = audit_leaf.c, audit_disclosure.c
    entries = (_is_chosen(chosen), _holds_any(fields), ~_is_proposed())
    places = select(leaf.shard, leaf.idx).where(*entries)
    found = connection.execute(select(func.count(), func.min(leaf.time), func.max(leaf.time)).where(*entries)).one()
    counted = select(columns.field, func.count()).where(columns.field.in_(fields), _at(columns, places))
    disclosures = {row[0]: row[1] for row in connection.execute(counted.group_by(columns.field))}
    tags = select(func.count()).select_from(audit_subject_index).where(_at(audit_subject_index.c, places))
    contents = Contents(disclosures, connection.scalar(tags) or 0 if SUBJECT_INDEX in fields else 0)
    against = tuple(
        place
        for place, scope in enumerate(holds)
        if connection.scalar(select(exists().where(*entries, is_held(scope))))
    )
    return Preview(found[0], found[1], found[2], contents, against)


def count_contents(connection: Connection, number: int, fields: Sequence[str]) -> Contents:
    """Return how much the entries of an erasure still hold of `fields`."""
    columns = audit_disclosure.c
    counted = select(columns.field, func.count()).where(columns.field.in_(fields), _in_erasure(columns, number))
    disclosures = {row[0]: row[1] for row in connection.execute(counted.group_by(columns.field))}
    tags = select(func.count()).select_from(audit_subject_index).where(_in_erasure(audit_subject_index.c, number))
    return Contents(disclosures, connection.scalar(tags) or 0 if SUBJECT_INDEX in fields else 0)


def delete_contents(connection: Connection, number: int, fields: Sequence[str]) -> Contents:
    """Delete `fields` of the entries of an erasure; return how much that was."""
    found = count_contents(connection, number, fields)
    columns = audit_disclosure.c
    connection.execute(delete(audit_disclosure).where(columns.field.in_(fields), _in_erasure(columns, number)))
    if SUBJECT_INDEX in fields:
        connection.execute(delete(audit_subject_index).where(_in_erasure(audit_subject_index.c, number)))
    return found


def _is_chosen(chosen: Chosen) -> ColumnElement[bool]:
    leaf = audit_leaf.c
    if chosen.purpose is not None:
        return and_(leaf.purpose == chosen.purpose, leaf.time < chosen.before)
    places = [leaf.idx.between(first, last) for first, last in chosen.ranges]
    return and_(leaf.shard == chosen.shard, or_(*places))


def _holds_any(fields: Sequence[str]) -> ColumnElement[bool]:
    leaf, disclosure, tag = audit_leaf.c, audit_disclosure.c, audit_subject_index.c
    holds: ColumnElement[bool] = exists().where(
        disclosure.shard == leaf.shard, disclosure.idx == leaf.idx, disclosure.field.in_(fields)
    )
    if SUBJECT_INDEX not in fields:
        return holds
    return or_(holds, exists().where(tag.shard == leaf.shard, tag.idx == leaf.idx))


def _is_proposed() -> ColumnElement[bool]:
    leaf, entry = audit_leaf.c, erasure_entry.c
    return (
        exists()
        .where(entry.shard == leaf.shard, entry.idx == leaf.idx)
        .where(entry.erasure == erasure.c.id, erasure.c.state.in_(OPEN_STATES))
    )


def _in_erasure(columns: Any, number: int) -> ColumnElement[bool]:
    return _at(columns, select(erasure_entry.c.shard, erasure_entry.c.idx).where(erasure_entry.c.erasure == number))


def _at(columns: Any, places: Select[Any, Any]) -> ColumnElement[bool]:
    return tuple_(columns.shard, columns.idx).in_(places)
