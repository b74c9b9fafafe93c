"""Binding a person at the identity provider to an account: an administrator does it, and the local password ends."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import ClassVar, Final

from sqlalchemy import Connection, insert, select

from hosting.accounts.account_queries import find_row, replace_credential
from hosting.accounts.account_rules import AccountError, AccountFault, check_other
from hosting.accounts.book import A, AccountBook, AccountEvent, AccountEventKind, seconds
from hosting.accounts.credentials import keep_credential, new_credential
from hosting.accounts.session_queries import delete_sessions_of
from hosting.accounts.tables import AccountTables
from schemas.faults import Wording

MAX_SUBJECT_CHARACTERS: Final = 255  # OpenID Connect Core 1.0 section 2, `sub`


class IdentityFault(StrEnum):
    """Why a person can't be bound to an account."""

    SUBJECT = "subject"
    TAKEN = "taken"
    LINKED = "linked"


class IdentityError(AccountError):
    """A person at the provider can't be bound to an account."""

    wordings: ClassVar[Mapping[StrEnum, Wording]] = {
        IdentityFault.SUBJECT: Wording(
            f"统一身份标识须为 1 至 {MAX_SUBJECT_CHARACTERS} 个字符，首尾没有空格",
            f"An identity has 1 to {MAX_SUBJECT_CHARACTERS} characters and no blank at either end",
        ),
        IdentityFault.TAKEN: Wording("这一统一身份已绑定另一账号", "This identity is bound to another account"),
        IdentityFault.LINKED: Wording(
            "该账号已绑定统一身份；如需更换，请先重置账号", "The account is bound already: reset it to bind it anew"
        ),
    }


@dataclass(frozen=True, slots=True)
class Identity:
    """A person as the provider `issuer` knows them."""

    issuer: str
    subject: str = field(repr=False)


def link_account(book: AccountBook[A], by: A | None, account_id: str, identity: Identity) -> None:
    """Let the person sign in with this account, and with no password of ours any more.

    Raises:
        AccountError: no such account, disabled, one's own, or bound already.
        Exception: what `commit` raises where it could not be noted; nothing was done.
    """
    check_other(by, account_id)
    _check_subject(identity.subject)
    # A password that nobody was ever told: the account has one way in.
    nobodys = replace(keep_credential(book, account_id, new_credential(book.random)), is_one_time=False)

    def change(connection: Connection) -> list[AccountEvent[A]]:
        row = find_row(connection, book.tables, account_id)
        if row is None:
            raise AccountError(AccountFault.UNKNOWN)
        if row.is_disabled:
            raise AccountError(AccountFault.DISABLED)
        _require_free(connection, book.tables, account_id, identity)
        _add(connection, book.tables, account_id, identity, seconds(book))
        replace_credential(connection, book.tables, account_id, nobodys)
        delete_sessions_of(connection, book.tables, account_id)
        account = book.account_of(row)
        return [AccountEvent(AccountEventKind.ROLES_GRANTED, account, "identity_linked", row.roles, by)]

    book.commit(change)


def find_account(connection: Connection, tables: AccountTables, identity: Identity) -> str | None:
    """Return the id of the account that a person is bound to, or None."""
    columns = tables.identity.c
    asked = select(columns.account).where(columns.issuer == identity.issuer, columns.subject == identity.subject)
    found: str | None = connection.scalar(asked)
    return found


def find_identity(connection: Connection, tables: AccountTables, account_id: str) -> Identity | None:
    """Return which person an account is bound to, or None."""
    row = connection.execute(select(tables.identity).where(tables.identity.c.account == account_id)).first()
    return None if row is None else Identity(row.issuer, row.subject)


def _check_subject(subject: str) -> None:
    is_text = 0 < len(subject) <= MAX_SUBJECT_CHARACTERS and subject.isprintable()
    if not is_text or subject != subject.strip():
        raise IdentityError(IdentityFault.SUBJECT)


def _require_free(connection: Connection, tables: AccountTables, account_id: str, identity: Identity) -> None:
    if find_identity(connection, tables, account_id) is not None:
        raise IdentityError(IdentityFault.LINKED)
    if find_account(connection, tables, identity) is not None:
        raise IdentityError(IdentityFault.TAKEN)


def _add(connection: Connection, tables: AccountTables, account_id: str, identity: Identity, now: int) -> None:
    values = {"account": account_id, "issuer": identity.issuer, "subject": identity.subject, "linked_at": now}
    connection.execute(insert(tables.identity).values(values))
