"""Rows go to the driver by place: whatever order their members stand in, each value lands in its column."""

import pytest
from sqlalchemy import Column, Engine, Integer, MetaData, Table, Text, select

from gateway.persistence.engine import read_transaction, write_transaction
from gateway.persistence.insert_rows import insert_rows

TABLE = Table(
    "insert_rows_test",
    MetaData(),
    Column("first", Integer, primary_key=True),
    Column("second", Text),
    Column("third", Text),
)


def test_each_value_lands_in_its_column(empty_engine: Engine) -> None:
    with write_transaction(empty_engine) as connection:
        TABLE.create(connection)
        insert_rows(connection, TABLE, [{"third": "c", "first": 1}, {"third": "f", "first": 2}])
        insert_rows(connection, TABLE, [{"second": "h", "first": 3}])
        insert_rows(connection, TABLE, [])
    with read_transaction(empty_engine) as connection:
        rows = connection.execute(select(TABLE).order_by(TABLE.c.first)).all()
    assert [tuple(row) for row in rows] == [(1, None, "c"), (2, None, "f"), (3, "h", None)]


@pytest.mark.parametrize("rows", [1, 2, 3, 31, 32, 33, 100])
def test_any_number_of_rows_is_inserted_whole(empty_engine: Engine, rows: int) -> None:
    """A statement takes a power of two of them, `MOST_ROWS` at most."""
    with write_transaction(empty_engine) as connection:
        TABLE.create(connection)
        insert_rows(connection, TABLE, [{"first": number, "third": str(number)} for number in range(rows)])
    with read_transaction(empty_engine) as connection:
        found = connection.execute(select(TABLE.c.first, TABLE.c.third).order_by(TABLE.c.first)).all()
    assert [tuple(row) for row in found] == [(number, str(number)) for number in range(rows)]
