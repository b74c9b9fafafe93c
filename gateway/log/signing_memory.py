"""What the log's key has signed, remembered outside the database: a database that was put back can't make it forget.

    gateway.990101/audit/2026 4711 8mpwd7j8VmPZGTRJLVHPc2NGVfys8JzL1IpbNMVCDZY=

One line a shard, that of its largest signed tree. It is durable before the signature is made, so a crash between the
two leaves a tree remembered that nobody saw, never one signed that nobody remembers.
"""

import fcntl
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from gateway.log.tree_store import LogDamagedError, TreeStore
from keys.crypto.checkpoint import Checkpoint, format_checkpoint, parse_checkpoint
from keys.crypto.errors import NoteError

SIGNING_MEMORY_FILE: Final = "last-signed"
MAX_MEMORY_BYTES: Final = 64 * 1024

_OWNER_ONLY: Final = 0o600


class SigningMemoryError(LogDamagedError):
    """What was signed is not known any more, or the log at hand is not what was signed; nothing may be signed."""


class SigningMemory:
    """The file of the largest signed trees. Several processes may use it at a time."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def create(self) -> None:
        """Make the file of a log that has signed nothing yet; does nothing where it is there already."""
        with self._locked():
            if not self._path.exists():
                self._replace({})

    def read(self) -> dict[str, Checkpoint]:
        """Return the largest signed tree of each shard, by origin.

        Raises:
            SigningMemoryError: the file is missing or damaged.
        """
        try:
            with self._path.open("rb") as file:
                data = file.read(MAX_MEMORY_BYTES + 1)
            return _parse(data)
        except (OSError, NoteError):
            raise self.unknown() from None

    def unknown(self) -> SigningMemoryError:
        """Return the error that says what to do where the file does not tell what was signed."""
        return SigningMemoryError(
            f"缺少或读不了 {self._path}，无法确认已签署过什么。请与文件夹一起恢复它，或用见证单位保存的检查点执行："
            "tongxin-gateway log remember <检查点文件>"
            f" / {self._path} is missing or damaged, so what was signed is not known. Restore it with the folder,"
            " or, with the checkpoint that a witness keeps, run: tongxin-gateway log remember <checkpoint file>"
        )

    def remember(self, tree: Checkpoint) -> None:
        """Make `tree` durable as the largest that was signed for its origin.

        Raises:
            SigningMemoryError: a larger one was signed, or another root for this size; or the file is not there.
        """
        with self._locked():
            signed = self.read()
            last = signed.get(tree.origin)
            if last == tree:
                return
            if last is not None and last.size >= tree.size:
                raise _fork(last)
            self._replace(signed | {tree.origin: tree})

    def restore(self, trees: Mapping[str, Checkpoint]) -> None:
        """Make the file anew from the largest signed trees that are known, by origin."""
        with self._locked():
            self._replace(trees)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Hold the lock; it is a file of its own, since the other one is replaced."""
        descriptor = os.open(f"{self._path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, _OWNER_ONLY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def _replace(self, signed: Mapping[str, Checkpoint]) -> None:
        new = Path(f"{self._path}.new")
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, _OWNER_ONLY)
        with os.fdopen(descriptor, "wb") as file:
            file.write(_format(signed))
            file.flush()
            os.fsync(file.fileno())
        new.replace(self._path)
        folder = os.open(self._path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def require_remembered(store: TreeStore, signed: Checkpoint) -> None:
    """Check that a shard begins with the tree that is remembered as signed.

    Raises:
        SigningMemoryError: it is smaller, or its first leaves are others.
        LogDamagedError: rows are missing.
    """
    if signed.size > store.size() or store.root(signed.size) != signed.root_hash:
        raise _fork(signed)


def _fork(signed: Checkpoint) -> SigningMemoryError:
    return SigningMemoryError(
        f"日志 {signed.origin} 曾签署到第 {signed.size} 条，现在的数据库与之不符，多半是恢复了旧副本。"
        "请恢复最新的数据库；在此之前网关不启动、不签署。"
        f" / The log {signed.origin} was signed up to {signed.size} entries, and this database is not what was signed:"
        " most likely an old copy was restored. Restore the newest one;"
        " until then the gateway neither starts nor signs."
    )


def _parse(data: bytes) -> dict[str, Checkpoint]:
    """Raises NoteError where `data` is not what `_format` writes."""
    trees = [parse_checkpoint(line.replace(b" ", b"\n")) for line in data.splitlines(keepends=True)]
    signed = {tree.origin: tree for tree in trees}
    if len(data) > MAX_MEMORY_BYTES or _format(signed) != data:
        raise NoteError("not a memory of what was signed")
    return signed


def _format(signed: Mapping[str, Checkpoint]) -> bytes:
    lines = (format_checkpoint(signed[origin]) for origin in sorted(signed))
    return b"".join(line.rstrip(b"\n").replace(b"\n", b" ") + b"\n" for line in lines)
