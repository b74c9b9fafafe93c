"""What the files of a bundle state, checked from the signed root down: hashes, entries, disclosures."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from gateway.log.bundle_errors import BundleError, BundleFault, Place
from gateway.log.bundle_files import BundleFiles
from gateway.log.bundle_format import (
    TileFile,
    entry_files,
    format_disclosure_line,
    split_entry,
    tile_files,
)
from gateway.log.disclosure import DisclosureError, disclosure_digest, parse_disclosure
from gateway.log.event_catalogue import DECLARATIONS
from gateway.log.leaf import Leaf, LeafError, parse_leaf
from gateway.log.tiles import HASH_BYTES, TILE_HEIGHT, TILE_WIDTH, fold, split_hashes, tile_widths
from keys.crypto.checkpoint import Checkpoint
from keys.crypto.merkle import leaf_hash, root_from_subtrees

Levels = Sequence[Sequence[bytes]]
"""The hashes of each level, level 0 (the leaves) first."""


def verify_hashes(files: BundleFiles, checkpoint: Checkpoint) -> Sequence[bytes]:
    """Return the leaf hashes, after all levels were found to lead to the signed root.

    Raises:
        BundleError: names the file that does not, and the hash in it where the entries tell which.
    """
    levels = _read_levels(files, checkpoint.size)

    def subtree(start: int, end: int) -> bytes:
        level = ((end - start).bit_length() - 1) // TILE_HEIGHT
        return fold(levels[level][start >> level * TILE_HEIGHT : end >> level * TILE_HEIGHT])

    signed = root_from_subtrees(checkpoint.size, subtree) == checkpoint.root_hash
    _verify_folds(levels, signed=signed)
    if not signed:
        raise _find_wrong_hash(files, checkpoint.size, levels)
    return levels[0] if levels else ()


def verify_entries(
    files: BundleFiles, checkpoint: Checkpoint, hashes: Sequence[bytes]
) -> Iterator[tuple[TileFile, list[Leaf]]]:
    """Yield each file of entries with what its entries state.

    Raises:
        BundleError: names the entry that has another hash, or is no entry of this log.
    """
    for file in entry_files(checkpoint.size):
        data = files.read(file.path)
        leaves: list[Leaf] = []
        offset = 0
        for index in range(file.n * TILE_WIDTH, file.n * TILE_WIDTH + file.width):
            place = Place(file.path, offset, index)
            entry, offset = split_entry(data, offset)
            if offset > len(data) or leaf_hash(entry) != hashes[index]:
                raise BundleError(BundleFault.ENTRY_MISMATCH, place)
            leaves.append(parse_entry(entry, checkpoint.origin, place))
        if offset != len(data):
            raise BundleError(BundleFault.FILE_SIZE, Place(file.path, offset))
        yield file, leaves


def parse_entry(entry: bytes, origin: str, place: Place) -> Leaf:
    """Return what an entry of the log `origin` states.

    Raises:
        BundleError: it is no entry, or of another log.
    """
    try:
        leaf = parse_leaf(entry)
    except LeafError:
        raise BundleError(BundleFault.ENTRY_INVALID, place) from None
    if leaf.origin != origin:
        raise BundleError(BundleFault.ENTRY_INVALID, place)
    return leaf


def verify_disclosures(files: BundleFiles, path: str, first: int, leaves: Sequence[Leaf]) -> int:
    """Return the number of disclosures in the file at `path`, which is about the entries from index `first` on.

    Raises:
        BundleError: names the first line that is in the wrong form, place or order, or that its entry does not hold.
    """
    if path not in files:
        return 0
    lines = files.read(path).splitlines(keepends=True)
    offset, last = 0, (-1, "")
    for line in lines:
        key = _verify_disclosure(line, first, leaves)
        if key is None or key <= last:
            raise BundleError(BundleFault.DISCLOSURE, Place(path, offset))
        last = key
        offset += len(line)
    if not lines:
        raise BundleError(BundleFault.DISCLOSURE, Place(path, 0))
    return len(lines)


def _read_levels(files: BundleFiles, size: int) -> Levels:
    levels: list[list[bytes]] = [[] for _ in tile_widths(size)]
    for file in tile_files(size):
        data = files.read(file.path)
        if len(data) != file.width * HASH_BYTES:
            raise BundleError(BundleFault.FILE_SIZE, Place(file.path))
        levels[int(file.level)] += split_hashes(data)
    return levels


def _verify_folds(levels: Levels, *, signed: bool) -> None:
    """Check each full tile against its hash one level up. Where the upper levels are signed, the lower one is wrong."""
    for level in reversed(range(len(levels) - 1)):
        for n, parent in enumerate(levels[level + 1]):
            if fold(levels[level][n * TILE_WIDTH : (n + 1) * TILE_WIDTH]) != parent:
                wrong = (
                    _place_of_hash(level, n * TILE_WIDTH, levels) if signed else _place_of_hash(level + 1, n, levels)
                )
                raise BundleError(BundleFault.TILE_MISMATCH, Place(wrong.file, None if signed else wrong.offset))


def _find_wrong_hash(files: BundleFiles, size: int, levels: Levels) -> BundleError:
    """Return the fault of hashes that agree with one another but not with the signed root."""
    for file in entry_files(size):
        data, offset = files.read(file.path), 0
        for index in range(file.n * TILE_WIDTH, file.n * TILE_WIDTH + file.width):
            entry, offset = split_entry(data, offset)
            if leaf_hash(entry) != levels[0][index]:
                return BundleError(BundleFault.TILE_MISMATCH, _place_of_hash(0, index, levels))
    return BundleError(BundleFault.ROOT_MISMATCH, Place("checkpoint"))


def _place_of_hash(level: int, index: int, levels: Levels) -> Place:
    n = index // TILE_WIDTH
    width = min(TILE_WIDTH, len(levels[level]) - n * TILE_WIDTH)
    return Place(TileFile(level, n, width).path, index % TILE_WIDTH * HASH_BYTES, index if level == 0 else None)


def _verify_disclosure(line: bytes, first: int, leaves: Sequence[Leaf]) -> tuple[int, str] | None:
    """Return the entry's index and the field that a line discloses, or None where the entry holds none such."""
    try:
        members: dict[str, Any] = json.loads(line)
        index, text = members["index"], members["disclosure"]
        disclosure = parse_disclosure(text)
        in_form = format_disclosure_line(index, text) == line
    except (ValueError, TypeError, KeyError, RecursionError, DisclosureError):
        return None
    if not in_form or not isinstance(index, int) or not 0 <= index - first < len(leaves):
        return None
    leaf = leaves[index - first]
    if disclosure_digest(text) not in leaf.digests or disclosure.name not in DECLARATIONS[leaf.event.type].personal:
        return None
    return index, str(disclosure.name)
