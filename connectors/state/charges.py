"""What a provider charges a request for: its id, once for ever, and its share of the agreement's daily budget."""

from datetime import date
from enum import StrEnum

from sqlalchemy import Connection, Engine, delete, insert, select
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.exc import IntegrityError

from connectors.state.database import writing
from connectors.state.tables import budget_use, seen_envelope
from schemas.agreement import Agreement
from schemas.envelope import EnvelopeClaims
from schemas.problem import ProblemCode, ProblemError

FORGET_AFTER_SECONDS = 300
"""An expired envelope is refused for its age; its id is kept this much longer against clock skew."""


class BudgetKind(StrEnum):
    """What is counted per agreement and day."""

    EVALUATIONS = "evaluations"
    RELEASES = "releases"


def charge(
    state: Engine,
    claims: EnvelopeClaims,
    agreement: Agreement,
    kind: BudgetKind,
    amount: int,
    day: date,
    now_seconds: int,
) -> None:
    """Take note of a request's id and charge `amount` to its agreement, durably and both or neither.

    Raises:
        ProblemError: replayed, or budget_exhausted (then nothing is charged).
    """
    limit = agreement.evaluations_per_day if kind is BudgetKind.EVALUATIONS else agreement.releases_per_day
    with writing(state) as connection:
        connection.execute(delete(seen_envelope).where(seen_envelope.c.expires_at < now_seconds - FORGET_AFTER_SECONDS))
        _note_id(connection, claims)
        used = _used(connection, agreement.digest(), kind, day)
        if used + amount > limit:
            raise ProblemError(ProblemCode.BUDGET_EXHAUSTED, clause=f"{kind}_per_day")
        statement = upsert(budget_use).values(
            agreement=agreement.digest(), day=day.isoformat(), kind=kind.value, used=used + amount
        )
        connection.execute(
            statement.on_conflict_do_update(
                index_elements=["agreement", "day", "kind"], set_={"used": statement.excluded.used}
            )
        )


def _note_id(connection: Connection, claims: EnvelopeClaims) -> None:
    try:
        connection.execute(insert(seen_envelope).values(id=claims.id, expires_at=claims.expires_at))
    except IntegrityError:
        raise ProblemError(ProblemCode.REPLAYED) from None


def _used(connection: Connection, agreement: str, kind: BudgetKind, day: date) -> int:
    used = connection.execute(
        select(budget_use.c.used).where(
            budget_use.c.agreement == agreement, budget_use.c.day == day.isoformat(), budget_use.c.kind == kind.value
        )
    ).scalar()
    return int(used or 0)
