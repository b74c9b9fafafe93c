"""Tables of the sharing office's desk: drafts of agreements, signatures that wait for a second person, publications."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, LargeBinary, String, Table, Text

from connectors.state.tables import AGENCY, DIGEST, UUID, metadata

# `body` is the agreement as it was put to a second person: that very text is signed, or nothing.
agreement_draft = Table(
    "agreement_draft",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("state", String(20), nullable=False),
    Column("author", String(40), nullable=False),
    Column("purpose", String(3), nullable=False),
    Column("provider", AGENCY),
    Column("provider_key", DIGEST),
    Column("is_key_compared", Boolean, nullable=False),
    Column("terms", Text),
    Column("replaces", DIGEST),
    Column("body", LargeBinary),
    Column("decline_reason", String(30)),
    Column("prepared_at", BigInteger, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    Index("ix_agreement_draft_state", "state"),
)

prepared_signature = Table(
    "prepared_signature",
    metadata,
    Column("agreement", DIGEST, primary_key=True),
    Column("officer", String(40), nullable=False),
    Column("prepared_at", BigInteger, nullable=False),
)

# Counts alone. `failure` is a code of sources, of problems, or one of the publisher's own.
index_publication = Table(
    "index_publication",
    metadata,
    Column("agreement", DIGEST, primary_key=True),
    Column("state", String(10), nullable=False),
    Column("account", String(40), nullable=False),
    Column("begun_at", BigInteger, nullable=False),
    Column("seen_at", BigInteger, nullable=False),
    Column("step", String(10)),
    Column("done", Integer, nullable=False),
    Column("total", Integer),
    Column("failure", String(60)),
)
