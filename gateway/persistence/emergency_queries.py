"""Emergency calls and officers' daily use, as the gateway keeps them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Select, bindparam, delete, insert, or_, select, update

from gateway.domain.budgets import BudgetKind
from gateway.persistence.emergency_tables import emergency_call, officer_budget_use
from hosting.database.prepared import Prepared
from schemas.emergency import CallFacts, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredCall:
    """A call as it stands; times in POSIX seconds. `lift_proposed_by`: the account that wants its officer restored."""

    agreement: str
    call: str
    requester: str
    provider: str
    officer: str = field(repr=False)
    reason: str
    facts: CallFacts
    evaluations: int = 0
    run: str | None = None
    suspended_at: int | None = None
    lift_proposed_by: str | None = None
    lift_proposed_at: int | None = None


def _unsettled() -> Select[*tuple[Any, ...]]:
    table = emergency_call.c
    late = table.reviewed_at >= table.due_at
    query = select(emergency_call).where(
        table.lifted_at.is_(None), or_(table.verdict.is_(None), table.verdict == Verdict.MISUSE.value, late)
    )
    return query.order_by(table.due_at, table.call)


def unsettled_of_officer() -> Select[*tuple[Any, ...]]:
    """Return the query for the calls of the officer `of_officer` of `of_requester` that suspend, or may yet."""
    return _unsettled().where(
        emergency_call.c.requester == bindparam("of_requester"), emergency_call.c.officer == bindparam("of_officer")
    )


_UNSETTLED = Prepared(_unsettled())
_UNSETTLED_OF_OFFICER = Prepared(unsettled_of_officer())
_OF_OFFICER = (
    officer_budget_use.c.agreement == bindparam("of_agreement"),
    officer_budget_use.c.officer == bindparam("of_officer"),
    officer_budget_use.c.day == bindparam("on_day"),
)
_USED = Prepared(select(officer_budget_use.c.kind, officer_budget_use.c.used).where(*_OF_OFFICER))
_SET_USED = Prepared(
    update(officer_budget_use)
    .where(*_OF_OFFICER, officer_budget_use.c.kind == bindparam("of_kind"))
    .values(used=bindparam("now_used"))
)
_COLUMNS = tuple(column.name for column in emergency_call.c)


def add_call(connection: Connection, new: StoredCall) -> None:
    """Store a call that was just opened."""
    connection.execute(
        insert(emergency_call).values(
            agreement=new.agreement,
            call=new.call,
            requester=new.requester,
            provider=new.provider,
            officer=new.officer,
            reason=new.reason,
            opened_at=new.facts.opened_at,
            due_at=new.facts.due_at,
            evaluations=new.evaluations,
            run=new.run,
        )
    )


def find_call(connection: Connection, agreement: str, call: str) -> StoredCall | None:
    """Return a call, or None."""
    query = select(emergency_call).where(emergency_call.c.agreement == agreement, emergency_call.c.call == call)
    row = connection.execute(query).mappings().first()
    return None if row is None else _call_of(row)


def list_of_call(connection: Connection, requester: str, call: str) -> list[StoredCall]:
    """Return what one call asked, under each of its agreements."""
    table = emergency_call.c
    query = select(emergency_call).where(table.requester == requester, table.call == call).order_by(table.agreement)
    return [_call_of(row) for row in connection.execute(query).mappings()]


def set_call(connection: Connection, call: StoredCall, **columns: Any) -> None:
    """Change columns of a call."""
    place = (emergency_call.c.agreement == call.agreement, emergency_call.c.call == call.call)
    connection.execute(update(emergency_call).where(*place).values(**columns))


def list_unsettled(connection: Connection) -> list[StoredCall]:
    """Return the calls that suspend their officer, or will if nobody reviews them."""
    return [_call_of(dict(zip(_COLUMNS, row, strict=True))) for row in _UNSETTLED.all(connection, {})]


def list_unsettled_of(connection: Connection, requester: str, officer: str) -> list[StoredCall]:
    """Return the calls that suspend one officer, or will if nobody reviews them."""
    rows = _UNSETTLED_OF_OFFICER.all(connection, {"of_requester": requester, "of_officer": officer})
    return [_call_of(dict(zip(_COLUMNS, row, strict=True))) for row in rows]


def list_calls(connection: Connection, limit: int) -> list[StoredCall]:
    """Return the newest calls of all agencies."""
    table = emergency_call.c
    query = select(emergency_call).order_by(table.opened_at.desc(), table.call).limit(limit)
    return [_call_of(row) for row in connection.execute(query).mappings()]


def list_settled(connection: Connection, opened_before: int, limit: int) -> list[StoredCall]:
    """Return old calls that suspend nobody: justified in time, or lifted."""
    table = emergency_call.c
    in_time = (table.verdict == Verdict.JUSTIFIED.value) & (table.reviewed_at < table.due_at)
    is_over = or_(table.lifted_at.is_not(None), in_time)
    query = select(emergency_call).where(table.opened_at < opened_before, is_over).order_by(table.call).limit(limit)
    return [_call_of(row) for row in connection.execute(query).mappings()]


def delete_call(connection: Connection, call: StoredCall) -> None:
    """Forget a call under one agreement."""
    place = (emergency_call.c.agreement == call.agreement, emergency_call.c.call == call.call)
    connection.execute(delete(emergency_call).where(*place))


def list_lifted(connection: Connection, party: str, limit: int) -> list[StoredCall]:
    """Return the calls of or to an agency whose suspension was lifted, the newest first."""
    table = emergency_call.c
    query = (
        select(emergency_call)
        .where(table.lifted_at.is_not(None), or_(table.requester == party, table.provider == party))
        .order_by(table.lifted_at.desc(), table.call)
        .limit(limit)
    )
    return [_call_of(row) for row in connection.execute(query).mappings()]


def find_officer_use(connection: Connection, agreement: str, officer: str, day: str) -> Mapping[BudgetKind, int]:
    """Return what an officer was charged under an agreement on a day."""
    rows = _USED.all(connection, {"of_agreement": agreement, "of_officer": officer, "on_day": day})
    return {BudgetKind(kind): used for kind, used in rows}


def set_officer_use(
    connection: Connection, agreement: str, officer: str, day: str, kind: BudgetKind, used: int
) -> None:
    """Store what is charged; the caller holds the write lock under which it read the amount before."""
    place = {"of_agreement": agreement, "of_officer": officer, "on_day": day, "of_kind": kind.value}
    if _SET_USED.execute(connection, {**place, "now_used": used}) == 0:
        row = {"agreement": agreement, "officer": officer, "day": day, "kind": kind.value, "used": used}
        connection.execute(insert(officer_budget_use), row)


def forget_officer_use(connection: Connection, before: str) -> int:
    """Delete what officers were charged on days before this one (ISO 8601); return how many rows there were."""
    return connection.execute(delete(officer_budget_use).where(officer_budget_use.c.day < before)).rowcount


def _call_of(row: Mapping[Any, Any]) -> StoredCall:
    facts = CallFacts(
        opened_at=row["opened_at"],
        due_at=row["due_at"],
        verdict=None if row["verdict"] is None else Verdict(row["verdict"]),
        reviewed_at=row["reviewed_at"],
        lifted_at=row["lifted_at"],
    )
    kept = ("agreement", "call", "requester", "provider", "officer", "reason", "evaluations", "run", "suspended_at")
    lift = ("lift_proposed_by", "lift_proposed_at")
    return StoredCall(**{name: row[name] for name in (*kept, *lift)}, facts=facts)
