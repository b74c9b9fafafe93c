"""Replacing one's own password: it ends all sessions, and the next one begins with another token."""

from dataclasses import replace

from sqlalchemy import Connection

from hosting.accounts.account_queries import find_credential, replace_credential
from hosting.accounts.book import A, AccountBook, AccountEvent, AccountEventKind, seconds
from hosting.accounts.credentials import is_right_password
from hosting.accounts.password_rules import PasswordError, PasswordFault, check_new_password
from hosting.accounts.session_queries import delete_sessions_of
from hosting.accounts.sessions import begin_session_in
from hosting.accounts.sign_in_throttle import charge_attempt, forgive_attempt
from keys.crypto.password import STANDARD_PASSWORD_COST, hash_password


def replace_password(book: AccountBook[A], account: A, current: str, new: str, address: str, token: str) -> None:
    """Replace the password of `account`, end its sessions, and begin one for `token`.

    Raises:
        PasswordError: the current one is wrong, or the new one can't be taken.
        SignInLockedError: the current one was wrong too often.
        Exception: what `commit` raises where it could not be noted; nothing was changed.
    """
    check_new_password(account.id, current, new)
    charge_attempt(book, account.id, address)
    with book.reading() as connection:
        credential = find_credential(connection, book.tables, account.id)
    if credential is None or not is_right_password(book, credential, current):
        raise PasswordError(PasswordFault.WRONG)
    now = seconds(book)
    hashed = hash_password(new, STANDARD_PASSWORD_COST, book.random)
    replaced = replace(credential, password_hash=hashed, password_set_at=now, is_one_time=False)
    event = AccountEvent(AccountEventKind.PASSWORD_REPLACED, account, address=address)

    def change(connection: Connection) -> list[AccountEvent[A]]:
        if find_credential(connection, book.tables, account.id) != credential:
            raise PasswordError(PasswordFault.WRONG)  # it was reset since it was looked at
        replace_credential(connection, book.tables, account.id, replaced)
        delete_sessions_of(connection, book.tables, account.id)
        begin_session_in(connection, book.tables, token, account.id, now)
        return [event]

    book.commit(change)
    forgive_attempt(book, account.id, address)
