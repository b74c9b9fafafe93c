"""Which row of a question's ledger is which item's pupil, so that an answer is found beside the pupil."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, insert, select

from connectors.state.database import reading
from connectors.state.dropout_tables import dropout_question_row


@dataclass(frozen=True, slots=True)
class AskedRow:
    """One row of a ledger that was made to ask about items."""

    ledger: str
    row_number: int
    item: str


def keep_asked_rows(connection: Connection, ledger: str, items: Mapping[int, str]) -> None:
    """Keep which row is which item's pupil."""
    rows = [{"ledger": ledger, "row_number": number, "item": item} for number, item in items.items()]
    connection.execute(insert(dropout_question_row), rows)


def asked_rows_of(state: Engine, items: Sequence[str]) -> list[AskedRow]:
    """Return the rows in which items were asked about."""
    query = select(dropout_question_row).where(dropout_question_row.c.item.in_(items))
    with reading(state) as connection:
        return [AskedRow(row.ledger, row.row_number, row.item) for row in connection.execute(query)]
