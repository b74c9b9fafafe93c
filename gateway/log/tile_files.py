"""A shard's checkpoint and hash tiles as files (C2SP tlog-tiles), so that readers never ask the database.

    public/2026/checkpoint
    public/2026/tile/0/x001/234
    public/2026/tile/0/x001/235.p/7

The tiles of a checkpoint are there before the checkpoint is. Entry bundles are for oversight alone and not among them.
"""

import fcntl
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from gateway.log.tiles import TILE_HEIGHT, TILE_WIDTH, tile_path, tile_widths
from gateway.log.tree_store import TreeStore
from keys.crypto.checkpoint import parse_checkpoint
from keys.crypto.errors import NoteError
from keys.crypto.note import parse_note

PUBLIC_FOLDER: Final = "public"

_CHECKPOINT: Final = "checkpoint"
_TILE = re.compile(r"(?:[0-9]|[1-5][0-9])/(?:x[0-9]{3}/){0,6}[0-9]{3}(?P<partial>\.p/[1-9][0-9]{0,2})?")
_READABLE: Final = 0o644
_OWNER_ONLY: Final = 0o600


class TileFiles:
    """The files of one shard. Threads and processes that publish at the same moment take turns."""

    def __init__(self, public: Path, shard: int) -> None:
        self._folder = public / str(shard)
        self._lock = public / f".{shard}.lock"

    def find_checkpoint(self) -> bytes | None:
        """Return the published checkpoint, or None before the first."""
        return _find(self._folder / _CHECKPOINT)

    def find_tile(self, path: str) -> bytes | None:
        """Return the hashes of the tile `0/x001/234.p/5`, 32 bytes each; None where there is no such tile.

        Partial tiles go once their tile is full; whoever wants one then takes the beginning of the full one.
        """
        return _find(self._folder / "tile" / path) if _TILE.fullmatch(path) else None

    def publish(self, store: TreeStore, note: bytes) -> None:
        """Write the tiles of the tree that `note` signs, as far as they are new, and then the checkpoint.

        Does nothing where a larger tree is published already: somebody else was quicker.

        Raises:
            LogDamagedError: rows are missing.
            OSError: the files can't be written; the checkpoint published before stands.
        """
        with self._locked():
            published = self.find_checkpoint()
            old_size = _signed_size(published) if published is not None else 0
            if published != note and old_size <= _signed_size(note):
                self._write(store, note, old_size)

    def _write(self, store: TreeStore, note: bytes, old_size: int) -> None:
        for level, width in enumerate(tile_widths(_signed_size(note))):
            first = (old_size >> TILE_HEIGHT * level) // TILE_WIDTH
            for start in range(first * TILE_WIDTH, width, TILE_WIDTH):
                self._write_tile(store, level, start, min(width, start + TILE_WIDTH))
        _replace(self._folder / _CHECKPOINT, note)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self._lock.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self._lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, _OWNER_ONLY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def _write_tile(self, store: TreeStore, level: int, start: int, end: int) -> None:
        path = self._folder / tile_path(level, start // TILE_WIDTH, end - start)
        if not path.exists():
            _replace(path, b"".join(store.hashes(level, start, end)))
        if end - start == TILE_WIDTH:
            shutil.rmtree(f"{path}.p", ignore_errors=True)


def is_full_tile(path: str) -> bool:
    """Return whether a tile's path is that of a full one, which never changes and stays."""
    matched = _TILE.fullmatch(path)
    return matched is not None and matched["partial"] is None


def _signed_size(note: bytes) -> int:
    try:
        return parse_checkpoint(parse_note(note).text).size
    except NoteError:  # a file that somebody has damaged: all is written anew
        return 0


def _find(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return None


def _replace(path: Path, data: bytes) -> None:
    """Write a file, in the lock, so that readers, and a machine that loses power, have it whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f".{path.name}.new")
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, _READABLE)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
