"""Inserts many rows of one shape: the statement is SQLAlchemy's, made once; the rows go to the driver as they are."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Dialect, Table, insert


def insert_rows(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert `rows` into `table`; all have the same columns, and values that the driver takes without conversion.

    SQLAlchemy's own way looks at each value of each row, which costs as much as SQLite's insert.
    """
    if rows:
        connection.exec_driver_sql(_statement(connection.dialect, table, tuple(rows[0])), list(rows))


@lru_cache(maxsize=64)
def _statement(dialect: Dialect, table: Table, columns: tuple[str, ...]) -> str:
    return str(insert(table).compile(dialect=dialect, column_keys=list(columns)))
