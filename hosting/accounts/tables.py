"""Tables of a console: who may sign in, with which roles, how they prove it, and who is signed in now.

Times are POSIX seconds. Of a session only SHA-256 of its token is kept, of an attempt that failed only a keyed digest
of the account's name or the address; of a visit to the identity provider digests alone, the rest is sealed.
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
    UniqueConstraint,
)


@dataclass(frozen=True)
class AccountTables:
    """The tables of one program's accounts; `office` is the column that says where within or outside one works.

    `identity` binds persons at an identity provider to accounts, `visit` is who is on the way there.
    """

    account: Table
    role: Table
    credential: Table
    session: Table
    attempt: Table
    identity: Table
    visit: Table
    office: Column[str | None]


def add_account_tables(metadata: MetaData, office: str) -> AccountTables:
    """Declare the tables on `metadata`; `office` names the column of where somebody works (an agency, a school)."""
    account = _account(metadata, office)
    return AccountTables(
        account=account,
        role=_role(metadata),
        credential=_credential(metadata),
        session=_session(metadata),
        attempt=_attempt(metadata),
        identity=_identity(metadata),
        visit=_visit(metadata),
        office=account.c[office],
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


def _identity(metadata: MetaData) -> Table:
    return Table(
        "console_identity",
        metadata,
        Column("account", Text, ForeignKey("console_account.id"), nullable=False),
        Column("issuer", Text, nullable=False),
        Column("subject", Text, nullable=False),
        Column("linked_at", BigInteger, nullable=False),
        PrimaryKeyConstraint("account"),
        UniqueConstraint("issuer", "subject"),
    )


def _visit(metadata: MetaData) -> Table:
    return Table(
        "console_visit",
        metadata,
        Column("state_digest", LargeBinary, nullable=False),
        Column("browser_digest", LargeBinary, nullable=False),
        Column("sealed", LargeBinary, nullable=False),  # nonce, code verifier, and the page and form to go on with
        Column("begun_at", BigInteger, nullable=False),
        PrimaryKeyConstraint("state_digest"),
        CheckConstraint("length(state_digest) = 32", name="state_digest"),
        CheckConstraint("length(browser_digest) = 32", name="browser_digest"),
        Index(None, "begun_at"),
    )
