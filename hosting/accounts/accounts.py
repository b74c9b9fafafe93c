"""Accounts at a console: add, change roles, disable, reset; each change is noted and ends the account's sessions.

`by` is the account that does it, or None for the operator on the server. The rules are `account_rules` and the book's.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Generic

from sqlalchemy import Connection

from hosting.accounts.account_queries import (
    add_row,
    find_row,
    list_rows,
    remove_identity,
    replace_credential,
    replace_roles,
    set_disabled,
)
from hosting.accounts.account_rules import AccountError, AccountFault, check_administrator_left, check_other
from hosting.accounts.book import A, AccountBook, AccountEvent, AccountEventKind, AccountRow, seconds
from hosting.accounts.credentials import NewCredential, keep_credential, new_credential
from hosting.accounts.session_queries import delete_sessions_of


@dataclass(frozen=True, slots=True)
class StoredAccount(Generic[A]):
    """An account as it is kept; `created_at` in POSIX seconds."""

    account: A
    is_disabled: bool
    created_at: int


def open_account(book: AccountBook[A], by: A | None, account: A) -> NewCredential:
    """Add an account and return what its owner signs in with for the first time.

    Raises:
        AccountError: malformed, or a rule forbids it, or there is one of this id.
        Exception: what `commit` raises where it could not be noted; nothing was done. So with the other changes.
    """
    book.check_account(account)
    credential = new_credential(book.random)
    kept = keep_credential(book, account.id, credential)
    roles = frozenset(role.value for role in account.roles)
    office = book.office_of(account)
    row = AccountRow(account.id, account.name, roles, office, is_disabled=False, created_at=seconds(book))

    def change(connection: Connection) -> list[AccountEvent[A]]:
        if find_row(connection, book.tables, account.id) is not None:
            raise AccountError(AccountFault.EXISTS)
        add_row(connection, book.tables, row, kept)
        return [AccountEvent(AccountEventKind.ROLES_GRANTED, account, "account_added", roles, by)]

    book.commit(change)
    return credential


def change_roles(book: AccountBook[A], by: A | None, account_id: str, roles: Collection[StrEnum]) -> None:
    """Let an account have these roles and no others.

    Raises:
        AccountError: no such account, one's own, the last administrator's, or roles that can't be held so.
    """
    check_other(by, account_id)
    wanted = frozenset(role.value for role in roles)

    def change(connection: Connection) -> list[AccountEvent[A]]:
        row = _get_row(connection, book, account_id)
        changed = book.account_of(replace(row, roles=wanted))
        book.check_roles(changed)
        if row.is_disabled:
            raise AccountError(AccountFault.DISABLED)
        if book.administrator not in wanted:
            _require_administrator_left(connection, book, account_id)
        replace_roles(connection, book.tables, account_id, wanted)
        delete_sessions_of(connection, book.tables, account_id)
        changes = (
            (AccountEventKind.ROLES_GRANTED, wanted - row.roles),
            (AccountEventKind.ROLES_REVOKED, row.roles - wanted),
        )
        return [AccountEvent(kind, changed, None, which, by) for kind, which in changes if which]

    book.commit(change)


def disable_account(book: AccountBook[A], by: A | None, account_id: str) -> None:
    """Let nobody sign in with an account any more; raises as `change_roles`."""
    check_other(by, account_id)

    def change(connection: Connection) -> list[AccountEvent[A]]:
        row = _get_row(connection, book, account_id)
        _require_administrator_left(connection, book, account_id)
        set_disabled(connection, book.tables, account_id, is_disabled=True)
        delete_sessions_of(connection, book.tables, account_id)
        account = book.account_of(row)
        return [AccountEvent(AccountEventKind.ROLES_REVOKED, account, "account_disabled", row.roles, by)]

    book.commit(change)


def reset_account(book: AccountBook[A], by: A | None, account_id: str) -> NewCredential:
    """Give an account a new one-time password and TOTP secret, and let it be used again if it was disabled.

    It is bound to nobody at an identity provider any more.

    Raises:
        AccountError: no such account, or one's own.
    """
    check_other(by, account_id)
    credential = new_credential(book.random)
    kept = keep_credential(book, account_id, credential)

    def change(connection: Connection) -> list[AccountEvent[A]]:
        row = _get_row(connection, book, account_id)
        replace_credential(connection, book.tables, account_id, kept)
        remove_identity(connection, book.tables, account_id)
        set_disabled(connection, book.tables, account_id, is_disabled=False)
        delete_sessions_of(connection, book.tables, account_id)
        account = book.account_of(row)
        return [AccountEvent(AccountEventKind.ROLES_GRANTED, account, "credentials_reset", row.roles, by)]

    book.commit(change)
    return credential


def all_accounts(book: AccountBook[A]) -> list[StoredAccount[A]]:
    """Return all accounts, by id."""
    with book.reading() as connection:
        return [_stored(book, row) for row in list_rows(connection, book.tables)]


def get_account(book: AccountBook[A], account_id: str) -> StoredAccount[A]:
    """Return an account; raises AccountError if there is none."""
    with book.reading() as connection:
        return _stored(book, _get_row(connection, book, account_id))


def _stored(book: AccountBook[A], row: AccountRow) -> StoredAccount[A]:
    return StoredAccount(book.account_of(row), row.is_disabled, row.created_at)


def _get_row(connection: Connection, book: AccountBook[A], account_id: str) -> AccountRow:
    row = find_row(connection, book.tables, account_id)
    if row is None:
        raise AccountError(AccountFault.UNKNOWN)
    return row


def _require_administrator_left(connection: Connection, book: AccountBook[A], account_id: str) -> None:
    working = [book.account_of(row) for row in list_rows(connection, book.tables) if not row.is_disabled]
    check_administrator_left(account_id, working, book.administrator)
