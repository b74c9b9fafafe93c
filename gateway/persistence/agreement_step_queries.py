"""Reading and writing the steps of agreements' lives."""

from sqlalchemy import Connection, func, insert, select

from gateway.persistence.agreement_tables import agreement_step
from schemas.agreement_steps import AgreementHistoryStep, AgreementStep


def add_step(connection: Connection, agreement: str, told: AgreementHistoryStep) -> None:
    """Write down a step after those before it; the caller holds the write lock."""
    last = connection.scalar(select(func.max(agreement_step.c.number)).where(agreement_step.c.agreement == agreement))
    connection.execute(
        insert(agreement_step).values(
            agreement=agreement,
            number=(last or 0) + 1,
            step=told.step.value,
            agency=told.agency,
            taken_at=told.at,
            reasons=" ".join(told.reasons),
            note=told.note,
        )
    )


def list_steps(connection: Connection, agreement: str, newest: int | None = None) -> tuple[AgreementHistoryStep, ...]:
    """Return the steps, oldest first; of many, the `newest` alone."""
    query = select(agreement_step).where(agreement_step.c.agreement == agreement)
    rows = connection.execute(query.order_by(agreement_step.c.number.desc()).limit(newest)).all()
    return tuple(
        AgreementHistoryStep(
            step=AgreementStep(row.step),
            agency=row.agency,
            at=row.taken_at,
            reasons=tuple(row.reasons.split()),
            note=row.note,
        )
        for row in reversed(rows)
    )
