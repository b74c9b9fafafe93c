"""Tables of the officer's console: its accounts, and the record of what they did and looked at."""

from typing import Final

from sqlalchemy import DDL, BigInteger, Column, Integer, String, Table, event

from connectors.state.tables import metadata
from hosting.accounts.tables import add_account_tables

MAX_RECORD_TEXT: Final = 200

ACCOUNT_TABLES: Final = add_account_tables(metadata, "school")

console_record = Table(
    "console_record",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("account", String(40), index=True),
    Column("action", String(40), nullable=False),
    Column("subject", String(MAX_RECORD_TEXT), index=True),
    Column("detail", String(MAX_RECORD_TEXT)),
)

for _change in ("UPDATE", "DELETE"):
    event.listen(
        console_record,
        "after_create",
        DDL(  # type: ignore[no-untyped-call]  # SQLAlchemy gives it no types
            f"CREATE TRIGGER console_record_no_{_change.lower()} BEFORE {_change} ON console_record "
            "BEGIN SELECT RAISE(ABORT, 'the record is only added to'); END"
        ),
    )
