"""Keeps which own entries were seen in the log, and how far it was looked through."""

from dataclasses import dataclass

from sqlalchemy import Engine, exists, insert, select

from connectors.own_log.tables import log_position, own_entry, own_message
from connectors.state.database import reading, writing
from connectors.state.tables import promise
from schemas.envelope import MessageType
from schemas.messages.log_entries import LogPlace


@dataclass(frozen=True, slots=True)
class SeenEntry:
    """An entry that was seen: its leaf hash and event id, and which step of which request it tells of."""

    place: LogPlace
    leaf: str
    event_id: str
    correlation: str | None
    kind: str


@dataclass(frozen=True, slots=True)
class WithheldEntry:
    """A promise whose leaf is in the log but was not among the entries shown."""

    envelope: str
    token: str


def note_entry(state: Engine, seen: SeenEntry) -> bool:
    """Note an entry; False where the same step of the same request was seen at another place."""
    repeated = select(own_entry).where(
        own_entry.c.correlation == seen.correlation,
        own_entry.c.kind == seen.kind,
        (own_entry.c.shard != seen.place.shard) | (own_entry.c.leaf_index != seen.place.index),
    )
    with writing(state) as connection:
        is_repeated = seen.correlation is not None and connection.execute(repeated.limit(1)).first() is not None
        connection.execute(
            insert(own_entry)
            .prefix_with("OR IGNORE")
            .values(
                shard=seen.place.shard,
                leaf_index=seen.place.index,
                leaf=seen.leaf,
                event_id=seen.event_id,
                correlation=seen.correlation,
                kind=seen.kind,
            )
        )
    return not is_repeated


def is_seen_event(state: Engine, correlation: str, event_id: str) -> bool:
    """Return whether an entry with this event id was seen about this request."""
    query = select(own_entry.c.leaf).where(own_entry.c.correlation == correlation, own_entry.c.event_id == event_id)
    with reading(state) as connection:
        return connection.execute(query.limit(1)).first() is not None


def find_seal(state: Engine, shard: int) -> int | None:
    """Return how many leaves a year's log has with its seal, which is the last one; None while none was seen."""
    query = select(own_entry.c.leaf_index).where(own_entry.c.shard == shard, own_entry.c.kind == "log.seal")
    with reading(state) as connection:
        found: int | None = connection.scalar(query.order_by(own_entry.c.leaf_index.desc()).limit(1))
    return None if found is None else found + 1


def find_position(state: Engine) -> LogPlace | None:
    """Return from where on the log is to be looked through, None before the first time."""
    with reading(state) as connection:
        row = connection.execute(select(log_position)).one_or_none()
    return None if row is None else LogPlace(shard=row.shard, index=row.leaf_index)


def set_position(state: Engine, place: LogPlace, at_seconds: int) -> None:
    """Note from where on the log is to be looked through next, and when that was known."""
    with writing(state) as connection:
        connection.execute(log_position.delete())
        connection.execute(
            insert(log_position).values(id=1, shard=place.shard, leaf_index=place.index, covered_at=at_seconds)
        )


def list_withheld(state: Engine, position: LogPlace) -> list[WithheldEntry]:
    """Return promises that were proven, stand before `position`, and whose entry was not shown.

    What a party does not read (that it asked for its entries) is not among them.
    """
    shown = exists().where(own_entry.c.leaf == promise.c.leaf)
    about_log = exists().where(
        own_message.c.answer_digest == promise.c.envelope, own_message.c.type == MessageType.LOG_ENTRIES.value
    )
    is_passed = (promise.c.shard < position.shard) | (
        (promise.c.shard == position.shard) & (promise.c.leaf_index < position.index)
    )
    query = select(promise.c.envelope, promise.c.token).where(
        promise.c.proven_at.is_not(None), is_passed, ~shown, ~about_log
    )
    with reading(state) as connection:
        return [WithheldEntry(row.envelope, row.token) for row in connection.execute(query)]
