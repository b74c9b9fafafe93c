"""Rows of a database table or of one declared SELECT, through SQLAlchemy, read only."""

import re
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Engine, Select, bindparam, column, func, select
from sqlalchemy.exc import NoSuchTableError, OperationalError, SQLAlchemyError

from connectors.sources.errors import SourceError
from connectors.sources.ledger_rows import MAX_CELL_CHARACTERS
from connectors.sources.read_only_engine import find_opener
from connectors.sources.source import CellValue, ColumnNames, Note, Row
from connectors.sources.sql_relation import Relation
from connectors.sources.sqlite_look_up import KEYS_PER_FETCH, Keys, SqliteLookUp

ROWS_PER_FETCH: Final = 1000

_INTEGER = re.compile(r"-?[1-9][0-9]{0,17}|0")


class SqlSource:
    """A table, a view or one SELECT. Only the mapped columns and the key are asked for.

    Args:
        engine: from `read_only_engine.open_read_only`.
        relation: what is read.
        wanted: names that each mapped column may go by.
        key: the primary key column, of integers or text; rows come in its order.
    """

    def __init__(self, engine: Engine, relation: Relation, wanted: Sequence[ColumnNames], *, key: str) -> None:
        self._engine = engine
        self._relation = relation
        self._wanted = wanted
        self._key = key
        self._first_key = self._query(()).limit(1)
        opener = find_opener(engine)
        self._sqlite = None if opener is None else SqliteLookUp(opener, relation, key)

    def columns(self) -> tuple[str, ...]:
        """Return the mapped column names that are there."""
        with self._connect() as connection:
            return self._mapped(self._relation.names(connection))

    def count(self) -> int | None:
        """Return the number of rows."""
        query = select(func.count()).select_from(self._relation.as_from([self._key]))
        with self._connect() as connection:
            return connection.execute(query).scalar_one()

    def version(self) -> str | None:
        """Return None: a database doesn't say that it changed."""
        return None

    def notes(self) -> tuple[Note, ...]:
        """Return nothing: a table has no titles and footers."""
        return ()

    def rows(self) -> Iterator[Row]:
        """Yield all rows in the order of the key, as a stream."""
        with self._connect() as connection:
            names = self._mapped(self._relation.names(connection))
            query = self._query(names).order_by(column(self._key))
            before: object = None
            for number, found in enumerate(connection.execute(query, execution_options=_STREAM), 1):
                if number > 1 and found[0] == before:
                    raise SourceError("key_not_unique", row=number)
                before = found[0]
                yield self._row(number, names, found)

    def fetch(self, locators: Sequence[str]) -> Mapping[str, Row]:
        """Return the rows with these keys; their numbers count within the answer."""
        names, found = self._looked_up(locators)
        rows: dict[str, Row] = {}
        for number, values in enumerate(found, 1):
            row = self._row(number, names, values)
            if row.locator in rows:
                raise SourceError("key_not_unique")
            rows[row.locator] = row
        return rows

    def _looked_up(self, locators: Sequence[str]) -> tuple[tuple[str, ...], list[Sequence[Any]]]:
        """Return the columns that are there, and the rows with these keys; the first value of each is its key."""
        if self._sqlite is None:
            return self._selected(locators)
        try:
            names, found = self._sqlite.look_up(self._mapped, lambda first: _typed_keys(first, locators))
        except sqlite3.Error:
            self.columns()  # it names what is missing
            raise SourceError("query_failed") from None
        return names, [*found]

    def _selected(self, locators: Sequence[str]) -> tuple[tuple[str, ...], list[Sequence[Any]]]:
        found: list[Sequence[Any]] = []
        with self._connect() as connection:
            names = self._mapped(self._relation.names(connection))
            chosen = self._query(names).where(column(self._key).in_(bindparam(_KEYS, expanding=True)))
            keys = _typed_keys(connection.execute(self._first_key).scalar(), locators)
            for start in range(0, len(keys), KEYS_PER_FETCH):
                found += connection.execute(chosen, {_KEYS: keys[start : start + KEYS_PER_FETCH]})
        return names, found

    @contextmanager
    def _connect(self) -> Iterator[Connection]:
        # What the driver says may quote data: only our code goes on.
        try:
            with self._engine.connect() as connection:
                yield connection
        except NoSuchTableError:
            raise SourceError("table_missing") from None
        except OperationalError as error:
            raise SourceError("query_failed" if error.statement else "database_unreachable") from None
        except SQLAlchemyError:
            raise SourceError("query_failed") from None

    def _mapped(self, there: frozenset[str]) -> tuple[str, ...]:
        """Return the first name of each wanted column that is there. Raises `SourceError` without the key."""
        if self._key not in there:
            raise SourceError("column_missing", column=self._key)
        found = (next((name for name in names if name in there), None) for names in self._wanted)
        return tuple(name for name in found if name is not None)

    def _query(self, names: Sequence[str]) -> Select[*tuple[Any, ...]]:
        """Select the key, then the columns."""
        wanted = [self._key, *names]
        columns: list[ColumnElement[Any]] = [column(name) for name in wanted]
        return select(*columns).select_from(self._relation.as_from(list(dict.fromkeys(wanted))))

    def _row(self, number: int, names: Sequence[str], found: Sequence[Any]) -> Row:
        cells = {name: _cell(value, number, name) for name, value in zip(names, found[1:], strict=True)}
        return Row(number=number, locator=_locator(found[0], number, self._key), cells=cells)


_STREAM = {"yield_per": ROWS_PER_FETCH}
_KEYS: Final = "tongxin_keys"


def _typed_keys(first: object, locators: Sequence[str]) -> Keys:
    """Return the keys as the database types them, as `first` shows; a locator that can't be a key is not there."""
    if isinstance(first, int):
        return [int(locator) for locator in locators if _INTEGER.fullmatch(locator)]
    return list(locators)


def _locator(key: object, number: int, name: str) -> str:
    if key is None or key == "":
        raise SourceError("key_missing", row=number, column=name)
    if isinstance(key, bool) or not isinstance(key, int | str):
        raise SourceError("key_type", column=name)
    return str(key)


def _cell(value: object, number: int, name: str) -> CellValue:
    """Return a database value as a cell; other types than a ledger could hold are refused."""
    if isinstance(value, str):
        if len(value) > MAX_CELL_CHARACTERS:
            raise SourceError("cell_too_long", row=number, column=name)
        return value if value.strip() else None
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, UUID):
        return str(value)
    if value is None or isinstance(value, int | float | date | datetime | time | timedelta):
        return value
    raise SourceError("cell_type", row=number, column=name)
