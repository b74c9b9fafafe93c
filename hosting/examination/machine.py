"""Checks of the machine: space on the disk, who may read the folder, and an SQLite file's own structure."""

import shutil
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

from hosting.examination.findings import Finding, Subject
from schemas.faults import Wording

LEAST_FREE_BYTES: Final = 500 * 1024**2
"""Below this a log or a database may fail to be written at any hour: a fault."""

AMPLE_FREE_BYTES: Final = 5 * 1024**3

_DISK: Final = Subject("disk", Wording("磁盘空间", "disk space"))
_FOLDER: Final = Subject("permissions", Wording("文件夹权限", "the folder's permissions"))
_STRUCTURE: Final = Subject("database_structure", Wording("数据库结构", "the database's structure"))


def check_disk(folder: Path) -> Iterator[Finding]:
    """Look whether there is room to write where the program's folder is."""
    free = shutil.disk_usage(folder).free
    zh, en = f"剩余 {free / 1024**3:.1f} GiB", f"{free / 1024**3:.1f} GiB are free"
    more = Wording("清理磁盘或扩容", "make room, or add space")
    if free < LEAST_FREE_BYTES:
        yield _DISK.fault(zh, en, more)
    elif free < AMPLE_FREE_BYTES:
        yield _DISK.warn(zh, en, more)
    else:
        yield _DISK.fine(zh, en)


def check_permissions(folder: Path, *, public: frozenset[str] = frozenset()) -> Iterator[Finding]:
    """Look whether anybody but the owner may enter the folder, and read a file in it that is not `public`."""
    files = [path for path in folder.iterdir() if path.name not in public and not path.is_symlink()]
    open_to_others = sorted(path.name for path in files if _is_open(path))
    repair = Wording(f"chmod -R go-rwx {folder}", f"chmod -R go-rwx {folder}")
    if not _is_open(folder):
        yield _FOLDER.fine("只有本人可进入", "the owner alone may enter")
    elif open_to_others:
        names = ", ".join(open_to_others[:5])
        yield _FOLDER.fault(f"他人可读：{names}", f"others can read: {names}", repair)
    else:
        yield _FOLDER.warn("他人可进入文件夹", "others may enter the folder", repair)


def check_sqlite(file: Path) -> Iterator[Finding]:
    """Look whether an SQLite file is sound (PRAGMA quick_check); it is opened for reading alone."""
    restore = Wording("停止服务，从备份恢复（restore）", "stop serving, and restore the newest backup (restore)")
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.DatabaseError:
        found = None
    if found == "ok":
        yield _STRUCTURE.fine("完好", "sound")
    else:
        yield _STRUCTURE.fault("读不了或已损坏", "it can't be read, or is damaged", restore)


def _is_open(path: Path) -> bool:
    return bool(path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO))
