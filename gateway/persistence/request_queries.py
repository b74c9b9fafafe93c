"""What is looked up and noted for each request: who may ask, accepted envelopes, charges to a day's budget."""

from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, delete, insert, literal, select, update
from sqlalchemy.dialects import postgresql, sqlite

from gateway.domain.budgets import BudgetKind
from gateway.persistence.agreement_queries import COLUMNS, StoredAgreement, stored_agreement
from gateway.persistence.agreement_tables import agreement, budget_use, seen_envelope
from gateway.persistence.emergency_queries import unsettled_of_officer
from gateway.persistence.member_queries import LATEST_VERSION
from hosting.database.prepared import Prepared
from schemas.agreement import AgreementState

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

_NAMED = Prepared(
    select(LATEST_VERSION.scalar_subquery(), *COLUMNS).select_from(
        select(literal(1).label("one")).subquery().outerjoin(agreement, agreement.c.digest == bindparam("digest"))
    )
)
_ADMISSION = Prepared(
    select(agreement.c.state, unsettled_of_officer().exists()).where(agreement.c.digest == bindparam("digest"))
)


@dataclass(frozen=True, slots=True)
class Admission:
    """Where an agreement stands, None if there is none, and whether calls of the officer are not settled."""

    state: AgreementState | None
    has_unsettled: bool


def find_named(connection: Connection, digest: str) -> tuple[int, StoredAgreement | None]:
    """Return the registry's newest version, and the agreement with this digest or None, as one moment has them."""
    row = _NAMED.first(connection, {"digest": digest})
    if row is None:
        raise LookupError("one row at least stands in a table of one row")
    version, *columns = row
    return version or 0, None if columns[0] is None else stored_agreement(tuple(columns))


def find_admission(connection: Connection, digest: str, requester: str, officer: str) -> Admission:
    """Return what may have changed since a request was decided on; see `list_unsettled_of` for the calls."""
    values = {"digest": digest, "of_requester": requester, "of_officer": officer}
    row = _ADMISSION.first(connection, values)
    return Admission(None, has_unsettled=True) if row is None else Admission(AgreementState(row[0]), bool(row[1]))


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
