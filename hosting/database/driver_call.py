"""Hands a statement to the database's driver as it is; SQLAlchemy's own way costs many times a small look-up."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

Values = Mapping[str, Any] | Sequence[Any]


def call_driver(connection: Connection, statement: str, values: Values = ()) -> Any:
    """Run `statement` in the connection's transaction and return the driver's cursor.

    Raises:
        sqlalchemy.exc.DBAPIError: what SQLAlchemy makes of the driver's error; it quotes no value.
    """
    driver: Any = connection.connection.driver_connection
    try:
        return driver.execute(statement, values)
    except _errors_of(connection) as error:
        raise _in_our_words(connection, statement, error) from None


def call_driver_for_each(connection: Connection, statement: str, rows: Sequence[Values]) -> None:
    """Run `statement` once for each of `rows`; raises as `call_driver`."""
    driver: Any = connection.connection.driver_connection
    try:
        driver.cursor().executemany(statement, rows)
    except _errors_of(connection) as error:
        raise _in_our_words(connection, statement, error) from None


def _errors_of(connection: Connection) -> type[Exception]:
    errors: type[Exception] = connection.dialect.loaded_dbapi.Error
    return errors


def _in_our_words(connection: Connection, statement: str, error: Exception) -> BaseException:
    return DBAPIError.instance(
        statement, {}, error, _errors_of(connection), hide_parameters=True, dialect=connection.dialect
    )
