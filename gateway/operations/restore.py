"""Puts a gateway back from a backup. It does not sign until it is known what was signed since the backup.

A log that was put back and signs on would show other entries under a size that was shown before: a fork, which the
witnesses prove. So the copy starts only with the old machine's `last-signed`, or with checkpoints from the witnesses,
and only if it holds everything that those state.
"""

import shutil
from pathlib import Path

from sqlalchemy import func, inspect, make_url, select
from sqlalchemy.exc import SQLAlchemyError

from gateway.log.log_check import check_log
from gateway.log.signing_memory import SIGNING_MEMORY_FILE
from gateway.operations.back_up import DUMP_FILE, plain, run_postgresql
from gateway.persistence.audit_tables import audit_leaf
from gateway.persistence.engine import create_database_engine, read_transaction
from gateway.services.witness_policy import POLICY_FILE
from gateway.settings import DATABASE_FILE, KEY_FILE, SETTINGS_FILE, load_settings, save_settings
from hosting.backup_manifest import BackupError, verify_backup
from hosting.holiday_notices import NOTICES_FOLDER
from hosting.sqlite_copy import place_copy


def restore(backup: Path, folder: Path, *, database: str | None = None, last_signed: Path | None = None) -> int:
    """Put the gateway of `backup` into the new folder `folder`; return how many entries its log has.

    Args:
        backup: a folder that `back_up` wrote.
        folder: is not there yet, or empty.
        database: URL of an empty PostgreSQL database, where the gateway used one; SQLite goes into the folder.
        last_signed: the old machine's file of what was signed, where that machine can still be read.

    Raises:
        BackupError: the backup is not whole, something is there already, or the database can't be filled.
        LogDamagedError: the log in the backup has a gap.
        SettingsError: the backup's settings are wrong.
        OSError: a file can't be read or written.
    """
    verify_backup(backup, "gateway")
    _require_empty(folder)
    settings = load_settings(backup)
    url = _target(backup, folder, database)
    if database is not None:
        _fill(url, backup / DUMP_FILE)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    if database is None:
        place_copy(backup / DATABASE_FILE, folder / DATABASE_FILE)
    entries = _count_checked(url, settings.log_name)
    for name in (KEY_FILE, POLICY_FILE):
        if (backup / name).is_file():
            shutil.copy(backup / name, folder / name)
    if (backup / NOTICES_FOLDER).is_dir():
        shutil.copytree(backup / NOTICES_FOLDER, folder / NOTICES_FOLDER)
    if last_signed is not None:
        shutil.copy(last_signed, folder / SIGNING_MEMORY_FILE)
    # Last, so that an interrupted restoration is no gateway yet.
    save_settings(folder, settings.model_copy(update={"database": url}))
    return entries


def _require_empty(folder: Path) -> None:
    if folder.exists() and any(folder.iterdir()):
        raise BackupError(
            f"{folder} 不是空文件夹；恢复不覆盖任何文件（{SETTINGS_FILE}） / "
            f"{folder} is not empty; restoring overwrites nothing"
        )


def _target(backup: Path, folder: Path, database: str | None) -> str:
    if (backup / DATABASE_FILE).is_file():
        if database is not None:
            raise BackupError("备份是SQLite的，不要写 --database / the backup is SQLite's: leave --database out")
        return f"sqlite:///{folder.resolve() / DATABASE_FILE}"
    if database is None:
        raise BackupError(
            "备份是PostgreSQL的，请写 --database，指向一个空数据库 / "
            "the backup is PostgreSQL's: name an empty database with --database"
        )
    return database


def _fill(url: str, dump: Path) -> None:
    engine = create_database_engine(url)
    try:
        with read_transaction(engine) as connection:
            if inspect(connection).get_table_names():
                raise BackupError("数据库不是空的；不覆盖任何数据 / the database is not empty; nothing is overwritten")
    except SQLAlchemyError:
        raise BackupError("数据库打不开 / the database can't be opened") from None
    finally:
        engine.dispose()
    options = ("--single-transaction", "--exit-on-error", "--no-owner", "--no-acl")
    run_postgresql("pg_restore", *options, f"--dbname={plain(make_url(url))}", str(dump))


def _count_checked(url: str, log_name: str) -> int:
    engine = create_database_engine(url)
    try:
        with read_transaction(engine) as connection:
            check_log(connection, log_name)
            return connection.scalar(select(func.count()).select_from(audit_leaf)) or 0
    finally:
        engine.dispose()
