"""A small file system of its own, made in a file and mounted, that can be filled to the last byte and emptied again."""

import errno
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

DISK_BYTES = 1 << 30
_PIECES = (1 << 20, 1 << 12, 1)


@dataclass(frozen=True)
class SmallDisk:
    """A mounted file system."""

    folder: Path

    @property
    def _filler(self) -> Path:
        return self.folder / "filler"

    def fill(self) -> None:
        """Take all space that is left."""
        with self._filler.open("wb", buffering=0) as file:
            for piece in _PIECES:
                _write_until_full(file.fileno(), piece)

    def free(self) -> None:
        """Give the space back."""
        self._filler.unlink(missing_ok=True)


def why_no_small_disk() -> str | None:
    """Return why none can be mounted here, None where one can."""
    if os.geteuid() != 0:
        return "只有系统管理员能挂载 / only root can mount"
    missing = [name for name in ("mkfs.ext4", "mount", "umount") if shutil.which(name) is None]
    return f"缺少 / missing: {', '.join(missing)}" if missing else None


@contextmanager
def small_disk(image: Path, folder: Path) -> Iterator[SmallDisk]:
    """Mount an empty file system at `folder` until the context ends; raises CalledProcessError."""
    folder.mkdir(parents=True, exist_ok=True)
    with image.open("wb") as file:
        file.truncate(DISK_BYTES)
    for command in (["mkfs.ext4", "-q", "-m", "0", str(image)], ["mount", "-o", "loop", str(image), str(folder)]):
        subprocess.run(command, check=True, capture_output=True)
    try:
        (folder / "lost+found").rmdir()
        yield SmallDisk(folder)
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True, capture_output=True)


def _write_until_full(file: int, size: int) -> None:
    try:
        while os.write(file, b"\0" * size):
            pass
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
