"""Tables of what this agency asked, and answered to others, and of what the log was seen to say of it."""

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, String, Table, Text

from connectors.state.tables import AGENCY, DIGEST, UUID, metadata

# No message's body stands here: envelopes, digests, counts and names of attributes.
own_message = Table(
    "own_message",
    metadata,
    Column("envelope", DIGEST, primary_key=True),
    Column("correlation", UUID, nullable=False),
    Column("type", String(40), nullable=False),
    Column("requester", AGENCY, nullable=False),
    Column("token", Text, nullable=False),
    Column("peer", AGENCY, nullable=False),
    Column("policy", DIGEST),
    Column("records", BigInteger),
    Column("fields", Text, nullable=False),
    Column("item", Text),  # ItemRecord, canonical
    Column("agreement_step", Text),  # AgreementRecord, canonical
    Column("expires_at", BigInteger, nullable=False),
    Column("seen_at", BigInteger, nullable=False),
    Column("answer", Text),
    Column("answer_digest", DIGEST),
    Column("answered_at", BigInteger),
    Column("answered_records", BigInteger),
    Column("refused", String(60)),
    Index("ix_own_message_correlation", "correlation"),
    Index("ix_own_message_answer_digest", "answer_digest"),
)

own_entry = Table(
    "own_entry",
    metadata,
    Column("shard", Integer, primary_key=True),
    Column("leaf_index", BigInteger, primary_key=True),
    Column("leaf", DIGEST, nullable=False),
    Column("event_id", UUID, nullable=False),
    Column("correlation", UUID),
    Column("kind", String(60), nullable=False),
    Index("ix_own_entry_leaf", "leaf"),
    Index("ix_own_entry_correlation", "correlation"),
)

log_position = Table(
    "log_position",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("shard", Integer, nullable=False),
    Column("leaf_index", BigInteger, nullable=False),
    Column("covered_at", BigInteger, nullable=False),
)

seen_checkpoint = Table(
    "seen_checkpoint",
    metadata,
    Column("shard", Integer, primary_key=True),
    Column("size", BigInteger, primary_key=True, autoincrement=False),
    Column("note", Text, nullable=False),
    Column("seen_at", BigInteger, nullable=False),
)

log_evidence = Table(
    "log_evidence",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("code", String(60), nullable=False),
    Column("subject", String(200), nullable=False),
    Column("found_at", BigInteger, nullable=False),
    Column("document", LargeBinary, nullable=False),
    Index("uq_log_evidence_code_subject", "code", "subject", unique=True),
)
