"""The turn of a year: what ends the old shard and begins the new one, so that each shard leads to the one before.

`log.seal` is the old shard's last leaf and states its size, the seal counted. `log.start` is the new shard's first
leaf; it states the size and the SHA-256 of the text of the old shard's last checkpoint at that moment.
"""

from itertools import pairwise

from sqlalchemy import Connection

from gateway.log.checkpoints import find_checkpoint
from gateway.log.events import Event, EventType
from gateway.log.leaf import LeafError, parse_leaf
from gateway.log.shards import list_shards
from gateway.log.tree_store import LogDamagedError, TreeStore
from keys.crypto.note import parse_note
from schemas.formats import digest_of


def seal_event(size: int) -> Event:
    """Return the event that becomes the last leaf of a shard, the last of `size`."""
    return Event(type=EventType.LOG_SEAL, records=size)


def start_event(connection: Connection, old_shard: int) -> Event:
    """Return the event that becomes the first leaf of the shard after `old_shard`."""
    signed = find_checkpoint(connection, old_shard)
    if signed is None:  # sealed before it was ever signed
        return Event(type=EventType.LOG_START)
    return Event(type=EventType.LOG_START, records=signed.size, content=digest_of(parse_note(signed.note).text))


def check_turns(connection: Connection) -> None:
    """Check that each shard but the newest is sealed, and that the one after it leads back to it.

    Raises:
        LogDamagedError: names the shard that does not.
    """
    shards = list_shards(connection)
    for old, new in pairwise(shards):
        size = TreeStore(connection, old).size()
        sealed = _event(connection, old, size - 1)
        if (sealed.type, sealed.records) != (EventType.LOG_SEAL, size):
            raise LogDamagedError(f"the log of {old} does not end with its seal")
        started = _event(connection, new, 0)
        if started.type is not EventType.LOG_START or not _is_signed(connection, old, started):
            raise LogDamagedError(f"the log of {new} does not continue that of {old}")


def _is_signed(connection: Connection, shard: int, started: Event) -> bool:
    """Return whether the checkpoint that `started` states was signed; it may state none."""
    if started.content is None:
        return True
    signed = find_checkpoint(connection, shard, started.records)
    return signed is not None and digest_of(parse_note(signed.note).text) == started.content


def _event(connection: Connection, shard: int, index: int) -> Event:
    try:
        return parse_leaf(next(TreeStore(connection, shard).entries(index, index + 1))).event
    except LeafError:
        raise LogDamagedError(f"entry {index} of {shard} is not an entry of an audit log") from None
