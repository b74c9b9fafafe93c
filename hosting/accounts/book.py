"""What one program tells of its accounts: kinds of roles, its tables, its keys, and how a change is committed."""

from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Generic, Protocol, TypeVar

from sqlalchemy import Connection

from hosting.accounts.tables import AccountTables
from keys.custody.key_ring import KeyRing
from schemas.randomness import RandomSource


class AnyAccount(Protocol):
    """What an account is in both programs."""

    @property
    def id(self) -> str:
        """The sign-in name."""

    @property
    def name(self) -> str:
        """The person's name, in clear."""

    @property
    def roles(self) -> AbstractSet[StrEnum]:
        """The roles, each of the program's own kind."""

    def may(self, permission: Any) -> bool:
        """Return whether the roles allow this; a permission is of the program's own kind as well."""


A = TypeVar("A", bound=AnyAccount)


@dataclass(frozen=True, slots=True)
class AccountRow:
    """An account as it is kept; `office` is where the person works, `created_at` in POSIX seconds."""

    id: str
    name: str = field(repr=False)
    roles: frozenset[str]
    office: str | None
    is_disabled: bool
    created_at: int


class AccountEventKind(StrEnum):
    """What became of an account."""

    SIGNED_IN = "signed_in"
    SIGN_IN_FAILED = "sign_in_failed"
    PASSWORD_REPLACED = "password_replaced"  # noqa: S105 - the name of an event
    ROLES_GRANTED = "roles_granted"
    ROLES_REVOKED = "roles_revoked"


@dataclass(frozen=True, slots=True)
class AccountEvent(Generic[A]):
    """Something to be noted together with the change itself.

    `account` is whose it is, None where an attempt named none that exists; `by` who did it where that is another
    account, None for the owner or the operator on the server; `address` the caller's.
    """

    kind: AccountEventKind
    account: A | None
    reason: str | None = None
    roles: frozenset[str] = frozenset()
    by: A | None = None
    address: str | None = field(default=None, repr=False)


Change = Callable[[Connection], Sequence[AccountEvent[A]]]
"""Works in a writing transaction; what it raises undoes everything, what it returns is noted with it."""


class AccountBook(Protocol[A]):
    """One program's accounts. The gateway's commits into its log, an agency's console into its own record."""

    @property
    def tables(self) -> AccountTables:
        """Where accounts are kept."""

    @property
    def ring(self) -> KeyRing:
        """The ring whose storage keys seal the secrets of authenticators."""

    @property
    def random(self) -> RandomSource:
        """Where secrets come from."""

    @property
    def administrator(self) -> StrEnum:
        """The role that changes accounts; one working account keeps it."""

    @property
    def issuer(self) -> str:
        """What an authenticator calls this console; Latin letters."""

    @property
    def sign_in_address(self) -> str:
        """The whole address of the page to sign in at."""

    def now(self) -> datetime:
        """Return the current time (aware)."""

    def account_of(self, row: AccountRow) -> A:
        """Return the program's account of a row; raises ValueError for roles that it does not know."""

    def office_of(self, account: A) -> str | None:
        """Return where the person works, as the row keeps it."""

    def check_account(self, account: A) -> None:
        """Check a new account; raises AccountError."""

    def check_roles(self, account: A) -> None:
        """Check that these roles may be one person's; raises AccountError."""

    def reading(self) -> AbstractContextManager[Connection]:
        """Open a transaction that sees one snapshot."""

    def writing(self) -> AbstractContextManager[Connection]:
        """Open a transaction for what is not noted: sessions in use, counted attempts."""

    def commit(self, change: Change[A]) -> None:
        """Commit a change together with its events, or neither."""


def seconds(book: AccountBook[A]) -> int:
    """Return the current POSIX seconds."""
    return int(book.now().timestamp())
