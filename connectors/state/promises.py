"""The gateway's signed promises that a message is in its log: kept as evidence, checked against the log later."""

from sqlalchemy import Engine, insert, select

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


def list_promises(state: Engine) -> list[tuple[str, int]]:
    """Return (leaf hash, leaf index) of every promise, by index."""
    with reading(state) as connection:
        rows = connection.execute(select(promise.c.leaf, promise.c.leaf_index).order_by(promise.c.leaf_index))
        return [(row.leaf, row.leaf_index) for row in rows]
