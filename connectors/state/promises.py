"""The gateway's signed promises that a message is in its log: kept as evidence, checked against the log later."""

from dataclasses import dataclass

from sqlalchemy import Engine, insert, select, update

from connectors.state.database import reading, writing
from connectors.state.tables import promise
from schemas.envelope import RelayClaims


def keep_promise(state: Engine, claims: RelayClaims, token: str, at_seconds: int, *, is_own_request: bool) -> None:
    """Keep a verified promise; the first for an envelope counts."""
    with writing(state) as connection:
        connection.execute(
            insert(promise)
            .prefix_with("OR IGNORE")
            .values(
                envelope=claims.envelope,
                leaf=claims.leaf,
                leaf_index=claims.leaf_index,
                token=token,
                received_at=at_seconds,
                is_own_request=is_own_request,
            )
        )


@dataclass(frozen=True, slots=True)
class Promise:
    """A kept promise: digest of the envelope concerned, leaf hash and place in the log, POSIX seconds of receipt."""

    envelope: str
    leaf: str
    leaf_index: int
    received_at: int


def list_unchecked(state: Engine, limit: int) -> list[Promise]:
    """Return the oldest promises that were neither proven nor found broken."""
    is_open = (promise.c.proven_at.is_(None), promise.c.broken_at.is_(None))
    query = select(promise).where(*is_open).order_by(promise.c.received_at, promise.c.leaf_index)
    with reading(state) as connection:
        rows = connection.execute(query.limit(limit))
        return [Promise(row.envelope, row.leaf, row.leaf_index, row.received_at) for row in rows]


def mark_kept(state: Engine, envelope: str, at_seconds: int) -> None:
    """Note that the log was shown to hold what was promised."""
    with writing(state) as connection:
        connection.execute(update(promise).where(promise.c.envelope == envelope).values(proven_at=at_seconds))


def mark_broken(state: Engine, envelope: str, at_seconds: int) -> None:
    """Note that the log did not hold in time what was promised; the promise itself stays as evidence."""
    with writing(state) as connection:
        connection.execute(update(promise).where(promise.c.envelope == envelope).values(broken_at=at_seconds))


def list_promises(state: Engine) -> list[tuple[str, int]]:
    """Return (leaf hash, leaf index) of every promise, by index."""
    with reading(state) as connection:
        rows = connection.execute(select(promise.c.leaf, promise.c.leaf_index).order_by(promise.c.leaf_index))
        return [(row.leaf, row.leaf_index) for row in rows]
