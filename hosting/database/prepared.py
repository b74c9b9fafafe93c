"""Statements that every request runs: SQLAlchemy writes them once for each database, the driver runs them.

Twenty of them run for a request. Built and compiled anew each would cost fifty times its look-up.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Delete, Insert, SelectBase, Update

from hosting.database.driver_call import call_driver

Row = tuple[Any, ...]


class Prepared:
    """A statement whose changing values are `bindparam`s.

    Values and rows are the driver's own: texts, whole numbers, bytes. Raises as `call_driver`.
    """

    def __init__(self, statement: SelectBase | Insert | Update | Delete) -> None:
        self._statement = statement
        self._written: dict[str, tuple[str, Mapping[str, Any]]] = {}

    def first(self, connection: Connection, values: Mapping[str, Any]) -> Row | None:
        """Return the first row, or None."""
        row: Row | None = self._run(connection, values).fetchone()
        return row

    def scalar(self, connection: Connection, values: Mapping[str, Any]) -> Any:
        """Return the first column of the first row, or None."""
        row = self.first(connection, values)
        return None if row is None else row[0]

    def all(self, connection: Connection, values: Mapping[str, Any]) -> list[Row]:
        """Return all rows."""
        rows: list[Row] = self._run(connection, values).fetchall()
        return rows

    def execute(self, connection: Connection, values: Mapping[str, Any]) -> int:
        """Change rows; return how many were."""
        changed: int = self._run(connection, values).rowcount
        return changed

    def _run(self, connection: Connection, values: Mapping[str, Any]) -> Any:
        text, constants = self._written.get(connection.dialect.name) or self._write(connection)
        return call_driver(connection, text, {**constants, **values})

    def _write(self, connection: Connection) -> tuple[str, Mapping[str, Any]]:
        compiled = self._statement.compile(dialect=connection.dialect)
        written = self._written[connection.dialect.name] = compiled.string, compiled.params
        return written
