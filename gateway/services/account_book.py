"""The gateway's accounts: members' agencies, roles apart, and every change committed with its entries in the log."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from gateway.domain.account import Account
from gateway.domain.account_rules import check_account, check_roles
from gateway.domain.roles import Role
from gateway.log.events import Actor, Event, EventType, PersonalField
from gateway.log.journal import Draft
from gateway.persistence.account_tables import ACCOUNT_TABLES
from gateway.persistence.engine import read_transaction, write_transaction
from gateway.services.console_events import CONSOLE_CLIENT, console_event
from gateway.services.context import Gateway
from hosting.accounts.book import AccountEvent, AccountEventKind, AccountRow, Change
from hosting.accounts.tables import AccountTables
from keys.custody.key_ring import KeyRing
from schemas.randomness import RandomSource

PRODUCT: Final = "Tongxin"
SIGN_IN_PATH: Final = "/console/sign-in"
SERVER_CLIENT: Final = "server"
_TYPES: Final = {
    AccountEventKind.SIGNED_IN: EventType.AUTH_SUCCEED,
    AccountEventKind.SIGN_IN_FAILED: EventType.AUTH_FAIL,
    AccountEventKind.PASSWORD_REPLACED: EventType.AUTH_SUCCEED,
    AccountEventKind.ROLES_GRANTED: EventType.ROLE_GRANT,
    AccountEventKind.ROLES_REVOKED: EventType.ROLE_REVOKE,
}


@dataclass(frozen=True)
class GatewayAccounts:
    """The accounts at the gateway's console (`AccountBook`). Changes raise AuditUnavailableError without a log."""

    gateway: Gateway
    tables: AccountTables = ACCOUNT_TABLES
    administrator: Role = Role.SECURITY_ADMINISTRATOR

    @property
    def ring(self) -> KeyRing:
        """The gateway's keys."""
        return self.gateway.keys.ring

    @property
    def random(self) -> RandomSource:
        """The gateway's source of randomness."""
        return self.gateway.random

    @property
    def issuer(self) -> str:
        """What an authenticator calls this console."""
        return f"{PRODUCT} {self.gateway.id}"

    @property
    def sign_in_address(self) -> str:
        """The whole address of the page to sign in at."""
        return self.gateway.settings.url.rstrip("/") + SIGN_IN_PATH

    def now(self) -> datetime:
        """Return the current time."""
        return self.gateway.now()

    def account_of(self, row: AccountRow) -> Account:
        """Return the account of a row."""
        return Account(row.id, row.name, frozenset(Role(role) for role in row.roles), row.office)

    def office_of(self, account: Account) -> str | None:
        """Return the agency that the account audits for."""
        return account.agency

    def check_account(self, account: Account) -> None:
        """Check a new account against the members; raises AccountError."""
        check_account(account, self.gateway.members.current().members)

    def check_roles(self, account: Account) -> None:
        """Check that these roles may be one person's; raises AccountError."""
        check_roles(account)

    def reading(self) -> AbstractContextManager[Connection]:
        """Open a transaction that sees one snapshot."""
        return read_transaction(self.gateway.engine)

    def writing(self) -> AbstractContextManager[Connection]:
        """Open a transaction for what does not enter the log."""
        return write_transaction(self.gateway.engine)

    def commit(self, change: Change[Account]) -> None:
        """Commit a change with its entries in the log; raises AuditUnavailableError, and then nothing was done."""

        def logged(connection: Connection) -> Draft[None]:
            return Draft(None, tuple(self._logged(event) for event in change(connection)))

        self.gateway.journal.write(logged)

    def _logged(self, event: AccountEvent[Account]) -> Event:
        if event.kind in {AccountEventKind.ROLES_GRANTED, AccountEventKind.ROLES_REVOKED}:
            return self._role_event(event)
        account = event.account
        reason = "password_replaced" if event.kind is AccountEventKind.PASSWORD_REPLACED else event.reason
        personal = {PersonalField.ACCOUNT: account.id if account else None, PersonalField.IP: event.address}
        org = self.gateway.id if account is None else account.agency or self.gateway.id
        return Event(
            type=_TYPES[event.kind],
            actor=Actor(org=org, client=CONSOLE_CLIENT),
            reason=reason,
            personal={name: value for name, value in personal.items() if value is not None},
        )

    def _role_event(self, event: AccountEvent[Account]) -> Event:
        kind, reason, fields = _TYPES[event.kind], event.reason, tuple(sorted(event.roles))
        changed = event.account.id if event.account else None
        if event.by is not None:
            return console_event(self.gateway, event.by, kind, reason=reason, fields=fields, other_account=changed)
        personal = {} if changed is None else {PersonalField.ACCOUNT: changed}
        actor = Actor(org=self.gateway.id, client=SERVER_CLIENT)
        return Event(type=kind, actor=actor, reason=reason, fields=fields, personal=personal)
