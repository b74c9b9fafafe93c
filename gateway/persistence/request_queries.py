"""What is counted for each request: envelopes that were accepted once, and what was charged to a day's budget."""

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from gateway.domain.budgets import BudgetKind
from gateway.persistence.agreement_tables import budget_use, seen_envelope

_NOTE = {
    name: dialect.insert(seen_envelope).on_conflict_do_nothing().returning(seen_envelope.c.id)
    for name, dialect in {"postgresql": postgresql, "sqlite": sqlite}.items()
}


def note_envelope(connection: Connection, envelope_id: str, expires_at: int) -> bool:
    """Note that the envelope was accepted; return whether it is the first time."""
    noted = connection.execute(_NOTE[connection.dialect.name], {"id": envelope_id, "expires_at": expires_at})
    return noted.first() is not None


def forget_envelopes(connection: Connection, expired_before: int) -> int:
    """Delete the ids of envelopes that can't be accepted any more; return how many."""
    return connection.execute(delete(seen_envelope).where(seen_envelope.c.expires_at < expired_before)).rowcount


def find_budget_use(connection: Connection, agreement: str, day: str) -> dict[BudgetKind, int]:
    """Return what was charged to an agreement on a day."""
    rows = connection.execute(
        select(budget_use.c.kind, budget_use.c.used).where(budget_use.c.agreement == agreement, budget_use.c.day == day)
    )
    return {BudgetKind(row.kind): row.used for row in rows}


def set_budget_use(connection: Connection, agreement: str, day: str, kind: BudgetKind, used: int) -> None:
    """Store what is charged; the caller holds the write lock under which it read the amount before."""
    place = (budget_use.c.agreement == agreement, budget_use.c.day == day, budget_use.c.kind == kind.value)
    if connection.execute(update(budget_use).where(*place).values(used=used)).rowcount == 0:
        connection.execute(insert(budget_use).values(agreement=agreement, day=day, kind=kind.value, used=used))


def delete_budget_use(connection: Connection, agreement: str) -> None:
    """Delete all that was charged to an agreement."""
    connection.execute(delete(budget_use).where(budget_use.c.agreement == agreement))
