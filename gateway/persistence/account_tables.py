"""Tables of the console: who may sign in, with which roles, how they prove it, and who is signed in now.

Times are POSIX seconds. Of a session only SHA-256 of its token is kept, of an attempt that failed only a keyed digest
of the account's name or the address.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
)

from gateway.persistence.metadata import metadata

console_account = Table(
    "console_account",
    metadata,
    Column("id", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("agency", Text),
    Column("is_disabled", Boolean, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    PrimaryKeyConstraint("id"),
)

console_role = Table(
    "console_role",
    metadata,
    Column("account", Text, ForeignKey("console_account.id"), nullable=False),
    Column("role", Text, nullable=False),
    PrimaryKeyConstraint("account", "role"),
)

console_credential = Table(
    "console_credential",
    metadata,
    Column("account", Text, ForeignKey("console_account.id"), nullable=False),
    Column("password_hash", Text, nullable=False),  # PHC string, Argon2id
    Column("password_set_at", BigInteger, nullable=False),
    Column("is_one_time", Boolean, nullable=False),  # the password was given by somebody else and must be replaced
    Column("totp_secret", LargeBinary, nullable=False),  # sealed under the gateway's storage key
    Column("totp_step", BigInteger, nullable=False),  # the last time step that was used; none of before is accepted
    PrimaryKeyConstraint("account"),
)

console_session = Table(
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

console_attempt = Table(
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
