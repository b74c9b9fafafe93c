"""The agency's accounts: every change is committed together with its line in the agency's own record."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from connectors.console.account import Account
from connectors.console.account_rules import check_account, check_roles
from connectors.console.actions import Action
from connectors.console.record import record_in
from connectors.console.roles import Role
from connectors.context import Connector
from connectors.state.console_tables import ACCOUNT_TABLES
from connectors.state.database import reading, writing
from hosting.accounts.book import AccountEvent, AccountEventKind, AccountRow, Change
from hosting.accounts.tables import AccountTables
from keys.custody.key_ring import KeyRing
from schemas.randomness import RandomSource

PRODUCT: Final = "Tongxin"
SIGN_IN_PATH: Final = "/desk/sign-in"
_ACTIONS: Final = {
    AccountEventKind.SIGNED_IN: Action.SIGN_IN,
    AccountEventKind.SIGN_IN_FAILED: Action.SIGN_IN_FAILED,
    AccountEventKind.PASSWORD_REPLACED: Action.PASSWORD_REPLACED,
    AccountEventKind.ROLES_GRANTED: Action.ROLES_GRANTED,
    AccountEventKind.ROLES_REVOKED: Action.ROLES_REVOKED,
}


@dataclass(frozen=True)
class AgencyAccounts:
    """The accounts at an agency's console (`AccountBook`)."""

    connector: Connector
    tables: AccountTables = ACCOUNT_TABLES
    administrator: Role = Role.ADMINISTRATOR

    @property
    def ring(self) -> KeyRing:
        """The connector's keys."""
        return self.connector.keys.ring

    @property
    def random(self) -> RandomSource:
        """The connector's source of randomness."""
        return self.connector.random

    @property
    def issuer(self) -> str:
        """What an authenticator calls this console."""
        return f"{PRODUCT} {self.connector.agency}"

    @property
    def sign_in_address(self) -> str:
        """The whole address of the page to sign in at."""
        return self.connector.settings.console_url.rstrip("/") + SIGN_IN_PATH

    def now(self) -> datetime:
        """Return the current time."""
        return self.connector.now()

    def account_of(self, row: AccountRow) -> Account:
        """Return the account of a row."""
        return Account(row.id, row.name, frozenset(Role(role) for role in row.roles), row.office)

    def office_of(self, account: Account) -> str | None:
        """Return the school where the person works."""
        return account.school

    def check_account(self, account: Account) -> None:
        """Check a new account; raises AccountError."""
        check_account(account)

    def check_roles(self, account: Account) -> None:
        """Check that these roles may be one person's; raises AccountError."""
        check_roles(account)

    def reading(self) -> AbstractContextManager[Connection]:
        """Open a transaction that sees one snapshot."""
        return reading(self.connector.state)

    def writing(self) -> AbstractContextManager[Connection]:
        """Open a transaction for what is not recorded."""
        return writing(self.connector.state)

    def commit(self, change: Change[Account]) -> None:
        """Commit a change with its lines in the record."""
        with writing(self.connector.state) as connection:
            for event in change(connection):
                self._record(connection, event)

    def _record(self, connection: Connection, event: AccountEvent[Account]) -> None:
        account = None if event.account is None else event.account.id
        is_own = event.kind not in {AccountEventKind.ROLES_GRANTED, AccountEventKind.ROLES_REVOKED}
        by = None if event.by is None else event.by.id
        subject = None if is_own else account
        record_in(
            connection,
            self.connector.seconds(),
            account if is_own else by,
            _ACTIONS[event.kind],
            subject,
            _detail(event),
        )


def _detail(event: AccountEvent[Account]) -> str | None:
    """Return the reason, the roles and the caller's address, as far as there are any; an address without its zone."""
    parts = [event.reason] if event.reason else []
    parts += sorted(event.roles)
    if event.address is not None:
        parts.append(f"address={event.address.partition('%')[0]}")
    return ",".join(parts) or None
