"""A copy of a connector's folder, made while it serves (SQLite Online Backup API)."""

import shutil
from datetime import datetime
from pathlib import Path
from typing import Final

from connectors.settings import KEY_FILE, SETTINGS_FILE, STATE_FILE
from hosting.backup_manifest import BackupError, write_manifest
from hosting.holiday_notices import NOTICES_FOLDER
from hosting.sqlite_copy import copy_sqlite

_COPIED: Final = (KEY_FILE, SETTINGS_FILE)


def back_up(folder: Path, to: Path, now: datetime) -> None:
    """Copy the connector in `folder` into the new folder `to`, its owner's alone.

    That is its database, its key file, its settings, and the holiday notices that were added.

    The database goes first: a key file that is newer than the database holds every key that the database speaks of,
    but for those that were to be destroyed.

    Raises:
        BackupError: no connector there, `to` is there already, or the copy of the database is not sound.
        OSError: a file can't be read or written.
    """
    if not all((folder / name).is_file() for name in (STATE_FILE, *_COPIED)):
        raise BackupError("这里没有连接器 / there is no connector in this folder")
    try:
        to.mkdir(mode=0o700)
    except FileExistsError:
        raise BackupError("目标文件夹已经存在，请另起一个名字 / the folder to write is there already") from None
    copy_sqlite(folder / STATE_FILE, to / STATE_FILE)
    for name in _COPIED:
        shutil.copy(folder / name, to / name)
    if (folder / NOTICES_FOLDER).is_dir():
        shutil.copytree(folder / NOTICES_FOLDER, to / NOTICES_FOLDER)
    write_manifest(to, "connector", now)
