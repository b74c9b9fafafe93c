"""What is known of the promises, in numbers: kept, waiting, broken; and how far the log was looked through."""

from dataclasses import dataclass

from sqlalchemy import Engine, func, select

from connectors.own_log.tables import log_evidence, log_position, own_entry
from connectors.state.database import reading
from connectors.state.tables import promise


@dataclass(frozen=True, slots=True)
class OwnLogSummary:
    """Promises by state; own entries compared; evidence kept; when entries were last looked through (POSIX seconds)."""

    kept: int
    waiting: int
    broken: int
    compared: int
    evidence: int
    looked_at: int | None


def summarise(state: Engine) -> OwnLogSummary:
    """Return the numbers."""
    is_kept, is_broken = promise.c.proven_at.is_not(None), promise.c.broken_at.is_not(None)
    with reading(state) as connection:
        kept = connection.scalar(select(func.count()).select_from(promise).where(is_kept)) or 0
        broken = connection.scalar(select(func.count()).select_from(promise).where(is_broken)) or 0
        total = connection.scalar(select(func.count()).select_from(promise)) or 0
        compared = connection.scalar(select(func.count()).select_from(own_entry)) or 0
        found = connection.scalar(select(func.count()).select_from(log_evidence)) or 0
        looked_at = connection.scalar(select(log_position.c.covered_at))
    return OwnLogSummary(kept, total - kept - broken, broken, compared, found, looked_at)
