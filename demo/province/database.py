"""Writes one agency's register as a table of an SQLite file, in batches."""

import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from demo.province.record import Cell, Record

_BATCH_ROWS: Final = 2_000


class TableWriter:
    """Writes rows into a new table; an older file of the same name is replaced. Call `close` once."""

    def __init__(self, path: Path, table: str, columns: Mapping[str, str]) -> None:
        path.unlink(missing_ok=True)
        self._connection = sqlite3.connect(path)
        self._columns = tuple(columns)
        definition = ", ".join(f"{name} {kind}" for name, kind in columns.items())
        self._connection.execute(f"CREATE TABLE {table} ({definition})")
        places = ", ".join("?" for _ in columns)
        self._insert = f"INSERT INTO {table} VALUES ({places})"  # noqa: S608 - the names are our own constants
        self._batch: list[tuple[Cell, ...]] = []

    def append(self, record: Record) -> None:
        """Write a row."""
        self._batch.append(tuple(record[column] for column in self._columns))
        if len(self._batch) >= _BATCH_ROWS:
            self._flush()

    def close(self) -> None:
        """Write what is left and close the file."""
        self._flush()
        self._connection.close()

    def _flush(self) -> None:
        self._connection.executemany(self._insert, self._batch)
        self._connection.commit()
        self._batch.clear()
