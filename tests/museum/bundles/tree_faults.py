"""Faults of the bundle of a whole year: tiles and entries that do not lead to the signed root, and disclosures."""

from collections.abc import Callable

from gateway.log.bundle_errors import BundleFault
from gateway.log.bundle_format import format_entries, split_entry
from keys.crypto.checkpoint import Checkpoint
from tests.audit_log import ORIGIN
from tests.museum.bundles.exhibits import Exhibit, Kind, Maker, changed, flip, place_of_entry, with_files
from tests.museum.bundles.forge import Tree, described, log_of, pack, signed
from tests.museum.bundles.honest import SIZE, Honest
from tests.museum.bundles.signed_entries import (
    BAD_DISCLOSURES,
    BAD_ENTRIES,
    GOOD,
    PLACE,
    UNDECLARED_LINE,
    entry_with_undeclared_digest,
    with_entry,
)

ENTRIES, LAST_ENTRIES = "tile/entries/000", "tile/entries/001.p/2"
TILE, LAST_TILE, TOP_TILE = "tile/0/000", "tile/0/001.p/2", "tile/1/000.p/1"
FEW_ENTRIES, DISCLOSURES = "tile/entries/000.p/5", "disclosures/000.jsonl"


def _with(path: str, change: Callable[[bytes], bytes]) -> Maker:
    return lambda honest, of: changed(honest, of, path, change)


def _without(path: str) -> Maker:
    def make(honest: Honest, of: Kind) -> bytes:
        return pack(described({name: data for name, data in honest.log_files.items() if name != path}, SIZE))

    return make


def _swapped(data: bytes) -> bytes:
    first, second = split_entry(data, 0)
    other, third = split_entry(data, second)
    return format_entries([other, first]) + data[third:]


def _shortened(data: bytes) -> bytes:
    """Let the first entry's length say one byte less."""
    return (int.from_bytes(data[:2], "big") - 1).to_bytes(2, "big") + data[2:]


def _of_another_root(honest: Honest, of: Kind) -> bytes:
    return with_files(honest, of, {"checkpoint": signed(Checkpoint(ORIGIN, SIZE, bytes(32)))})


def _of_another_size(size: int) -> Maker:
    def make(honest: Honest, of: Kind) -> bytes:
        root = Tree(honest.entries).checkpoint().root_hash
        return pack(described(honest.log_files | {"checkpoint": signed(Checkpoint(ORIGIN, size, root))}, size))

    return make


def _hashes_after_entry(honest: Honest, of: Kind) -> bytes:
    """Change an entry and its leaf hash with it."""
    rewritten = Tree([*honest.entries[:-1], honest.entries[-1].replace(b'"permit"', b'"deny"')])
    entries = format_entries(rewritten.entries[256:])
    return with_files(honest, of, {LAST_ENTRIES: entries, LAST_TILE: rewritten.tile(0, 1, 2)})


def _signed(entry: bytes) -> Maker:
    return lambda _honest, _of: pack(log_of(with_entry(entry)))


def _disclosing(lines: bytes) -> Maker:
    files = log_of(GOOD)
    manifest = files.pop("manifest.json")
    return lambda _honest, _of: pack(described(files | {DISCLOSURES: lines, "manifest.json": manifest}, len(GOOD)))


def _undeclared(_honest: Honest, _of: Kind) -> bytes:
    entries = with_entry(entry_with_undeclared_digest())
    return pack(described(log_of(entries) | {DISCLOSURES: UNDECLARED_LINE}, len(entries)))


def _log(
    name: str, make: Maker, code: BundleFault, file: str, entry: int | None = None, offset: int | None = None
) -> Exhibit:
    return Exhibit(name, "log", make, code, file, entry, offset)


TREE_FAULTS: list[Exhibit] = [
    _log("a leaf hash changed", _with(TILE, lambda data: flip(data, 17 * 32 + 3)), BundleFault.TILE_MISMATCH, TILE),
    _log(
        "a leaf hash at the edge changed",
        _with(LAST_TILE, lambda data: flip(data, 3)),
        BundleFault.TILE_MISMATCH,
        LAST_TILE,
        256,
        0,
    ),
    _log("a hash above changed", _with(TOP_TILE, lambda data: flip(data, 3)), BundleFault.TILE_MISMATCH, TOP_TILE),
    _log(
        "two leaf hashes swapped",
        _with(TILE, lambda data: data[32:64] + data[:32] + data[64:]),
        BundleFault.TILE_MISMATCH,
        TILE,
    ),
    _log("a tile cut short", _with(TILE, lambda data: data[:-32]), BundleFault.FILE_SIZE, TILE),
    _log("a tile with a hash more", _with(LAST_TILE, lambda data: data + bytes(32)), BundleFault.FILE_SIZE, LAST_TILE),
    _log("an empty tile", _with(TOP_TILE, lambda data: b""), BundleFault.FILE_SIZE, TOP_TILE),
    _log("a tile is missing", _without(TILE), BundleFault.FILE_MISSING, TILE),
    _log("entries are missing", _without(LAST_ENTRIES), BundleFault.FILE_MISSING, LAST_ENTRIES),
    _log(
        "one tile too many",
        lambda honest, of: with_files(honest, of, {"tile/0/002.p/1": bytes(32)}),
        BundleFault.FILE_UNEXPECTED,
        "tile/0/002.p/1",
    ),
    _log("a root that the entries do not have", _of_another_root, BundleFault.ROOT_MISMATCH, "checkpoint"),
    _log("an entry rewritten with its hashes", _hashes_after_entry, BundleFault.ROOT_MISMATCH, "checkpoint"),
    _log("a smaller size than there is", _of_another_size(257), BundleFault.FILE_MISSING, "tile/0/001.p/1"),
    _log("a larger size than there is", _of_another_size(2**53 - 1), BundleFault.FILE_MISSING, "tile"),
    _log(
        "an entry changed",
        _with(ENTRIES, lambda data: flip(data, place_of_entry(data, 17) + 99)),
        BundleFault.ENTRY_MISMATCH,
        ENTRIES,
        17,
    ),
    _log(
        "the last entry changed",
        _with(LAST_ENTRIES, lambda data: flip(data, len(data) - 1)),
        BundleFault.ENTRY_MISMATCH,
        LAST_ENTRIES,
        257,
    ),
    _log("two entries swapped", _with(ENTRIES, _swapped), BundleFault.ENTRY_MISMATCH, ENTRIES, 0, 0),
    _log("an entry's length cut short", _with(ENTRIES, _shortened), BundleFault.ENTRY_MISMATCH, ENTRIES, 0, 0),
    _log(
        "an entry in place of another",
        _with(ENTRIES, lambda data: data[: place_of_entry(data, 1)] * 2 + data[place_of_entry(data, 2) :]),
        BundleFault.ENTRY_MISMATCH,
        ENTRIES,
        1,
    ),
    _log(
        "the last entry cut off",
        _with(LAST_ENTRIES, lambda data: data[: place_of_entry(data, 1)]),
        BundleFault.ENTRY_MISMATCH,
        LAST_ENTRIES,
        257,
    ),
    _log(
        "the last entry cut short",
        _with(LAST_ENTRIES, lambda data: data[:-1]),
        BundleFault.ENTRY_MISMATCH,
        LAST_ENTRIES,
        257,
    ),
    _log(
        "bytes behind the entries",
        _with(LAST_ENTRIES, lambda data: data + b"\x00\x00"),
        BundleFault.FILE_SIZE,
        LAST_ENTRIES,
    ),
    *(_log(name, _signed(entry), BundleFault.ENTRY_INVALID, FEW_ENTRIES, PLACE) for name, entry in BAD_ENTRIES.items()),
    *(
        _log(name, _disclosing(b"".join(lines)), BundleFault.DISCLOSURE, DISCLOSURES)
        for name, lines in BAD_DISCLOSURES.items()
        if name != "a disclosure under another index"
    ),
    _log("a disclosure of an undeclared field", _undeclared, BundleFault.DISCLOSURE, DISCLOSURES, None, 0),
    _log(
        "disclosures of no entries",
        lambda honest, of: with_files(honest, of, {"disclosures/002.jsonl": b"\n"}),
        BundleFault.FILE_UNEXPECTED,
        "disclosures/002.jsonl",
    ),
]
