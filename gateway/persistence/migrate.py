"""Brings a database to the newest schema, under the write lock, so that workers may start side by side."""

from importlib.resources import files

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine

from gateway.persistence.engine import write_transaction

_SCRIPTS = "gateway.persistence:migrations"


def migrate_database(engine: Engine) -> None:
    """Upgrade the schema to `current_head()` in one transaction; does nothing where it is there already.

    Raises:
        alembic.util.CommandError: the database was written by a newer version than this one.
    """
    with write_transaction(engine) as connection:
        command.upgrade(migration_config(connection), current_head())


def current_head() -> str:
    """Return the newest revision, from the file that makes two branches with a migration each conflict in git."""
    return (files("gateway.persistence") / "migrations" / "current_head.txt").read_text("ascii").strip()


def migration_config(connection: Connection) -> Config:
    """Return the Alembic configuration that works on `connection`, inside its transaction."""
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", _SCRIPTS)
    return config
