"""The check before a log is written to: no gap, no missing tile, its own origin, at least what was signed before."""

from sqlalchemy import Connection, func, select

from gateway.log.checkpoints import find_checkpoint, require_signed_prefix
from gateway.log.leaf import LeafError, parse_leaf
from gateway.log.tiles import tile_widths
from gateway.log.tree_store import LogDamagedError, TreeStore
from gateway.persistence.audit_tables import audit_leaf, audit_tile


def check_log(connection: Connection, origin: str) -> None:
    """Refuse a log that can't be continued.

    Raises:
        LogDamagedError: says what is wrong and where.
    """
    store = TreeStore(connection)
    size = store.size()
    _check_leaves(connection, size)
    _check_tiles(connection, size)
    if size:
        _check_origin(store, origin)
    if (last := find_checkpoint(connection)) is not None:
        require_signed_prefix(store, size, last)


def _check_leaves(connection: Connection, size: int) -> None:
    count = connection.scalar(select(func.count()).select_from(audit_leaf))
    if count != size:
        raise LogDamagedError(f"the log has a gap: {count} leaves, but the last index is {size - 1}")


def _check_tiles(connection: Connection, size: int) -> None:
    query = select(audit_tile.c.level, func.count(), func.max(audit_tile.c.n)).group_by(audit_tile.c.level)
    found = {level: (count, last) for level, count, last in connection.execute(query)}
    full = tile_widths(size)[1:]
    if found != {level: (count, count - 1) for level, count in enumerate(full)}:
        raise LogDamagedError(f"the tiles are not those of a log of {size} leaves")


def _check_origin(store: TreeStore, origin: str) -> None:
    try:
        found = parse_leaf(next(store.entries(0, 1))).origin
    except LeafError:
        raise LogDamagedError("entry 0 is not an entry of an audit log") from None
    if found != origin:
        raise LogDamagedError(f"the log in this database is {found}, not {origin}")
