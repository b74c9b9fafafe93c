"""Puts a connector back from a backup: database, key file, settings, holiday notices."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from connectors.settings import KEY_FILE, SETTINGS_FILE, STATE_FILE, load_settings
from connectors.state.database import SCHEMA_VERSION
from hosting.backup_manifest import BackupError, Manifest, verify_backup
from hosting.holiday_notices import NOTICES_FOLDER
from hosting.sqlite_copy import place_copy


def restore(backup: Path, folder: Path) -> Manifest:
    """Put the connector of `backup` into the new folder `folder`; return what the backup states.

    Raises:
        BackupError: the backup is not whole or of another version, or the folder is not empty.
        SettingsError: the backup's settings are wrong.
        OSError: a file can't be read or written.
    """
    manifest = verify_backup(backup, "connector")
    if folder.exists() and any(folder.iterdir()):
        raise BackupError(
            f"{folder} 不是空文件夹；恢复不覆盖任何文件 / {folder} is not empty; restoring overwrites nothing"
        )
    load_settings(backup)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    place_copy(backup / STATE_FILE, folder / STATE_FILE)
    _require_own_version(folder / STATE_FILE)
    shutil.copy(backup / KEY_FILE, folder / KEY_FILE)
    if (backup / NOTICES_FOLDER).is_dir():
        shutil.copytree(backup / NOTICES_FOLDER, folder / NOTICES_FOLDER)
    # Last, so that an interrupted restoration is no connector yet.
    shutil.copy(backup / SETTINGS_FILE, folder / SETTINGS_FILE)
    (folder / SETTINGS_FILE).chmod(0o600)
    return manifest


def _require_own_version(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        (found,) = connection.execute("PRAGMA user_version").fetchone()
    if found != SCHEMA_VERSION:
        raise BackupError(
            f"备份是第{found}版，本程序需要第{SCHEMA_VERSION}版：请用原来版本的程序恢复 / "
            f"the backup has version {found}, this program needs {SCHEMA_VERSION}: restore with the one that wrote it"
        )
