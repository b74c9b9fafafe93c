"""What is counted for each request: envelopes that were accepted once, and what was charged to a day's budget."""

from sqlalchemy import Connection, bindparam, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from gateway.domain.budgets import BudgetKind
from gateway.persistence.agreement_tables import budget_use, seen_envelope
from hosting.database.prepared import Prepared

_NOTE = {
    name: Prepared(dialect.insert(seen_envelope).on_conflict_do_nothing())
    for name, dialect in {"postgresql": postgresql, "sqlite": sqlite}.items()
}
_OF_AGREEMENT = (budget_use.c.agreement == bindparam("of_agreement"), budget_use.c.day == bindparam("on_day"))
_USED = Prepared(select(budget_use.c.kind, budget_use.c.used).where(*_OF_AGREEMENT))
_SET_USED = Prepared(
    update(budget_use)
    .where(*_OF_AGREEMENT, budget_use.c.kind == bindparam("of_kind"))
    .values(used=bindparam("now_used"))
)


def note_envelope(connection: Connection, envelope_id: str, expires_at: int) -> bool:
    """Note that the envelope was accepted; return whether it is the first time."""
    note = _NOTE[connection.dialect.name]
    return note.execute(connection, {"id": envelope_id, "expires_at": expires_at}) == 1


def forget_envelopes(connection: Connection, expired_before: int) -> int:
    """Delete the ids of envelopes that can't be accepted any more; return how many."""
    return connection.execute(delete(seen_envelope).where(seen_envelope.c.expires_at < expired_before)).rowcount


def find_budget_use(connection: Connection, agreement: str, day: str) -> dict[BudgetKind, int]:
    """Return what was charged to an agreement on a day."""
    rows = _USED.all(connection, {"of_agreement": agreement, "on_day": day})
    return {BudgetKind(kind): used for kind, used in rows}


def set_budget_use(connection: Connection, agreement: str, day: str, kind: BudgetKind, used: int) -> None:
    """Store what is charged; the caller holds the write lock under which it read the amount before."""
    place = {"of_agreement": agreement, "on_day": day, "of_kind": kind.value}
    if _SET_USED.execute(connection, {**place, "now_used": used}) == 0:
        connection.execute(insert(budget_use).values(agreement=agreement, day=day, kind=kind.value, used=used))


def delete_budget_use(connection: Connection, agreement: str) -> None:
    """Delete all that was charged to an agreement."""
    connection.execute(delete(budget_use).where(budget_use.c.agreement == agreement))
