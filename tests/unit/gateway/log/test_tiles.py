import hashlib

import pytest

from gateway.log.tiles import TreeEdge, fold, split_hashes, tile_path, tile_widths
from keys.crypto.merkle import CompactRange


def _hash(number: int) -> bytes:
    return hashlib.sha256(number.to_bytes(8, "big")).digest()


def _root(hashes: list[bytes]) -> bytes:
    tree = CompactRange()
    for leaf in hashes:
        tree.append(leaf)
    return tree.root()


def test_tiles_hold_the_roots_of_what_lies_below() -> None:
    edge = TreeEdge()
    stored: dict[tuple[int, int], list[bytes]] = {}
    size = 65_536 + 700
    for index in range(size):
        stored |= {(tile.level, tile.n): split_hashes(tile.data) for tile in edge.append(_hash(index))}
    assert edge.size == size
    assert sorted(stored) == [(0, n) for n in range(258)] + [(1, 0)]
    assert stored[0, 257] == [_hash(index) for index in range(257 * 256, 258 * 256)]
    assert stored[1, 0] == [fold(stored[0, n]) for n in range(256)]
    assert fold(stored[1, 0]) == _root([_hash(index) for index in range(65_536)])


def test_copy_grows_alone() -> None:
    edge = TreeEdge([[_hash(0)]])
    copied = edge.copy()
    copied.append(_hash(1))
    assert (edge.size, copied.size) == (1, 2)


def test_size_counts_what_stands_in_full_tiles() -> None:
    assert TreeEdge([[_hash(0)] * 3, [_hash(1)] * 2, [_hash(2)]]).size == 3 + 2 * 256 + 65_536


@pytest.mark.parametrize(
    ("arguments", "path"),
    [
        ((0, 0, 256), "tile/0/000"),
        ((0, 1_234_067, 256), "tile/0/x001/x234/067"),
        ((1, 999, 256), "tile/1/999"),
        ((1, 1_000, 256), "tile/1/x001/000"),
        (("entries", 12, 5), "tile/entries/012.p/5"),
    ],
)
def test_paths_of_c2sp_tlog_tiles(arguments: tuple[int | str, int, int], path: str) -> None:
    assert tile_path(*arguments) == path


def test_widths_of_levels() -> None:
    assert tile_widths(0) == []
    assert tile_widths(255) == [255]
    assert tile_widths(70_000) == [70_000, 273, 1]
