"""The gateway's tables of accounts (`hosting.accounts.tables`), and those of them that other queries join."""

from typing import Final

from gateway.persistence.metadata import metadata
from hosting.accounts.tables import add_account_tables

ACCOUNT_TABLES: Final = add_account_tables(metadata, "agency")

console_account = ACCOUNT_TABLES.account
console_role = ACCOUNT_TABLES.role
console_credential = ACCOUNT_TABLES.credential
console_session = ACCOUNT_TABLES.session
console_attempt = ACCOUNT_TABLES.attempt
