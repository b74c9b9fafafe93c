"""The keys of the subject index: one for each year, made when the year's first request comes, destroyed on demand."""

import time
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from typing import Final

from gateway.log.events import Actor, Event, EventType
from gateway.log.journal import Draft
from gateway.log.shards import shard_at
from gateway.log.subject_index import IndexKey
from gateway.persistence.engine import forget_deleted
from gateway.persistence.subject_queries import delete_index_of_shard
from gateway.services.context import KEY_AGE_SECONDS, Gateway
from keys.custody.errors import MissingKeyError
from keys.custody.key_ring import KeyKind, KeyRing, KeyState
from keys.custody.key_store import KeyStore
from keys.custody.new_keys import new_key

INDEX_FORGOTTEN: Final = "subject_index_forgotten"


class YearNotOverError(ValueError):
    """The index of a year is forgotten once no entry can come to it any more."""


def current_index_key(gateway: Gateway) -> IndexKey:
    """Return the key of this year; makes it if it is the first to be asked for it.

    Raises:
        MissingKeyError: the key of this year was destroyed or suspended: nothing can be logged findably.
    """
    year = shard_at(gateway.now())
    try:
        secret = _secret_of(gateway.keys, int(time.monotonic() / KEY_AGE_SECONDS), year, gateway.now)
    except MissingKeyError:
        secret = _make_key(gateway, year)
    return IndexKey(year, secret)


def list_index_keys(gateway: Gateway) -> tuple[IndexKey, ...]:
    """Return the keys of all years that are not forgotten, oldest first."""
    records = [record for record in gateway.keys.ring.records if record.kind is KeyKind.SUBJECT_INDEX]
    usable = [record for record in records if record.is_accepted(gateway.now())]
    return tuple(IndexKey(int(record.scope), record.secret) for record in sorted(usable, key=lambda key: key.scope))


def officer_tags(gateway: Gateway, agency: str, officer: str) -> tuple[bytes, ...]:
    """Return the tags under which entries of an officer may stand, one for each year."""
    return tuple(key.officer(agency, officer) for key in list_index_keys(gateway))


def handle_tags(gateway: Gateway, handle: str) -> tuple[bytes, ...]:
    """Return the tags under which entries about a record may stand, one for each year."""
    return tuple(key.handle(handle) for key in list_index_keys(gateway))


def forget_index(gateway: Gateway, year: int) -> int:
    """Destroy the key of a year that is over, delete its rows, and log that; return how many rows there were.

    Raises:
        YearNotOverError: entries of that year may still come.
        MissingKeyError: there is no such key, or it is destroyed already.
    """
    if year >= shard_at(gateway.now()):
        raise YearNotOverError("只能销毁往年的索引 / only the index of a past year can be forgotten")
    gateway.keys.update(lambda ring: _destroyed(ring, year, gateway.now()))
    event = Event(type=EventType.KEY_CHANGE, actor=Actor(org=gateway.id), reason=f"{INDEX_FORGOTTEN}:{year}")
    deleted = gateway.journal.write(lambda connection: Draft(delete_index_of_shard(connection, year), (event,))).value
    forget_deleted(gateway.engine)
    return deleted


@lru_cache(maxsize=4)
def _secret_of(keys: KeyStore, _moment: int, year: int, now: Callable[[], datetime]) -> bytes:
    """Read the key file once a moment, not at every request."""
    return keys.ring.current(KeyKind.SUBJECT_INDEX, now(), str(year)).secret


def _make_key(gateway: Gateway, year: int) -> bytes:
    made = new_key(KeyKind.SUBJECT_INDEX, gateway.now(), gateway.random, str(year))

    def add(ring: KeyRing) -> KeyRing:
        # Another worker may have been quicker. A year that was forgotten gets no second key.
        return ring if ring.find(KeyKind.SUBJECT_INDEX, str(year)) else ring.add(made)

    ring = gateway.keys.update(add)
    # The time now: a key that another worker made while this one waited is younger than this request.
    return ring.current(KeyKind.SUBJECT_INDEX, gateway.now(), str(year)).secret


def _destroyed(ring: KeyRing, year: int, now: datetime) -> KeyRing:
    living = [key for key in ring.find(KeyKind.SUBJECT_INDEX, str(year)) if key.state is not KeyState.DESTROYED]
    if not living:
        raise MissingKeyError(f"没有 {year} 年的索引密钥 / there is no index key of {year}")
    for key in living:
        ring = ring.destroy(key.key_id, now)
    return ring
