"""A copy of a gateway, made while it serves: database, keys, settings, witness policy, holiday notices.

What the log's key has signed (`last-signed`) is left out on purpose. A gateway that is put back from a copy has
forgotten what it signed since; only the machine itself, or the witnesses, know that.
"""

import os
import shutil
import subprocess
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlalchemy import URL, make_url

from gateway.services.witness_policy import POLICY_FILE
from gateway.settings import DATABASE_FILE, KEY_FILE, SETTINGS_FILE, load_settings
from hosting.backup_manifest import BackupError, write_manifest
from hosting.holiday_notices import NOTICES_FOLDER
from hosting.sqlite_copy import copy_sqlite

DUMP_FILE: Final = "gateway.pgdump"
"""PostgreSQL's own archive (pg_dump --format=custom)."""


def back_up(folder: Path, to: Path, now: datetime) -> None:
    """Copy the gateway in `folder` into the new folder `to`, its owner's alone.

    The database goes first: keys and settings that are newer than it still open it.

    Raises:
        SettingsError: no gateway there.
        BackupError: `to` is there already, or the database can't be copied.
        OSError: a file can't be read or written.
    """
    settings = load_settings(folder)
    try:
        to.mkdir(mode=0o700)
    except FileExistsError:
        raise BackupError("目标文件夹已经存在，请另起一个名字 / the folder to write is there already") from None
    database = make_url(settings.database)
    if database.get_backend_name() == "sqlite":
        copy_sqlite(Path(database.database or ""), to / DATABASE_FILE)
    else:
        _dump(database, to / DUMP_FILE)
    for name in (KEY_FILE, SETTINGS_FILE, POLICY_FILE):
        if (folder / name).is_file():
            shutil.copy(folder / name, to / name)
    if (folder / NOTICES_FOLDER).is_dir():
        shutil.copytree(folder / NOTICES_FOLDER, to / NOTICES_FOLDER)
    write_manifest(to, "gateway", now)


def _dump(database: URL, to: Path) -> None:
    options = ("--format=custom", "--no-owner", "--no-acl")
    run_postgresql("pg_dump", *options, f"--file={to}", f"--dbname={plain(database)}")
    to.chmod(0o600)


def plain(database: URL) -> str:
    """Return a database's address as PostgreSQL's own programs take it."""
    return database.set(drivername="postgresql").render_as_string(hide_password=False)


def run_postgresql(program: str, *arguments: str) -> None:
    """Run one of PostgreSQL's programs; what it prints is not shown, since it may quote rows.

    Raises:
        BackupError: it is not installed, or it failed.
    """
    place = shutil.which(program)
    if place is None:
        raise BackupError(
            f"没有找到 {program}，请安装 PostgreSQL 客户端 / {program} is missing: install PostgreSQL's client"
        )
    done = subprocess.run(  # noqa: S603 - a program of the system, with arguments of our own settings
        [place, *arguments], check=False, capture_output=True, env={**os.environ, "PGCONNECT_TIMEOUT": "10"}
    )
    if done.returncode != 0:
        raise BackupError(
            f"{program} 失败（{done.returncode}），请检查数据库连接和版本 / "
            f"{program} failed ({done.returncode}): look at the connection, and at its version"
        )
