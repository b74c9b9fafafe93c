"""The table of index refreshes by the clock: when each agreement's next one is due, and how the last one ended."""

from sqlalchemy import BigInteger, Column, Integer, String, Table

from connectors.state.tables import DIGEST, metadata

# Times in POSIX seconds. `found` and `held` are counts of records; `accepted` is the smaller count that a data steward
# took for right.
index_refresh = Table(
    "index_refresh",
    metadata,
    Column("agreement", DIGEST, primary_key=True),
    Column("next_at", BigInteger, nullable=False),
    Column("ended_at", BigInteger),
    Column("outcome", String(12)),
    Column("failure", String(60)),
    Column("found", Integer),
    Column("held", Integer),
    Column("accepted", Integer),
)
