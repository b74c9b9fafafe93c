"""Tables of the register: members, the key statements they made, and the registry as it was last signed."""

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, PrimaryKeyConstraint, Table, Text, UniqueConstraint

from gateway.persistence.metadata import metadata

member = Table(
    "member",
    metadata,
    Column("agency", Text, nullable=False),
    Column("agency_type", Text, nullable=False),
    Column("name_zh", Text, nullable=False),
    Column("name_en", Text, nullable=False),
    Column("region", Text, nullable=False),
    Column("endpoint", Text, nullable=False),
    Column("root", Text, nullable=False),  # thumbprint of the first signing key, accepted at enrolment
    Column("enrolled_at", BigInteger, nullable=False),
    PrimaryKeyConstraint("agency"),
)

key_statement = Table(
    "key_statement",
    metadata,
    Column("agency", Text, ForeignKey("member.agency"), nullable=False),
    Column("place", Integer, nullable=False),  # order in which the statements were made, from 0
    Column("token", Text, nullable=False),
    PrimaryKeyConstraint("agency", "place"),
    UniqueConstraint("agency", "token"),
)

registry_version = Table(
    "registry_version",
    metadata,
    Column("version", Integer, autoincrement=False, nullable=False),
    Column("token", Text, nullable=False),
    Column("issued_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    PrimaryKeyConstraint("version"),
)
