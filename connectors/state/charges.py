"""What a provider charges a request for: its id, once for ever, and its share of the agreement's daily budget."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy import (
    ColumnClause,
    Connection,
    Delete,
    Engine,
    Integer,
    Select,
    Table,
    bindparam,
    delete,
    func,
    insert,
    literal_column,
    select,
)
from sqlalchemy.dialects.sqlite import Insert
from sqlalchemy.dialects.sqlite import insert as upsert

from connectors.state.database import reading, single_read, trying, writing
from connectors.state.emergency_calls import unsettled_calls
from connectors.state.emergency_tables import officer_budget_use
from connectors.state.tables import budget_use, seen_envelope
from hosting.database.prepared import Prepared
from schemas.envelope import EnvelopeClaims
from schemas.policy import Standing
from schemas.problem import ProblemCode, ProblemError

FORGET_AFTER_SECONDS = 300
"""An expired envelope is refused for its age; its id is kept this much longer against clock skew."""

FORGOTTEN_AT_ONCE = 8
"""More than one, so that the ids of a busy hour are soon gone."""

Admission = Callable[[Connection, bool], None]
"""Checks what else may stand in the way of a charge, and notes what belongs to it; raises ProblemError.

It is told whether the officer has emergency calls that are not settled.
"""


class BudgetKind(StrEnum):
    """What is counted per day: per agreement, and per officer under it."""

    EVALUATIONS = "evaluations"
    RELEASES = "releases"


def _used(table: Table) -> Select[tuple[int]]:
    return select(table.c.used).where(*(column == bindparam(column.name) for column in table.primary_key))


def _set_used(table: Table) -> Insert:
    statement = upsert(table)
    return statement.on_conflict_do_update(
        index_elements=list(table.primary_key), set_={"used": statement.excluded.used}
    )


def _forget() -> Delete:
    """Return what forgets ids of long ago: a few of the oldest each time, since looking at all of them takes long."""
    place: ColumnClause[int] = literal_column("rowid", Integer)
    query = select(place.label("place"), seen_envelope.c.expires_at).order_by(place).limit(FORGOTTEN_AT_ONCE)
    oldest = query.subquery()
    gone = select(oldest.c.place).where(oldest.c.expires_at < bindparam("before"))
    return delete(seen_envelope).where(place.in_(gone))


_FORGET = Prepared(_forget())
_NOTE_ID = Prepared(insert(seen_envelope).prefix_with("OR IGNORE"))
_KNOWN = Prepared(
    select(
        select(seen_envelope.c.id).where(seen_envelope.c.id == bindparam("id")).exists(),
        unsettled_calls().exists(),
        func.coalesce(_used(budget_use).scalar_subquery(), 0),
        func.coalesce(_used(officer_budget_use).scalar_subquery(), 0),
    )
)
_SET_USED, _SET_OFFICER_USED = Prepared(_set_used(budget_use)), Prepared(_set_used(officer_budget_use))


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """What a request is charged: its id and `amount`, against what its agreement (digest) allows in a day.

    `day` is the office's; `now_seconds` are POSIX seconds. `admit` is what else is checked and noted in the same
    transaction.
    """

    claims: EnvelopeClaims
    agreement: str
    kind: BudgetKind
    amount: int
    limit: int
    officer_limit: int
    day: date
    now_seconds: int
    admit: Admission | None = None


@dataclass(frozen=True, slots=True)
class _Known:
    """What a charge is admitted by, as one moment has it; used today: by the agreement, and by the officer under it."""

    is_noted: bool
    has_unsettled_calls: bool
    used: int
    used_by_officer: int


def charge_of(
    claims: EnvelopeClaims,
    standing: Standing,
    kind: BudgetKind,
    amount: int,
    day: date,
    now_seconds: int,
    admit: Admission | None = None,
) -> Charge:
    """Return what a request is charged under an agreement of this standing."""
    agreement, is_evaluation = standing.agreement, kind is BudgetKind.EVALUATIONS
    return Charge(
        claims=claims,
        agreement=standing.digest,
        kind=kind,
        amount=amount,
        limit=agreement.evaluations_per_day if is_evaluation else agreement.releases_per_day,
        officer_limit=agreement.officer_evaluations_per_day if is_evaluation else agreement.officer_releases_per_day,
        day=day,
        now_seconds=now_seconds,
        admit=admit,
    )


def charge(
    state: Engine,
    claims: EnvelopeClaims,
    standing: Standing,
    kind: BudgetKind,
    amount: int,
    day: date,
    now_seconds: int,
    admit: Admission | None = None,
) -> None:
    """Charge a request durably: all or nothing. Arguments as `charge_of`, raises as `make_charge`."""
    with writing(state) as connection:
        make_charge(connection, charge_of(claims, standing, kind, amount, day, now_seconds, admit))


def require_chargeable(state: Engine, charge: Charge) -> None:
    """See whether a request can be charged: who can't pay is refused before anything is looked up for it.

    Nothing is noted, so nobody waits for the write lock; the charge itself asks the same again under it. An emergency
    call is opened by the very thing that admits it, so that there the charge is made and undone.

    Raises as `make_charge`.
    """
    if charge.claims.emergency is not None:
        with trying(state) as connection:
            make_charge(connection, charge)
        return
    with single_read(state) as connection:
        known = _look_up(connection, charge)
    if known.is_noted:
        raise ProblemError(ProblemCode.REPLAYED)
    if charge.admit is not None and known.has_unsettled_calls:  # nothing else stands in the way of an ordinary request
        with reading(state) as connection:
            charge.admit(connection, known.has_unsettled_calls)
    _use_after(charge, known)


def make_charge(connection: Connection, charge: Charge) -> None:
    """Take note of a request's id and charge it to its agreement and its officer, in a writing transaction.

    Raises:
        ProblemError: replayed, budget_exhausted, officer_budget_exhausted, or what `admit` raises; the transaction is
            then to be undone.
    """
    _FORGET.execute(connection, {"before": charge.now_seconds - FORGET_AFTER_SECONDS})
    if not _NOTE_ID.execute(connection, {"id": charge.claims.id, "expires_at": charge.claims.expires_at}):
        raise ProblemError(ProblemCode.REPLAYED)
    known = _look_up(connection, charge)
    if charge.admit is not None:
        charge.admit(connection, known.has_unsettled_calls)
    used, used_by_officer = _use_after(charge, known)
    _SET_USED.execute(connection, {**_place_of(charge), "used": used})
    _SET_OFFICER_USED.execute(connection, {**_officer_place_of(charge), "used": used_by_officer})


def _look_up(connection: Connection, charge: Charge) -> _Known:
    asked = {**_officer_place_of(charge), "id": charge.claims.id, "requester": charge.claims.issuer}
    row = _KNOWN.first(connection, asked)
    if row is None:
        raise LookupError("a SELECT of values has one row")
    is_noted, has_unsettled_calls, used, used_by_officer = row
    return _Known(bool(is_noted), bool(has_unsettled_calls), used, used_by_officer)


def _use_after(charge: Charge, known: _Known) -> tuple[int, int]:
    """Return what the agreement and the officer will have used today with this charge; raises as `make_charge`."""
    used = known.used + charge.amount
    if used > charge.limit:
        raise ProblemError(ProblemCode.BUDGET_EXHAUSTED, clause=f"{charge.kind}_per_day")
    used_by_officer = known.used_by_officer + charge.amount
    if used_by_officer > charge.officer_limit:
        raise ProblemError(ProblemCode.OFFICER_BUDGET_EXHAUSTED, clause=f"officer_{charge.kind}_per_day")
    return used, used_by_officer


def _place_of(charge: Charge) -> dict[str, str]:
    return {"agreement": charge.agreement, "day": charge.day.isoformat(), "kind": charge.kind.value}


def _officer_place_of(charge: Charge) -> dict[str, str]:
    return {**_place_of(charge), "officer": charge.claims.officer or ""}


def forget_officer_use(state: Engine, before: date) -> None:
    """Delete what officers were charged on days before this one."""
    with writing(state) as connection:
        connection.execute(delete(officer_budget_use).where(officer_budget_use.c.day < before.isoformat()))
