"""Reads a shard's tree from the tables: subtree roots for proofs, the root at any size, the right edge, the entries."""

from collections.abc import Iterator
from typing import Final

from sqlalchemy import Column, Connection, Select, bindparam, func, select

from gateway.log.tiles import TILE_HEIGHT, TILE_WIDTH, TreeEdge, fold, split_hashes, tile_root, tile_widths
from gateway.persistence.audit_tables import audit_leaf, audit_tile
from keys.crypto.merkle import root_from_subtrees

ENTRIES_A_READ: Final = 4 * TILE_WIDTH

_TILES: Final = select(audit_tile.c.n, audit_tile.c.data).where(
    audit_tile.c.shard == bindparam("shard"),
    audit_tile.c.level == bindparam("level"),
    audit_tile.c.n >= bindparam("start"),
    audit_tile.c.n < bindparam("end"),
)


class LogDamagedError(RuntimeError):
    """Rows of the log are missing or contradict one another; nothing may be appended, proved or signed."""


class TreeStore:
    """The tree of a shard as one transaction sees it; a shard that has not begun is an empty tree."""

    def __init__(self, connection: Connection, shard: int) -> None:
        self._connection = connection
        self._shard = shard
        self._kept: tuple[int, dict[int, bytes]] = (-1, {})
        self._roots: dict[tuple[int, int], bytes] = {}

    def size(self) -> int:
        """Return the number of leaves."""
        last = self._connection.scalar(select(func.max(audit_leaf.c.idx)).where(audit_leaf.c.shard == self._shard))
        return 0 if last is None else last + 1

    def root(self, size: int) -> bytes:
        """Return the root of the tree's first `size` leaves (RFC 6962 section 2.1).

        Raises:
            LogDamagedError: the log is shorter, or rows are missing.
        """
        return root_from_subtrees(size, self.subtree)

    def subtree(self, start: int, end: int) -> bytes:
        """Return the root over the leaves `[start, end)`: complete, aligned, a power of two in number.

        It never changes, so it is kept: proofs of several entries share most of their paths.

        Raises:
            LogDamagedError: rows are missing.
        """
        if (root := self._roots.get((start, end))) is None:
            root = self._roots[start, end] = self._fold(start, end)
        return root

    def _fold(self, start: int, end: int) -> bytes:
        level = ((end - start).bit_length() - 1) // TILE_HEIGHT
        shift = level * TILE_HEIGHT
        return fold(self.hashes(level, start >> shift, end >> shift))

    def hashes(self, level: int, start: int, end: int) -> list[bytes]:
        """Return the hashes `[start, end)` of a tile level, each over 256^level leaves.

        Raises:
            LogDamagedError: rows are missing.
        """
        if start == end:
            return []
        found: list[bytes] = []
        tiles = self._tiles(level, start // TILE_WIDTH, (end - 1) // TILE_WIDTH + 1)
        for n in range(start // TILE_WIDTH, (end - 1) // TILE_WIDTH + 1):
            first = n * TILE_WIDTH
            low, high = max(start, first), min(end, first + TILE_WIDTH)
            stored = tiles.get(n)
            found += split_hashes(stored)[low - first : high - first] if stored else self._derive(level, low, high)
        if len(found) != end - start:
            raise LogDamagedError(f"hashes of level {level} are missing between {start} and {end}")
        return found

    def edge(self) -> TreeEdge:
        """Return the tree's right edge, from at most 255 leaf hashes and 255 tiles a level.

        Raises:
            LogDamagedError: rows are missing.
        """
        widths = tile_widths(self.size())
        return TreeEdge(self.hashes(level, width - width % TILE_WIDTH, width) for level, width in enumerate(widths))

    def entries(self, start: int, end: int) -> Iterator[bytes]:
        """Yield the entries `[start, end)` in order, verbatim.

        Raises:
            LogDamagedError: rows are missing.
        """
        for low in range(start, end, ENTRIES_A_READ):
            high = min(end, low + ENTRIES_A_READ)
            entries = self._connection.scalars(self._of_leaves(audit_leaf.c.entry, low, high)).all()
            if len(entries) != high - low:
                raise LogDamagedError(f"entries are missing between {low} and {high}")
            yield from entries

    def _derive(self, level: int, low: int, high: int) -> list[bytes]:
        """Return the hashes of a tile that is not full: leaf hashes, or the roots of full tiles one level below."""
        if level == 0:
            return list(self._connection.scalars(self._of_leaves(audit_leaf.c.leaf_hash, low, high)))
        return [tile_root(data) for _, data in sorted(self._tiles(level - 1, low, high).items())]

    def _of_leaves(self, column: Column[bytes], low: int, high: int) -> Select[bytes]:
        place = audit_leaf.c
        query = select(column).where(place.shard == self._shard, place.idx >= low, place.idx < high)
        return query.order_by(place.idx)

    def _tiles(self, level: int, start: int, end: int) -> dict[int, bytes]:
        """Read tiles; the last one is kept, since a proof goes through its hashes one by one."""
        kept_level, kept = self._kept
        if level == kept_level and end - start == 1 and start in kept:
            return kept
        place = {"shard": self._shard, "level": level, "start": start, "end": end}
        found = {row.n: row.data for row in self._connection.execute(_TILES, place)}
        if len(found) == 1:
            self._kept = level, found
        return found
