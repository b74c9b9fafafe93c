"""The check before a log is written to: no gap, no missing tile, its own name, at least what was signed before."""

from sqlalchemy import Connection, func, select

from gateway.log.checkpoints import find_checkpoint, require_signed_prefix
from gateway.log.leaf import LeafError, parse_leaf
from gateway.log.shard_turn import check_turns
from gateway.log.shards import list_shards, list_signed_shards
from gateway.log.signing_memory import SigningMemory, require_remembered
from gateway.log.tiles import tile_widths
from gateway.log.tree_store import LogDamagedError, TreeStore
from gateway.persistence.audit_tables import audit_leaf, audit_tile
from keys.crypto.log_shards import shard_of_origin, shard_origin


def check_log(connection: Connection, log_name: str) -> None:
    """Refuse a log that can't be continued, whichever of its shards is at fault.

    Raises:
        LogDamagedError: says what is wrong and where.
    """
    for shard in list_shards(connection):
        store = TreeStore(connection, shard)
        size = store.size()
        _check_leaves(connection, shard, size)
        _check_tiles(connection, shard, size)
        _check_origin(store, shard_origin(log_name, shard))
        if (last := find_checkpoint(connection, shard)) is not None:
            require_signed_prefix(store, size, last)
    _check_shards(connection)
    check_turns(connection)


def check_remembered(connection: Connection, log_name: str, memory: SigningMemory) -> None:
    """Refuse a log that is not what its key has signed, by what is remembered outside the database.

    Another process may sign meanwhile. So the memory is read twice: before the snapshot begins, which holds all that
    was remembered by then, and after, when all is remembered that the snapshot holds a signature of. `connection` has
    read nothing yet.

    Raises:
        SigningMemoryError: an old copy of the database, or it is not known what was signed.
    """
    signed = memory.read()
    shards = list_signed_shards(connection)
    if not {shard_origin(log_name, shard) for shard in shards} <= memory.read().keys():
        raise memory.unknown()
    for origin, tree in signed.items():
        shard = shard_of_origin(log_name, origin)
        if shard is None:
            raise memory.unknown()
        require_remembered(TreeStore(connection, shard), tree)


def _check_shards(connection: Connection) -> None:
    """Check that no shard is gone as a whole that was signed with leaves in it."""
    for shard in set(list_signed_shards(connection)) - set(list_shards(connection)):
        if (last := find_checkpoint(connection, shard)) is not None:
            require_signed_prefix(TreeStore(connection, shard), 0, last)


def _check_leaves(connection: Connection, shard: int, size: int) -> None:
    count = connection.scalar(select(func.count()).where(audit_leaf.c.shard == shard))
    if count != size:
        raise LogDamagedError(f"the log of {shard} has a gap: {count} leaves, but the last index is {size - 1}")


def _check_tiles(connection: Connection, shard: int, size: int) -> None:
    tiles = audit_tile.c
    query = select(tiles.level, func.count(), func.max(tiles.n)).where(tiles.shard == shard).group_by(tiles.level)
    found = {level: (count, last) for level, count, last in connection.execute(query)}
    full = tile_widths(size)[1:]
    if found != {level: (count, count - 1) for level, count in enumerate(full)}:
        raise LogDamagedError(f"the tiles of {shard} are not those of a log of {size} leaves")


def _check_origin(store: TreeStore, origin: str) -> None:
    try:
        found = parse_leaf(next(store.entries(0, 1))).origin
    except LeafError:
        raise LogDamagedError("entry 0 is not an entry of an audit log") from None
    if found != origin:
        raise LogDamagedError(f"the log in this database is {found}, not {origin}")
