"""Entries as they would stand in the log, for tests of what is made from them."""

from datetime import UTC, datetime

from gateway.log.event_id import make_event_id
from gateway.log.events import Actor, Event, EventType
from gateway.log.leaf import encode_leaf
from gateway.log.logged_entry import LoggedEntry
from keys.crypto.merkle import leaf_hash
from tests.audit_log import ORIGIN, SHARD, repeatable_random

AT = datetime(2026, 3, 5, 6, 3, 1, 250_000, tzinfo=UTC)


def logged(event: Event, index: int = 7, at: datetime = AT) -> LoggedEntry:
    """Return the entry of an event."""
    random = repeatable_random(f"{index}")
    event_id = event.event_id or make_event_id(at, random)
    entry = encode_leaf(event, origin=ORIGIN, event_id=event_id, now=at, random=random).entry
    return LoggedEntry(SHARD, index, entry, leaf_hash(entry))


def plain_event(event_type: EventType) -> Event:
    """Return an event of this type that states its actor alone, where it may."""
    if event_type in {EventType.LOG_SEAL}:
        return Event(type=event_type)
    return Event(type=event_type, actor=Actor("education.990101"))
