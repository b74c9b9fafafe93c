"""Tables of a console: who may sign in, with which roles, how they prove it, and who is signed in now.

Times are POSIX seconds. Of a session only SHA-256 of its token is kept, of an attempt that failed only a keyed digest
of the account's name or the address.
"""

from dataclasses import dataclass

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
)


@dataclass(frozen=True)
class AccountTables:
    """The tables of one program's accounts; `office` is the column that says where within or outside one works.

    `identity` binds persons at an identity provider to accounts; None where nobody can sign in with one.
    """

    account: Table
    role: Table
    credential: Table
    session: Table
    attempt: Table
    office: Column[str | None]
    identity: Table | None = None


def add_account_tables(metadata: MetaData, office: str) -> AccountTables:
    """Declare the tables on `metadata`; `office` names the column of where somebody works (an agency, a school)."""
    account = _account(metadata, office)
    return AccountTables(
        account, _role(metadata), _credential(metadata), _session(metadata), _attempt(metadata), account.c[office]
    )


def _account(metadata: MetaData, office: str) -> Table:
    return Table(
        "console_account",
        metadata,
        Column("id", Text, nullable=False),
        Column("name", Text, nullable=False),
        Column(office, Text),
        Column("is_disabled", Boolean, nullable=False),
        Column("created_at", BigInteger, nullable=False),
        PrimaryKeyConstraint("id"),
    )


def _role(metadata: MetaData) -> Table:
    return Table(
        "console_role",
        metadata,
        Column("account", Text, ForeignKey("console_account.id"), nullable=False),
        Column("role", Text, nullable=False),
        PrimaryKeyConstraint("account", "role"),
    )


def _credential(metadata: MetaData) -> Table:
    return Table(
        "console_credential",
        metadata,
        Column("account", Text, ForeignKey("console_account.id"), nullable=False),
        Column("password_hash", Text, nullable=False),  # PHC string, Argon2id
        Column("password_set_at", BigInteger, nullable=False),
        Column("is_one_time", Boolean, nullable=False),  # the password was given by somebody else: to be replaced
        Column("totp_secret", LargeBinary, nullable=False),  # sealed under the program's storage key
        Column("totp_step", BigInteger, nullable=False),  # the last time step used; none of before is accepted
        PrimaryKeyConstraint("account"),
    )


def _session(metadata: MetaData) -> Table:
    return Table(
        "console_session",
        metadata,
        Column("token_digest", LargeBinary, nullable=False),
        Column("account", Text, ForeignKey("console_account.id"), nullable=False),
        Column("began_at", BigInteger, nullable=False),
        Column("seen_at", BigInteger, nullable=False),
        PrimaryKeyConstraint("token_digest"),
        CheckConstraint("length(token_digest) = 32", name="token_digest"),
        Index(None, "account"),
    )


def _attempt(metadata: MetaData) -> Table:
    return Table(
        "console_attempt",
        metadata,
        Column("subject", LargeBinary, nullable=False),
        Column("failures", Integer, nullable=False),
        Column("failed_at", BigInteger, nullable=False),
        Column("locked_until", BigInteger, nullable=False),
        PrimaryKeyConstraint("subject"),
        CheckConstraint("length(subject) = 32", name="subject"),
        Index(None, "failed_at"),
    )
