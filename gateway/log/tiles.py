"""Tiles of the tree (C2SP tlog-tiles): 256 hashes each; hash i of level L is the root of 256^L leaves.

Only full tiles are stored. The hashes after the last full tile of each level are the tree's right edge; they are
recovered from the leaves and tiles, never stored.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Self

from keys.crypto.merkle import node_hash

TILE_WIDTH: Final = 256
TILE_HEIGHT: Final = 8
HASH_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Tile:
    """A full tile: 256 hashes one after the other, 8,192 bytes."""

    level: int
    n: int
    data: bytes


class TreeEdge:
    """The right edge of a tree: for each level the hashes that are in no full tile yet, at most 255."""

    def __init__(self, partials: Iterable[Sequence[bytes]] = ()) -> None:
        """Take the hashes of each level's partial tile, level 0 first."""
        self._partials = [list(partial) for partial in partials]
        self._size = sum(len(partial) << (TILE_HEIGHT * level) for level, partial in enumerate(self._partials))

    @property
    def size(self) -> int:
        """Number of leaves in the tree."""
        return self._size

    def copy(self) -> Self:
        """Return an edge that can grow without changing this one."""
        return type(self)(self._partials)

    def append(self, leaf_hash: bytes) -> list[Tile]:
        """Add a leaf; return the tiles that it fills, none or one of each level from 0 up."""
        self._size += 1
        tiles: list[Tile] = []
        carried = leaf_hash
        for level in range(len(self._partials) + 1):
            if level == len(self._partials):
                self._partials.append([])
            partial = self._partials[level]
            partial.append(carried)
            if len(partial) < TILE_WIDTH:
                break
            tiles.append(Tile(level, (self._size >> TILE_HEIGHT * (level + 1)) - 1, b"".join(partial)))
            carried = fold(partial)
            partial.clear()
        return tiles


def fold(hashes: Sequence[bytes]) -> bytes:
    """Return the root over `hashes`, the roots of subtrees of one size; their number is a power of two."""
    row = list(hashes)
    while len(row) > 1:
        row = [node_hash(left, right) for left, right in zip(row[::2], row[1::2], strict=True)]
    return row[0]


@lru_cache(maxsize=1_024)
def tile_root(data: bytes) -> bytes:
    """Return the root over a full tile's hashes; kept, since every proof and root needs those at the right edge."""
    return fold(split_hashes(data))


def split_hashes(data: bytes) -> list[bytes]:
    """Return the hashes that a tile's `data` holds."""
    return [data[start : start + HASH_BYTES] for start in range(0, len(data), HASH_BYTES)]


def tile_widths(size: int) -> list[int]:
    """Return for each level, 0 first, how many hashes a tree of `size` leaves has there."""
    widths = []
    while size:
        widths.append(size)
        size >>= TILE_HEIGHT
    return widths


def tile_path(level: int | str, n: int, width: int) -> str:
    """Return the path of tile `n` (C2SP tlog-tiles): `tile/0/x001/234.p/5`; `level` may be `entries`."""
    groups = [f"{n % 1000:03}"]
    while n := n // 1000:
        groups.insert(0, f"x{n % 1000:03}")
    return f"tile/{level}/{'/'.join(groups)}" + (f".p/{width}" if width < TILE_WIDTH else "")
