"""Brings a database to the newest schema, under the write lock, so that workers may start side by side.

Alembic is imported where it is needed: loading it takes a third of a command's start, and nearly every database that
is opened has the newest schema already.
"""

from importlib.resources import files
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, inspect, text

from gateway.persistence.engine import write_transaction

if TYPE_CHECKING:
    from alembic.config import Config

_SCRIPTS = "gateway.persistence:migrations"


class NewerSchemaError(RuntimeError):
    """The database was written by a newer version than this one."""


def migrate_database(engine: Engine) -> None:
    """Upgrade the schema to `current_head()` in one transaction; does nothing where it is there already.

    Raises:
        NewerSchemaError: this version does not know the database's schema.
    """
    with write_transaction(engine) as connection:
        if stated_revision(connection) != current_head():
            _upgrade(connection)


def current_head() -> str:
    """Return the newest revision, from the file that makes two branches with a migration each conflict in git."""
    return (files("gateway.persistence") / "migrations" / "current_head.txt").read_text("ascii").strip()


def stated_revision(connection: Connection) -> str | None:
    """Return the revision that the database states, None where it is empty."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    stated: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return stated


def migration_config(connection: Connection) -> "Config":
    """Return the Alembic configuration that works on `connection`, inside its transaction."""
    from alembic.config import Config

    if not connection.in_transaction():
        connection.begin()  # else Alembic would begin one of its own, and commit it
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", _SCRIPTS)
    return config


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.util import CommandError

    try:
        command.upgrade(migration_config(connection), current_head())
    except CommandError:
        raise NewerSchemaError(
            "数据库由更新的版本写成，请升级本程序 / the database was written by a newer version: upgrade this program"
        ) from None
