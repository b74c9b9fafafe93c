"""Tables of items between agencies: verified events, papers sealed at rest, steps on their way, keys first seen."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, LargeBinary, String, Table, Text

from connectors.state.tables import AGENCY, DIGEST, UUID, metadata

# What an item is follows from its events. `is_final` spares reading ended ones; `left_at` is when the gateway no longer
# showed the item, since others handle it; `is_counted` is taken back by every change until `item_wait` follows it.
item = Table(
    "item",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("number", String(12), nullable=False, index=True),
    Column("workflow", String(3), nullable=False),
    Column("school", String(60)),
    Column("is_final", Boolean, nullable=False, default=False),
    Column("left_at", BigInteger),
    Column("is_counted", Boolean, nullable=False, default=False),
    Index("ix_item_is_final", "is_final", "workflow"),
    Index("ix_item_is_counted", "is_counted"),
)

# What waits for whom, so that every page can count it: follows from the items alone.
item_wait = Table(
    "item_wait",
    metadata,
    Column("item", UUID, ForeignKey("item.id", ondelete="CASCADE"), primary_key=True),
    Column("kind", String(8), primary_key=True),
    Column("role", String(20), primary_key=True),
    Column("school", String(60)),
    Column("from_at", BigInteger, nullable=False),
    Index("ix_item_wait_kind", "kind", "role", "school", "from_at", "item"),
)

item_count_basis = Table(
    "item_count_basis",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("basis", String(64), nullable=False),
)

item_event = Table(
    "item_event",
    metadata,
    Column("item", UUID, ForeignKey("item.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("token", Text, nullable=False),
)

# `content` is the digest of what was received sealed; an own copy has none.
item_paper = Table(
    "item_paper",
    metadata,
    Column("item", UUID, ForeignKey("item.id", ondelete="CASCADE"), primary_key=True),
    Column("event", Integer, primary_key=True),
    Column("content", DIGEST, primary_key=True),
    Column("body", LargeBinary, nullable=False),
)

# One step an item: what was wanted rests sealed in `draft`, so that it can be signed anew on top of another event.
item_outbox = Table(
    "item_outbox",
    metadata,
    Column("item", UUID, ForeignKey("item.id", ondelete="CASCADE"), primary_key=True),
    Column("account", String(40), nullable=False),
    Column("draft", LargeBinary, nullable=False),
    Column("token", Text, nullable=False),
    Column("papers", Text, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("refused", String(60)),
)

item_feed = Table(
    "item_feed",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("after", BigInteger, nullable=False),
)

# Where no agreement pins an office's keys, the key with which it was first seen in the registry does.
item_office = Table(
    "item_office",
    metadata,
    Column("agency", AGENCY, primary_key=True),
    Column("signing_key", DIGEST, nullable=False),
    Column("seen_at", BigInteger, nullable=False),
)
