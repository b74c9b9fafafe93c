"""Tables of the witness: every checkpoint that it cosigned, what contradicts them, what others were seen to sign."""

from sqlalchemy import BigInteger, Column, LargeBinary, String, Table, Text

from connectors.state.tables import AGENCY, DIGEST, metadata

ORIGIN = String(255)

cosigned_checkpoint = Table(
    "cosigned_checkpoint",
    metadata,
    Column("origin", ORIGIN, primary_key=True),
    Column("size", BigInteger, primary_key=True, autoincrement=False),
    Column("root_hash", LargeBinary(32), nullable=False),
    Column("note", LargeBinary, nullable=False),
    Column("cosigned_at", BigInteger, nullable=False),
)

witness_evidence = Table(
    "witness_evidence",
    metadata,
    Column("id", DIGEST, primary_key=True),
    Column("code", String(60), nullable=False),
    Column("origin", ORIGIN, nullable=False),
    Column("first_note", LargeBinary, nullable=False),
    Column("second_note", LargeBinary, nullable=False),
    Column("proof", Text, nullable=False),
    Column("found_at", BigInteger, nullable=False),
)

peer_note = Table(
    "peer_note",
    metadata,
    Column("agency", AGENCY, primary_key=True),
    Column("origin", ORIGIN, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("channel", String(10), nullable=False),
    Column("compared_at", BigInteger, nullable=False),
)
