"""Tables of items: signed events, sealed papers, and which offices an item concerns. Nothing here is readable."""

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
)

from gateway.persistence.metadata import metadata

# `look_at`: from when on the clock job looks at it (POSIX seconds); `ended_at`: when it came into a final state.
# `change` is the number of its last change; changes are counted over all items, in the order of their transactions.
item = Table(
    "item",
    metadata,
    Column("item", Text, primary_key=True),
    Column("workflow", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("region", Text, nullable=False),
    Column("events", Integer, nullable=False),
    Column("change", BigInteger, nullable=False, unique=True),
    Column("look_at", BigInteger),
    Column("ended_at", BigInteger),
    Index(None, "look_at"),
    Index(None, "ended_at"),
)

item_event = Table(
    "item_event",
    metadata,
    Column("item", Text, ForeignKey("item.item"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("digest", Text, nullable=False),
    Column("token", Text, nullable=False),
    PrimaryKeyConstraint("item", "number"),
)

item_paper = Table(
    "item_paper",
    metadata,
    Column("item", Text, nullable=False),
    Column("event", Integer, nullable=False),
    Column("place", Integer, nullable=False),
    Column("recipient", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    PrimaryKeyConstraint("item", "event", "place"),
    ForeignKeyConstraint(["item", "event"], ["item_event.item", "item_event.number"]),
    Index(None, "item", "recipient"),
)

# An agency that sits or sat in a seat, or was told that the item is overdue; `events` and `change` are those of the
# item's last change that concerned it.
item_party = Table(
    "item_party",
    metadata,
    Column("item", Text, ForeignKey("item.item"), nullable=False),
    Column("agency", Text, nullable=False),
    Column("events", Integer, nullable=False),
    Column("change", BigInteger, nullable=False),
    PrimaryKeyConstraint("item", "agency"),
    Index(None, "agency", "change"),
)
