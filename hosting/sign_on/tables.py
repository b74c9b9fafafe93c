"""Tables of signing in with an identity provider: whose account a person there has, and who is on the way there now.

Times are POSIX seconds. Of a visit's state and of its browser only SHA-256 is kept, the rest is sealed.
"""

from dataclasses import dataclass

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
)


@dataclass(frozen=True)
class SignOnTables:
    """The tables of one program."""

    identity: Table
    visit: Table


def add_sign_on_tables(metadata: MetaData) -> SignOnTables:
    """Declare the tables on `metadata`, beside those of the accounts."""
    return SignOnTables(_identity(metadata), _visit(metadata))


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
