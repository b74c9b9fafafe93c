"""Copies of an SQLite database, made while others write to it (SQLite Online Backup API): one file each, checked."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from hosting.backup_manifest import BackupError


def copy_sqlite(original: Path, copy: Path) -> None:
    """Copy a database that may be in use into the new file `copy`, its owner's alone.

    Raises:
        BackupError: the original can't be read, or the copy is not sound.
    """
    copy.touch(mode=0o600, exist_ok=False)
    try:
        with (
            closing(sqlite3.connect(f"{original.absolute().as_uri()}?mode=ro", uri=True)) as source,
            closing(sqlite3.connect(copy)) as target,
        ):
            source.backup(target)
            # Else the copy is opened with two files beside it, and can't be read from a read-only medium.
            target.execute("PRAGMA journal_mode=DELETE").close()
    except sqlite3.DatabaseError:
        raise BackupError("数据库读不了 / the database can't be read") from None
    _require_sound(copy)


def place_copy(copy: Path, to: Path) -> None:
    """Put a copy that nobody uses at its new place, its owner's alone.

    Raises:
        BackupError: it is not sound.
    """
    to.touch(mode=0o600, exist_ok=False)
    shutil.copyfile(copy, to)
    _require_sound(to)


def _require_sound(file: Path) -> None:
    try:
        with closing(sqlite3.connect(file)) as connection:
            (found,) = connection.execute("PRAGMA integrity_check").fetchone()
    except sqlite3.DatabaseError:
        found = None
    if found != "ok":
        raise BackupError("数据库的副本不完整 / the copy of the database is not sound")
