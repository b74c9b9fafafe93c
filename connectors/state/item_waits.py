"""Which open items wait for which role here, and from when on: kept beside the items, found anew as they change.

Every change of an item, its events or its step on its way marks the item (`item.is_counted`) in the same transaction.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select, update

from connectors.state.item_tables import item, item_count_basis, item_wait

_BASIS_ROW: Final = 1


class WaitKind(StrEnum):
    """What an item waits for."""

    ACTION = "action"
    """Somebody here is to do something, or to see why the last step was refused."""

    LOOK = "look"
    """A deadline has passed, and somebody here follows it up."""


@dataclass(frozen=True, slots=True)
class ItemWait:
    """An item waits for a role here from a moment on (POSIX seconds); `school`: for that school's people alone."""

    kind: WaitKind
    role: str
    from_at: int
    school: str | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """For whom is asked: the roles that count everywhere, and the school where somebody acts as its user."""

    kind: WaitKind
    roles: frozenset[str]
    school: str | None
    now: int


def keep_basis(connection: Connection, basis: str) -> None:
    """Note what else the waits follow from; if that has changed, every item is marked."""
    known = connection.execute(select(item_count_basis.c.basis)).scalar()
    if known != basis:
        connection.execute(insert(item_count_basis).prefix_with("OR REPLACE").values(id=_BASIS_ROW, basis=basis))
        connection.execute(update(item).values(is_counted=False))


def find_basis(connection: Connection) -> str | None:
    """Return what the waits that are kept follow from, beside the items."""
    return connection.execute(select(item_count_basis.c.basis)).scalar()


def list_marked(connection: Connection, limit: int) -> list[str]:
    """Return items that have changed since their waits were kept."""
    return list(connection.execute(select(item.c.id).where(~item.c.is_counted).limit(limit)).scalars())


def keep_waits(connection: Connection, id_: str, waits: Iterable[ItemWait]) -> None:
    """Keep what an item waits for, as it stands in this transaction."""
    connection.execute(delete(item_wait).where(item_wait.c.item == id_))
    rows = [
        {"item": id_, "kind": one.kind.value, "role": one.role, "school": one.school, "from_at": one.from_at}
        for one in waits
    ]
    if rows:
        connection.execute(insert(item_wait), rows)
    connection.execute(update(item).where(item.c.id == id_).values(is_counted=True))


def count_waits(connection: Connection, asked: Asked) -> int:
    """Return how many items wait."""
    return connection.execute(select(func.count(item_wait.c.item.distinct())).where(_is_for(asked))).scalar_one()


def list_waits(connection: Connection, asked: Asked) -> list[str]:
    """Return the items that wait."""
    query = select(item_wait.c.item).where(_is_for(asked)).distinct()
    return list(connection.execute(query.order_by(item_wait.c.item)).scalars())


def _is_for(asked: Asked) -> ColumnElement[bool]:
    columns = item_wait.c
    is_theirs = columns.role.in_(sorted(asked.roles)) & (columns.school.is_(None) | (columns.school == asked.school))
    return (columns.kind == asked.kind.value) & is_theirs & (columns.from_at <= asked.now)
