"""Which emergency calls made to this agency may suspend the officer who made them."""

from typing import Any

from sqlalchemy import Select, bindparam, or_, select

from connectors.state.emergency_tables import emergency_notice
from schemas.emergency import Verdict


def unsettled_calls() -> Select[*tuple[Any, ...]]:
    """Return the calls of `officer` at `requester` (bind parameters) that are not lifted, nor found right in time."""
    called = emergency_notice.c
    return select(emergency_notice).where(
        called.requester == bindparam("requester"),
        called.officer == bindparam("officer"),
        called.lifted_at.is_(None),
        or_(
            called.verdict.is_(None),
            called.verdict == Verdict.MISUSE.value,
            called.reviewed_at >= called.due_at,
        ),
    )
