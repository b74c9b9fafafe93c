"""Databases with the newest schema, copied from one that was made before: no test waits for migrations and tables."""

import tempfile
from functools import cache
from pathlib import Path

from connectors.settings import STATE_FILE
from connectors.state.database import open_state
from gateway.persistence.engine import create_database_engine, forget_deleted
from gateway.persistence.migrate import migrate_database

_OWNER_ONLY = 0o600


def place_migrated_sqlite(path: Path) -> None:
    """Write a database with the newest schema to `path`, where there is no file yet."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.touch(mode=_OWNER_ONLY, exist_ok=False)
    path.write_bytes(_migrated_sqlite())


def migrate_url(url: str) -> None:
    """Bring the database at `url` to the newest schema and leave no connection to it."""
    engine = create_database_engine(url)
    migrate_database(engine)
    forget_deleted(engine)
    engine.dispose()


def place_state(folder: Path) -> None:
    """Write a connector's empty database into its folder, where there is none yet."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / STATE_FILE
    path.touch(mode=_OWNER_ONLY, exist_ok=False)
    path.write_bytes(_empty_state())


@cache
def _empty_state() -> bytes:
    with tempfile.TemporaryDirectory(prefix="tongxin-state-") as folder:
        path = Path(folder) / STATE_FILE
        open_state(path).dispose()
        return path.read_bytes()


@cache
def _migrated_sqlite() -> bytes:
    with tempfile.TemporaryDirectory(prefix="tongxin-migrated-") as folder:
        path = Path(folder) / "migrated.sqlite3"
        migrate_url(f"sqlite:///{path}")
        return path.read_bytes()
