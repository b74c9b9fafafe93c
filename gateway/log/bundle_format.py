"""The exported log: which files the bundle of a shard holds, and what each of them looks like.

    checkpoint                    signed note (C2SP tlog-checkpoint), cosignatures behind it
    log.vkey                      the shard's verifier key
    policy                        witness policy (C2SP tlog-policy)
    tile/<L>/<N>[.p/<W>]          hashes (C2SP tlog-tiles), all levels
    tile/entries/<N>[.p/<W>]      (u16 big-endian length || entry bytes)*, 256 a file
    disclosures/<N>.jsonl         permitted disclosures of the entries in tile/entries/<N>, where there are any
    manifest.json                 names, sizes and SHA-256 of all files above

The files stand in this order in a `stored_zip`. The checkpoint vouches for tiles and entries, each entry for its
disclosures; the manifest is for people and must be what follows from the rest. The other kind of bundle, evidence of
selected entries, is described in `evidence_format`.
"""

import hashlib
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import rfc8785

from gateway.log.tiles import TILE_WIDTH, tile_path, tile_widths
from keys.crypto.note_key import VerifierKey

CHECKPOINT_PATH: Final = "checkpoint"
LOG_KEY_PATH: Final = "log.vkey"
POLICY_PATH: Final = "policy"
HEAD_PATHS: Final = (CHECKPOINT_PATH, LOG_KEY_PATH, POLICY_PATH)
MANIFEST_PATH: Final = "manifest.json"
ENTRIES: Final = "entries"

_LENGTH: Final = struct.Struct(">H")


class BundleKind(StrEnum):
    """What a bundle holds, as its manifest calls the format."""

    LOG = "tongxin-audit-bundle/1"
    """All entries of a shard."""
    EVIDENCE = "tongxin-evidence/1"
    """Selected entries, each with its proof."""


@dataclass(frozen=True, slots=True)
class TileFile:
    """A file of up to 256 hashes or entries: its level (`entries` for entries), number and width."""

    level: int | str
    n: int
    width: int

    @property
    def path(self) -> str:
        """Its path in the bundle."""
        return tile_path(self.level, self.n, self.width)


@dataclass(frozen=True, slots=True)
class ManifestFile:
    """A line of the manifest."""

    path: str
    size: int
    sha256: str

    @classmethod
    def of(cls, path: str, data: bytes) -> "ManifestFile":
        """Return the line for a file with this content."""
        return cls(path, len(data), hashlib.sha256(data).hexdigest())


def tile_files(size: int) -> Iterator[TileFile]:
    """Yield all files of hashes, level 0 first, for a log of `size` leaves."""
    for level, width in enumerate(tile_widths(size)):
        yield from _files(level, width)


def entry_files(size: int) -> Iterator[TileFile]:
    """Yield all files of entries for a log of `size` leaves."""
    return _files(ENTRIES, size)


def disclosure_path(n: int) -> str:
    """Return the path of the disclosures of the `n`-th file of entries."""
    return f"disclosures/{n:03}.jsonl"


def format_log_key(log_key: VerifierKey) -> bytes:
    """Return the content of the key's file."""
    return f"{log_key.format()}\n".encode()


def format_entries(entries: Iterable[bytes]) -> bytes:
    """Return the content of a file of entries."""
    return b"".join(_LENGTH.pack(len(entry)) + entry for entry in entries)


def split_entry(data: bytes, offset: int) -> tuple[bytes, int]:
    """Return the entry that begins at `offset` of a file of entries, and where the next one begins.

    Where the file is cut short, the next one would begin beyond its end.
    """
    start = offset + _LENGTH.size
    end = start + int.from_bytes(data[offset:start], "big")
    return data[start:end], end


def format_disclosure_line(index: int, disclosure: str) -> bytes:
    """Return the line that discloses a field of entry `index`."""
    return rfc8785.dumps({"disclosure": disclosure, "index": index}) + b"\n"


def format_manifest(kind: BundleKind, origin: str, size: int, files: Iterable[ManifestFile]) -> bytes:
    """Return the manifest of a bundle whose checkpoint is over `size` entries."""
    described: list[dict[str, str | int]] = [
        {"path": file.path, "bytes": file.size, "sha256": file.sha256} for file in files
    ]
    return rfc8785.dumps({"format": str(kind), "origin": origin, "size": size, "files": described}) + b"\n"


def _files(level: int | str, width: int) -> Iterator[TileFile]:
    for n, start in enumerate(range(0, width, TILE_WIDTH)):
        yield TileFile(level, n, min(TILE_WIDTH, width - start))
