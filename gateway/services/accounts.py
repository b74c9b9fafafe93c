"""Accounts at the console: add, change roles, disable, reset; each change is logged and ends the account's sessions.

`by` is the account that does it, or None for the operator on the server. The rules are `gateway.domain.account_rules`.
"""

from collections.abc import Iterable
from dataclasses import replace

from sqlalchemy import Connection

from gateway.domain.account import Account
from gateway.domain.account_rules import (
    AccountError,
    AccountFault,
    check_account,
    check_administrator_left,
    check_other,
    check_roles,
)
from gateway.domain.roles import Role
from gateway.log.events import Actor, Event, EventType, PersonalField
from gateway.log.journal import Draft
from gateway.persistence.account_queries import (
    StoredAccount,
    add_account,
    find_account,
    list_accounts,
    replace_credential,
    replace_roles,
    set_disabled,
)
from gateway.persistence.engine import read_transaction
from gateway.persistence.session_queries import delete_sessions_of
from gateway.services.console_events import console_event
from gateway.services.context import Gateway
from gateway.services.credentials import NewCredential, keep_credential, new_credential

SERVER_CLIENT = "server"


def open_account(gateway: Gateway, by: Account | None, account: Account) -> NewCredential:
    """Add an account and return what its owner signs in with for the first time.

    Raises:
        AccountError: malformed, or a rule forbids it, or there is one of this id.
        AuditUnavailableError: it could not be logged; nothing was done.
    """
    check_account(account, gateway.members.current().members)
    credential = new_credential(gateway.random)
    kept = keep_credential(gateway, account.id, credential)

    def change(connection: Connection) -> Draft[None]:
        if find_account(connection, account.id) is not None:
            raise AccountError(AccountFault.EXISTS)
        add_account(connection, account, kept, gateway.seconds())
        return Draft(None, (_event(gateway, by, EventType.ROLE_GRANT, account.id, account.roles, "account_added"),))

    gateway.journal.write(change)
    return credential


def change_roles(gateway: Gateway, by: Account | None, account_id: str, roles: Iterable[Role]) -> None:
    """Let an account have these roles and no others.

    Raises:
        AccountError: no such account, one's own, the last security administrator's, or roles that can't be held so.
        AuditUnavailableError: it could not be logged; nothing was done.
    """
    check_other(by, account_id)
    wanted = frozenset(roles)

    def change(connection: Connection) -> Draft[None]:
        stored = _get_account(connection, account_id)
        check_roles(replace(stored.account, roles=wanted))
        if stored.is_disabled:
            raise AccountError(AccountFault.DISABLED)
        if Role.SECURITY_ADMINISTRATOR not in wanted:
            _require_administrator_left(connection, account_id)
        replace_roles(connection, account_id, wanted)
        delete_sessions_of(connection, account_id)
        granted, revoked = wanted - stored.account.roles, stored.account.roles - wanted
        events = ((EventType.ROLE_GRANT, granted), (EventType.ROLE_REVOKE, revoked))
        return Draft(None, tuple(_event(gateway, by, kind, account_id, which) for kind, which in events if which))

    gateway.journal.write(change)


def disable_account(gateway: Gateway, by: Account | None, account_id: str) -> None:
    """Let nobody sign in with an account any more; raises as `change_roles`."""
    check_other(by, account_id)

    def change(connection: Connection) -> Draft[None]:
        stored = _get_account(connection, account_id)
        _require_administrator_left(connection, account_id)
        set_disabled(connection, account_id, is_disabled=True)
        delete_sessions_of(connection, account_id)
        roles, reason = stored.account.roles, "account_disabled"
        return Draft(None, (_event(gateway, by, EventType.ROLE_REVOKE, account_id, roles, reason),))

    gateway.journal.write(change)


def reset_account(gateway: Gateway, by: Account | None, account_id: str) -> NewCredential:
    """Give an account a new one-time password and TOTP secret, and let it be used again if it was disabled.

    Raises:
        AccountError: no such account, or one's own.
        AuditUnavailableError: it could not be logged; nothing was done.
    """
    check_other(by, account_id)
    credential = new_credential(gateway.random)
    kept = keep_credential(gateway, account_id, credential)

    def change(connection: Connection) -> Draft[None]:
        stored = _get_account(connection, account_id)
        replace_credential(connection, account_id, kept)
        set_disabled(connection, account_id, is_disabled=False)
        delete_sessions_of(connection, account_id)
        roles, reason = stored.account.roles, "credentials_reset"
        return Draft(None, (_event(gateway, by, EventType.ROLE_GRANT, account_id, roles, reason),))

    gateway.journal.write(change)
    return credential


def all_accounts(gateway: Gateway) -> list[StoredAccount]:
    """Return all accounts, by id."""
    with read_transaction(gateway.engine) as connection:
        return list_accounts(connection)


def get_account(gateway: Gateway, account_id: str) -> StoredAccount:
    """Return an account; raises AccountError if there is none."""
    with read_transaction(gateway.engine) as connection:
        return _get_account(connection, account_id)


def _get_account(connection: Connection, account_id: str) -> StoredAccount:
    stored = find_account(connection, account_id)
    if stored is None:
        raise AccountError(AccountFault.UNKNOWN)
    return stored


def _require_administrator_left(connection: Connection, account_id: str) -> None:
    working = [stored.account for stored in list_accounts(connection) if not stored.is_disabled]
    check_administrator_left(account_id, working)


def _event(
    gateway: Gateway,
    by: Account | None,
    event_type: EventType,
    account_id: str,
    roles: Iterable[Role],
    reason: str | None = None,
) -> Event:
    fields = tuple(sorted(role.value for role in roles))
    if by is not None:
        return console_event(gateway, by, event_type, reason=reason, fields=fields, other_account=account_id)
    return Event(
        type=event_type,
        actor=Actor(org=gateway.id, client=SERVER_CLIENT),
        reason=reason,
        fields=fields,
        personal={PersonalField.ACCOUNT: account_id},
    )
