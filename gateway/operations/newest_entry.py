"""When the newest entry of the log was written, as it says itself."""

from sqlalchemy import Connection, select

from gateway.persistence.audit_tables import audit_leaf


def find_newest_time(connection: Connection) -> str | None:
    """Return the time of the newest leaf (RFC 3339 in UTC), None before the first."""
    columns = audit_leaf.c
    return connection.scalar(select(columns.time).order_by(columns.shard.desc(), columns.idx.desc()).limit(1))
