"""Databases with the newest schema, copied from one that was migrated: a test need not wait for eight migrations."""

import tempfile
from functools import cache
from pathlib import Path

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


@cache
def _migrated_sqlite() -> bytes:
    with tempfile.TemporaryDirectory(prefix="tongxin-migrated-") as folder:
        path = Path(folder) / "migrated.sqlite3"
        migrate_url(f"sqlite:///{path}")
        return path.read_bytes()
