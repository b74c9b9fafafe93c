"""What a provider charges a request for: its id, once for ever, and its share of the agreement's daily budget."""

from collections.abc import Callable
from datetime import date
from enum import StrEnum

from sqlalchemy import Connection, Engine, delete, insert, select
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.exc import IntegrityError

from connectors.state.database import writing
from connectors.state.emergency_tables import officer_budget_use
from connectors.state.tables import budget_use, seen_envelope
from schemas.agreement import Agreement
from schemas.envelope import EnvelopeClaims
from schemas.problem import ProblemCode, ProblemError

FORGET_AFTER_SECONDS = 300
"""An expired envelope is refused for its age; its id is kept this much longer against clock skew."""


class BudgetKind(StrEnum):
    """What is counted per day: per agreement, and per officer under it."""

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
    admit: Callable[[Connection], None] | None = None,
) -> None:
    """Take note of a request's id and charge `amount` to its agreement and its officer, durably: all or nothing.

    Args:
        state: the connector's database.
        claims: the request's.
        agreement: under which it is made.
        kind: what is counted.
        amount: how much of it.
        day: the office's day.
        now_seconds: POSIX seconds.
        admit: what else is checked and noted in the same transaction; raises ProblemError.

    Raises:
        ProblemError: replayed, budget_exhausted, officer_budget_exhausted, or what `admit` raises.
    """
    limit = agreement.evaluations_per_day if kind is BudgetKind.EVALUATIONS else agreement.releases_per_day
    with writing(state) as connection:
        connection.execute(delete(seen_envelope).where(seen_envelope.c.expires_at < now_seconds - FORGET_AFTER_SECONDS))
        _note_id(connection, claims)
        if admit is not None:
            admit(connection)
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
        _charge_officer(connection, claims.officer or "", agreement, kind, amount, day)


def forget_officer_use(state: Engine, before: date) -> None:
    """Delete what officers were charged on days before this one."""
    with writing(state) as connection:
        connection.execute(delete(officer_budget_use).where(officer_budget_use.c.day < before.isoformat()))


def _charge_officer(
    connection: Connection, officer: str, agreement: Agreement, kind: BudgetKind, amount: int, day: date
) -> None:
    is_evaluation = kind is BudgetKind.EVALUATIONS
    limit = agreement.officer_evaluations_per_day if is_evaluation else agreement.officer_releases_per_day
    table = officer_budget_use.c
    key = {"agreement": agreement.digest(), "officer": officer, "day": day.isoformat(), "kind": kind.value}
    place = [table[name] == value for name, value in key.items()]
    used = connection.execute(select(table.used).where(*place)).scalar() or 0
    if used + amount > limit:
        raise ProblemError(ProblemCode.OFFICER_BUDGET_EXHAUSTED, clause=f"officer_{kind}_per_day")
    statement = upsert(officer_budget_use).values(**key, used=used + amount)
    excluded = {"used": statement.excluded.used}
    connection.execute(statement.on_conflict_do_update(index_elements=list(key), set_=excluded))


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
