"""Tables of a connector's own database. Row locators, answers and evaluated keys stand in them sealed at rest only."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

metadata = MetaData()

DIGEST = String(43)
UUID = String(36)
AGENCY = String(63)

registry_copy = Table(
    "registry_copy",
    metadata,
    Column("version", Integer, primary_key=True),
    Column("token", Text, nullable=False),
    Column("fetched_at", BigInteger, nullable=False),
)

alert = Table(
    "alert",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("raised_at", BigInteger, nullable=False),
    Column("code", String(60), nullable=False),
    Column("subject", String(200), nullable=False),
    Index("uq_alert_code_subject", "code", "subject", unique=True),
)

agreement_copy = Table(
    "agreement_copy",
    metadata,
    Column("digest", DIGEST, primary_key=True),
    Column("body", LargeBinary, nullable=False),
    Column("signatures", Text, nullable=False),
    Column("state", String(12), nullable=False),
    Column("is_withheld", Boolean, nullable=False, default=False),
    Column("history", Text, nullable=False),  # JSON: the steps of its life, oldest first
    Column("review_due_at", BigInteger),
)

seen_envelope = Table(
    "seen_envelope",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("expires_at", BigInteger, nullable=False),
)

budget_use = Table(
    "budget_use",
    metadata,
    Column("agreement", DIGEST, primary_key=True),
    Column("day", String(10), primary_key=True),
    Column("kind", String(12), primary_key=True),
    Column("used", BigInteger, nullable=False),
)

publication = Table(
    "publication",
    metadata,
    Column("index_id", UUID, primary_key=True),
    Column("agreement", DIGEST, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("mode", String(8), nullable=False),
    Column("base", UUID),
    Column("state", String(10), nullable=False),
    Column("parts", Integer, nullable=False),
    Column("records", Integer, nullable=False),
    Column("prepared_at", BigInteger, nullable=False),
)

publication_part = Table(
    "publication_part",
    metadata,
    Column("index_id", UUID, ForeignKey("publication.index_id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("body", LargeBinary, nullable=False),
)

# In rowid order: with random handles as the order on disk, every step of a large index would touch every page.
index_record = Table(
    "index_record",
    metadata,
    Column("handle", LargeBinary(16), primary_key=True),
    Column("agreement", DIGEST, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("fingerprint", LargeBinary(16), nullable=False),
    Column("locator", LargeBinary, nullable=False),
    Column("source_version", String(100)),
    Column("added_by", UUID, nullable=False),
    Column("removed_by", UUID),
    Index("ix_index_record_agreement_epoch", "agreement", "epoch"),
)

release = Table(
    "release",
    metadata,
    Column("receipt_number", String(13), primary_key=True),
    Column("answer", DIGEST, nullable=False),
    Column("request", DIGEST, nullable=False),
    Column("agreement", DIGEST, nullable=False),
    Column("requester", AGENCY, nullable=False),
    Column("officer", String(40), nullable=False),
    Column("case", String(40)),
    Column("attributes", Text, nullable=False),
    Column("released_at", BigInteger, nullable=False),
    Column("receipt_at", BigInteger),
)

released_record = Table(
    "released_record",
    metadata,
    Column("receipt_number", String(13), ForeignKey("release.receipt_number"), primary_key=True),
    Column("handle", LargeBinary(16), primary_key=True),
    Column("refused", String(30)),
)

question = Table(
    "question",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("agreement", DIGEST, nullable=False),
    Column("attributes", Text, nullable=False),
    Column("subject", String(10), nullable=False),
    Column("region", String(12), nullable=False),
    Column("case", String(40)),
    Column("officer", String(40), nullable=False),
    Column("approver", String(40)),
    Column("roster", LargeBinary, nullable=False),
    Column("asked_at", BigInteger, nullable=False),
)

question_row = Table(
    "question_row",
    metadata,
    Column("question", UUID, ForeignKey("question.id", ondelete="CASCADE"), primary_key=True),
    Column("row_number", Integer, primary_key=True),
    Column("child_number", Integer, primary_key=True),
    Column("result", LargeBinary, nullable=False),
    Column("receipt_number", String(13)),
    Column("expires_on", String(10)),
)

question_run = Table(
    "question_run",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("question", UUID, ForeignKey("question.id", ondelete="CASCADE"), nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("epoch", Integer),
    Column("summary", Text),
    Index("uq_question_run_question_ordinal", "question", "ordinal", unique=True),
)

question_run_row = Table(
    "question_run_row",
    metadata,
    Column("run", UUID, ForeignKey("question_run.id", ondelete="CASCADE"), primary_key=True),
    Column("place", Integer, primary_key=True),
    Column("row_number", Integer, nullable=False),
    Column("is_settled", Boolean, nullable=False, default=False),
)

question_run_part = Table(
    "question_run_part",
    metadata,
    Column("run", UUID, ForeignKey("question_run.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
)

evaluated_epoch = Table(
    "evaluated_epoch",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("agreement", DIGEST, nullable=False),
    Column("epoch", Integer, nullable=False),
    Index("uq_evaluated_epoch_agreement_epoch", "agreement", "epoch", unique=True),
)

# Clustered by epoch, so that what ends together is destroyed in one stretch.
evaluated_key = Table(
    "evaluated_key",
    metadata,
    Column("epoch_id", Integer, ForeignKey("evaluated_epoch.id", ondelete="CASCADE"), primary_key=True),
    Column("lookup", LargeBinary(16), primary_key=True),
    Column("output", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

pending_receipt = Table(
    "pending_receipt",
    metadata,
    Column("receipt_number", String(13), primary_key=True),
    Column("question", UUID, ForeignKey("question.id", ondelete="CASCADE"), nullable=False),
    Column("answer", DIGEST, nullable=False),
)

promise = Table(
    "promise",
    metadata,
    Column("envelope", DIGEST, primary_key=True),
    Column("leaf", DIGEST, nullable=False),
    Column("shard", Integer, nullable=False),
    Column("leaf_index", BigInteger, nullable=False),
    Column("token", Text, nullable=False),
    Column("received_at", BigInteger, nullable=False),
    Column("is_own_request", Boolean, nullable=False),
    Column("proven_at", BigInteger),
    Column("broken_at", BigInteger),
)
