"""Reading and writing items: events one after the other, each with its papers, in the order of their changes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from gateway.persistence.item_tables import item, item_event, item_paper, item_party


@dataclass(frozen=True, slots=True)
class StoredItem:
    """An item as its row tells: which workflow it follows, how many events it has. Times are POSIX seconds."""

    item: str
    workflow: str
    version: int
    region: str
    events: int
    change: int
    look_at: int | None
    ended_at: int | None


@dataclass(frozen=True, slots=True)
class StoredPaper:
    """A sealed paper, and the office that can open it."""

    event: int
    recipient: str
    sealed: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class ChangedItem:
    """An item that has changed for an agency."""

    item: str
    events: int
    change: int


def find_item(connection: Connection, item_id: str) -> StoredItem | None:
    """Return the item, or None."""
    row = connection.execute(select(item).where(item.c.item == item_id)).first()
    return None if row is None else _stored(row)


def list_tokens(connection: Connection, item_id: str) -> tuple[str, ...]:
    """Return the tokens of all events of an item, oldest first."""
    query = select(item_event.c.token).where(item_event.c.item == item_id).order_by(item_event.c.number)
    return tuple(connection.scalars(query))


def find_event_digest(connection: Connection, item_id: str, number: int) -> str | None:
    """Return the digest of an event, or None where there is no such event."""
    query = select(item_event.c.digest).where(item_event.c.item == item_id, item_event.c.number == number)
    return connection.scalar(query)


def next_change(connection: Connection) -> int:
    """Return the number of the change that this write transaction makes."""
    return (connection.scalar(select(func.max(item.c.change))) or 0) + 1


def add_item(connection: Connection, stored: StoredItem) -> None:
    """Store an item that was just opened."""
    values = {name: getattr(stored, name) for name in StoredItem.__slots__}
    connection.execute(insert(item).values(**values))


def update_item(connection: Connection, stored: StoredItem) -> None:
    """Note how many events an item has now, and when it is to be looked at."""
    values = {"events": stored.events, "change": stored.change, "look_at": stored.look_at, "ended_at": stored.ended_at}
    connection.execute(update(item).where(item.c.item == stored.item).values(**values))


def set_look_at(connection: Connection, item_id: str, events: int, look_at: int | None) -> None:
    """Note when an item is to be looked at next, if it still has so many events."""
    where = item.c.item == item_id, item.c.events == events
    connection.execute(update(item).where(*where).values(look_at=look_at))


def add_event(connection: Connection, item_id: str, number: int, digest: str, token: str) -> None:
    """Store an event."""
    connection.execute(insert(item_event).values(item=item_id, number=number, digest=digest, token=token))


def add_papers(connection: Connection, item_id: str, papers: Sequence[StoredPaper]) -> None:
    """Store the papers of one event, in their order."""
    rows = [
        {"item": item_id, "event": one.event, "place": place, "recipient": one.recipient, "sealed": one.sealed}
        for place, one in enumerate(papers)
    ]
    if rows:
        connection.execute(insert(item_paper), rows)


def count_papers(connection: Connection, item_id: str, recipient: str) -> int:
    """Return how many papers of an item are sealed to an office."""
    where = item_paper.c.item == item_id, item_paper.c.recipient == recipient
    return connection.scalar(select(func.count()).select_from(item_paper).where(*where)) or 0


def list_papers(connection: Connection, item_id: str, recipient: str) -> list[StoredPaper]:
    """Return the papers of an item that are sealed to an office, by event."""
    query = select(item_paper).where(item_paper.c.item == item_id, item_paper.c.recipient == recipient)
    rows = connection.execute(query.order_by(item_paper.c.event, item_paper.c.place))
    return [StoredPaper(row.event, row.recipient, row.sealed) for row in rows]


def is_party(connection: Connection, item_id: str, agency: str) -> bool:
    """Return whether an item concerns an agency, or did."""
    where = item_party.c.item == item_id, item_party.c.agency == agency
    return connection.execute(select(item_party.c.agency).where(*where)).first() is not None


def note_parties(connection: Connection, stored: StoredItem, agencies: Iterable[str]) -> None:
    """Note that the item's last change concerns these agencies."""
    values = {"events": stored.events, "change": stored.change}
    for agency in sorted(agencies):
        where = item_party.c.item == stored.item, item_party.c.agency == agency
        if not connection.execute(update(item_party).where(*where).values(**values)).rowcount:
            connection.execute(insert(item_party).values(item=stored.item, agency=agency, **values))


def list_changes(connection: Connection, agency: str, after: int, limit: int) -> list[ChangedItem]:
    """Return the items that have changed for an agency after a change, the oldest change first."""
    column = item_party.c
    query = select(column.item, column.events, column.change).where(column.agency == agency, column.change > after)
    rows = connection.execute(query.order_by(column.change).limit(limit))
    return [ChangedItem(row.item, row.events, row.change) for row in rows]


def list_due(connection: Connection, now: int, limit: int) -> list[StoredItem]:
    """Return items that are to be looked at, the longest waiting first."""
    query = select(item).where(item.c.look_at <= now).order_by(item.c.look_at, item.c.item).limit(limit)
    return [_stored(row) for row in connection.execute(query)]


def delete_papers_ended(connection: Connection, before: int, limit: int) -> int:
    """Delete the papers of items that ended before `before`, of so many items at most; return of how many."""
    with_papers = select(item_paper.c.item).where(item_paper.c.item == item.c.item).exists()
    query = select(item.c.item).where(item.c.ended_at < before, with_papers).order_by(item.c.item).limit(limit)
    ended = list(connection.scalars(query))
    if ended:
        connection.execute(delete(item_paper).where(item_paper.c.item.in_(ended)))
    return len(ended)


def _stored(row: Row[tuple[object, ...]]) -> StoredItem:
    return StoredItem(**{name: getattr(row, name) for name in StoredItem.__slots__})
