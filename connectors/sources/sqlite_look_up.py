"""A few rows of a SQLite file by their keys, through the driver alone: every exchange waits for them.

The file is opened anew each time: an office may put another one in its place, or write another one over it, and an open
connection would go on reading the old one, or mix the two.
"""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, column, literal_column, select, text
from sqlalchemy.dialects import sqlite

from connectors.sources.sql_relation import Relation

Columns = tuple[str, ...]
Keys = Sequence[int] | Sequence[str]

KEYS_PER_FETCH: Final = 500
"""Below the limit on parameters of every supported database."""

_ONE_KEY: Final = "(?)"


class SqliteLookUp:
    """Looks rows up; all statements of a look-up see one snapshot.

    Args:
        connect: opens the file, for reading alone.
        relation: what is read.
        key: the name of the primary key column.
    """

    def __init__(self, connect: Callable[[], sqlite3.Connection], relation: Relation, key: str) -> None:
        self._connect = connect
        self._relation = relation
        self._key = key
        self._without_rows = _written(select(text("*")).select_from(relation.as_from(())).limit(0))
        self._first_key = _written(select(column(key)).select_from(relation.as_from([key])).limit(1))
        self._made: dict[Columns, str] = {}

    def look_up(
        self, choose: Callable[[frozenset[str]], Columns], keys_of: Callable[[object], Keys]
    ) -> tuple[Columns, list[tuple[Any, ...]]]:
        """Return the names of the columns that were read, and the rows; the first value of each is its key.

        Args:
            choose: takes the names of all columns that are there and returns those to read.
            keys_of: takes any key as it is stored, None without rows, and returns the keys to look up.

        Raises:
            sqlite3.Error: the file can't be read, or there is no such table. Whatever `choose` raises.
        """
        with closing(self._connect()) as connection:
            connection.execute("BEGIN")
            # Asked for each time: where a column is gone, SQLite reads its quoted name as a text.
            described = connection.execute(self._without_rows).description
            names = choose(frozenset(name for name, *_ in described))
            (first,) = connection.execute(self._first_key).fetchone() or (None,)
            return names, list(self._fetch(connection, names, keys_of(first)))

    def _fetch(self, connection: sqlite3.Connection, names: Columns, keys: Keys) -> Iterator[tuple[Any, ...]]:
        chosen = self._chosen(names)
        for start in range(0, len(keys), KEYS_PER_FETCH):
            asked = keys[start : start + KEYS_PER_FETCH]
            yield from connection.execute(f"{chosen}({','.join('?' * len(asked))})", asked)

    def _chosen(self, names: Columns) -> str:
        """Return the query up to its keys; written once for the columns that are there."""
        chosen = self._made.get(names)
        if chosen is None:
            columns: list[ColumnElement[Any]] = [column(name) for name in (self._key, *names)]
            whole = select(*columns).select_from(self._relation.as_from(list(dict.fromkeys((self._key, *names)))))
            one = _written(whole.where(column(self._key).in_([literal_column("?")])))
            chosen = one.removesuffix(_ONE_KEY)
            self._made = {names: chosen}
        return chosen


def _written(query: Select[*tuple[Any, ...]]) -> str:
    return str(query.compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True}))
