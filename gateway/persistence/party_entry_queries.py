"""Finds the entries of the log that an agency is party to: it is named as actor or as peer, of types parties read."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, or_, select, union

from gateway.log.event_catalogue import DECLARATIONS
from gateway.log.event_names import Audience, EventType
from gateway.persistence.audit_tables import audit_disclosure, audit_leaf

PARTY_TYPES = frozenset(
    str(event_type) for event_type, declared in DECLARATIONS.items() if Audience.PARTY_AUDITOR in declared.audiences
)


def list_party_entries(
    connection: Connection, agency: str, shard: int, first: int, below: int, limit: int
) -> Sequence[Row[Any]]:
    """Return shard, idx, entry and actor_org of an agency's entries from `first` to before `below`, by index.

    The first entry of a shard and its seal, which name nobody, are among them.
    """
    leaf = audit_leaf.c
    place = and_(leaf.shard == shard, leaf.idx >= first, leaf.idx < below)
    named = (
        select(leaf.shard, leaf.idx).where(place, party == agency, leaf.type.in_(PARTY_TYPES)).order_by(leaf.idx)
        for party in (leaf.actor_org, leaf.peer_org)
    )
    is_seal = and_(leaf.idx == below - 1, leaf.type == EventType.LOG_SEAL)
    bounds = select(leaf.shard, leaf.idx).where(place, or_(leaf.idx == 0, is_seal))
    places = union(*(query.limit(limit).subquery().select() for query in named), bounds).subquery()
    query = _entries().join(places, and_(places.c.shard == leaf.shard, places.c.idx == leaf.idx))
    return connection.execute(query.order_by(leaf.idx).limit(limit)).all()


def list_correlated_entries(connection: Connection, correlation: str) -> Sequence[Row[Any]]:
    """Return shard, idx, entry, actor_org, peer_org and type of all entries about a request, in the log's order."""
    leaf = audit_leaf.c
    return connection.execute(_entries().where(leaf.corr == correlation).order_by(leaf.shard, leaf.idx)).all()


def find_disclosures(connection: Connection, shard: int, index: int, fields: Collection[str]) -> tuple[str, ...]:
    """Return the disclosures of some personal fields of an entry, by name of field; what was erased is not there."""
    column = audit_disclosure.c
    query = select(column.disclosure).where(
        column.shard == shard, column.idx == index, or_(*(column.field == field for field in fields))
    )
    return tuple(connection.scalars(query.order_by(column.field)))


def _entries() -> Select[Any]:
    leaf = audit_leaf.c
    return select(leaf.shard, leaf.idx, leaf.entry, leaf.actor_org, leaf.peer_org, leaf.type)
