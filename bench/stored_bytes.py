"""Bytes on disk of what a gateway keeps: its rows copied to a new database, in SQLite and in PostgreSQL.

The log of a small scene has a few hundred entries, which whole pages and empty maps would make look large. So its rows
are copied many times, each time as the log of another year.
"""

import os
import tempfile
from collections.abc import Iterator, Mapping
from math import ceil
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, Table, bindparam, func, insert, select, text

from gateway.persistence.audit_tables import (
    audit_checkpoint,
    audit_cosignature,
    audit_disclosure,
    audit_leaf,
    audit_subject_index,
    audit_tile,
)
from gateway.persistence.engine import create_database_engine, read_transaction, write_transaction
from gateway.persistence.index_tables import index_entry
from gateway.persistence.migrate import migrate_database
from tests.postgresql import postgresql_server

COUNTED: Final[Mapping[str, tuple[Table, ...]]] = {
    "entry of an index": (index_entry,),
    "entry of the log": (audit_leaf, audit_disclosure, audit_tile),
    "subject tag": (audit_subject_index,),
    "checkpoint": (audit_checkpoint,),
    "cosignature": (audit_cosignature,),
}
"""What is counted by the rows of the first table, and the tables that grow with it, their indexes included."""

_LOG_ENTRIES: Final = 20_000
_ROWS_AT_ONCE: Final = 5_000
_SIZES: Final = {
    "sqlite": text(
        "SELECT coalesce(sum(pgsize), 0) FROM dbstat "
        "WHERE name IN (SELECT name FROM sqlite_schema WHERE tbl_name IN :names)"
    ).bindparams(bindparam("names", expanding=True)),
    "postgresql": text(
        "SELECT sum(pg_total_relation_size(CAST(name AS regclass))) FROM unnest(CAST(:names AS text[])) AS name"
    ),
}


def stored_bytes(database: Path, log_entries: int = _LOG_ENTRIES) -> Iterator[tuple[str, str, float]]:
    """Yield kind of database, unit and its bytes, for the rows of a gateway's SQLite file.

    Args:
        database: where they are; it is only read.
        log_entries: the log's rows are copied until there are as many.
    """
    source = create_database_engine(f"sqlite:///{database}")
    with tempfile.TemporaryDirectory(prefix="tongxin-bench-") as folder:
        yield from _copied("SQLite", source, f"sqlite:///{folder}/copy.sqlite3", log_entries)
    with postgresql_server() as server, server.database() as url:
        yield from _copied("PostgreSQL", source, url, log_entries)
    source.dispose()


def _copied(kind: str, source: Engine, url: str, log_entries: int) -> Iterator[tuple[str, str, float]]:
    target = create_database_engine(url)
    migrate_database(target)
    with read_transaction(source) as rows, write_transaction(target) as copy:
        copies = ceil(log_entries / _count(rows, audit_leaf))
        for table in (table for tables in COUNTED.values() for table in tables):
            for number in range(1 if table is index_entry else copies):
                _copy(rows, copy, table, number)
    with read_transaction(target) as connection:
        for unit, tables in COUNTED.items():
            names = [table.name for table in tables]
            size = connection.scalar(_SIZES[connection.dialect.name], {"names": names})
            yield kind, unit, float(size or 0) / _count(connection, tables[0])
    target.dispose()


def _count(connection: Connection, table: Table) -> int:
    return connection.scalar(select(func.count()).select_from(table)) or 0


def _copy(source: Connection, target: Connection, table: Table, number: int) -> None:
    """Copy the rows in the order of their key, in which the gateway writes them, as those of a later year."""
    found = source.execute(select(table).order_by(*table.primary_key)).mappings()
    while rows := found.fetchmany(_ROWS_AT_ONCE):
        target.execute(insert(table), [_of_year(dict(row), number) for row in rows])


def _of_year(row: dict[str, Any], number: int) -> dict[str, Any]:
    if "shard" in row:
        row["shard"] += number
    if "event_id" in row:
        row["event_id"] = os.urandom(len(row["event_id"]))
    return row
