"""When each agreement's index is refreshed by the clock next, and how the last refresh ended."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection, Engine, delete, insert, select, update

from connectors.state.database import reading, writing
from connectors.state.refresh_tables import index_refresh


class RefreshOutcome(StrEnum):
    """How a refresh ended."""

    PUBLISHED = "published"
    UNCHANGED = "unchanged"
    SHRANK = "shrank"
    """The source lost too many records at once: nothing was published, the data steward is asked."""

    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class IndexRefresh:
    """The refreshing of one agreement's index; times in POSIX seconds.

    Attributes:
        agreement: digest.
        next_at: from when on it is refreshed again.
        ended_at: when the last refresh ended, None before the first; `outcome` is how.
        failure: code of why it failed.
        found: records that the source had, where it shrank.
        held: records of the index then.
        accepted: how many records the data steward took for right; None where nobody was asked since.
    """

    agreement: str
    next_at: int
    ended_at: int | None = None
    outcome: RefreshOutcome | None = None
    failure: str | None = None
    found: int | None = None
    held: int | None = None
    accepted: int | None = None


def list_refreshes(connection: Connection) -> dict[str, IndexRefresh]:
    """Return what is planned and what was done, by agreement; the earliest to come first."""
    rows = connection.execute(select(index_refresh).order_by(index_refresh.c.next_at, index_refresh.c.agreement))
    return {
        row.agreement: IndexRefresh(
            row.agreement,
            row.next_at,
            row.ended_at,
            None if row.outcome is None else RefreshOutcome(row.outcome),
            row.failure,
            row.found,
            row.held,
            row.accepted,
        )
        for row in rows
    }


def plan_refreshes(state: Engine, agreements: Mapping[str, int]) -> None:
    """Plan a first refresh of each agreement that has none, at its POSIX seconds; forget those that are not named."""
    with reading(state) as connection:
        known = list_refreshes(connection)
    if known.keys() == agreements.keys():
        return
    with writing(state) as connection:
        connection.execute(delete(index_refresh).where(index_refresh.c.agreement.not_in(list(agreements))))
        for new in sorted(agreements.keys() - known.keys()):
            values = {"agreement": new, "next_at": agreements[new]}
            connection.execute(insert(index_refresh).prefix_with("OR IGNORE").values(values))


def note_refresh(connection: Connection, done: IndexRefresh) -> None:
    """Note how a refresh ended, and when the next one is due."""
    values = {
        "next_at": done.next_at,
        "ended_at": done.ended_at,
        "outcome": done.outcome,
        "failure": done.failure,
        "found": done.found,
        "held": done.held,
        "accepted": done.accepted,
    }
    connection.execute(update(index_refresh).where(index_refresh.c.agreement == done.agreement).values(values))


def accept_found(connection: Connection, agreement: str, found: int, at: int) -> bool:
    """Take the count that a refresh `found` for right, and let it be done again; False if it is another by now."""
    is_asked = (index_refresh.c.outcome == RefreshOutcome.SHRANK.value) & (index_refresh.c.found == found)
    values = {"accepted": found, "next_at": at}
    changed = connection.execute(
        update(index_refresh).where(index_refresh.c.agreement == agreement, is_asked).values(values)
    )
    return changed.rowcount == 1
