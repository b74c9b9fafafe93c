"""Keeps legal holds, and finds those that stand against an erasure."""

from datetime import date, datetime, time, timedelta

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, exists, func, insert, or_, select, update

from gateway.domain.budgets import LEGAL_ZONE
from gateway.domain.legal_hold import HoldScope, LegalHold
from gateway.log.timestamp import format_timestamp
from gateway.persistence.audit_tables import audit_leaf
from gateway.persistence.erasure_tables import erasure_entry, legal_hold


def insert_hold(connection: Connection, scope: HoldScope, reason: str, case_ref: str | None, by: str, at: int) -> int:
    """Keep a hold and return its number."""
    row = {
        "agency": scope.agency,
        "agreement": scope.agreement,
        "corr": scope.corr,
        "from_on": None if scope.from_on is None else scope.from_on.isoformat(),
        "to_on": None if scope.to_on is None else scope.to_on.isoformat(),
        "case_ref": case_ref,
        "reason": reason,
        "set_by": by,
        "set_at": at,
    }
    number: int = connection.execute(insert(legal_hold).values(row).returning(legal_hold.c.id)).scalar_one()
    return number


def lift_hold(connection: Connection, number: int, reason: str, by: str, at: int) -> bool:
    """Lift a hold; False if there is none of this number that stands."""
    change = update(legal_hold).where(legal_hold.c.id == number, legal_hold.c.lifted_at.is_(None))
    return connection.execute(change.values(lift_reason=reason, lifted_by=by, lifted_at=at)).rowcount == 1


def list_holds(connection: Connection, *, standing: bool = False) -> list[LegalHold]:
    """Return all holds, or those that stand, newest first."""
    query = select(legal_hold).order_by(legal_hold.c.id.desc())
    if standing:
        query = query.where(legal_hold.c.lifted_at.is_(None))
    return [_hold_of(row) for row in connection.execute(query).mappings()]


def find_hold(connection: Connection, number: int) -> LegalHold | None:
    """Return the hold of this number, or None."""
    row = connection.execute(select(legal_hold).where(legal_hold.c.id == number)).mappings().one_or_none()
    return None if row is None else _hold_of(row)


def is_held(scope: HoldScope) -> ColumnElement[bool]:
    """Return the condition on `audit_leaf` that a hold states; never unknown, where a column says nothing."""
    leaf = audit_leaf.c
    conditions: list[ColumnElement[bool]] = []
    if scope.agency is not None:
        parties = (func.coalesce(leaf.actor_org, ""), func.coalesce(leaf.peer_org, ""))
        conditions.append(or_(*(party == scope.agency for party in parties)))
    if scope.agreement is not None:
        conditions.append(func.coalesce(leaf.policy, "") == scope.agreement)
    if scope.corr is not None:
        conditions.append(func.coalesce(leaf.corr, "") == scope.corr)
    if scope.from_on is not None:
        conditions.append(leaf.time >= day_begins(scope.from_on))
    if scope.to_on is not None:
        conditions.append(leaf.time < day_begins(scope.to_on + timedelta(days=1)))
    return and_(*conditions)


def list_holds_against(connection: Connection, erasure: int) -> list[LegalHold]:
    """Return the holds that stand against at least one entry of an erasure."""
    entry = erasure_entry.c
    entries = select(entry.idx).where(
        entry.erasure == erasure, entry.shard == audit_leaf.c.shard, entry.idx == audit_leaf.c.idx
    )
    return [
        hold
        for hold in list_holds(connection, standing=True)
        if connection.scalar(select(exists().where(is_held(hold.scope), entries.exists())))
    ]


def day_begins(on: date) -> str:
    """Return when a day begins in Beijing, as leaves state times."""
    return format_timestamp(datetime.combine(on, time(), LEGAL_ZONE))


def _hold_of(row: RowMapping) -> LegalHold:
    scope = HoldScope(row["agency"], row["agreement"], row["corr"], _day(row["from_on"]), _day(row["to_on"]))
    return LegalHold(
        id=row["id"],
        scope=scope,
        case_ref=row["case_ref"],
        reason=row["reason"],
        set_by=row["set_by"],
        set_at=row["set_at"],
        lift_reason=row["lift_reason"],
        lifted_by=row["lifted_by"],
        lifted_at=row["lifted_at"],
    )


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
