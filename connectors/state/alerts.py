"""Alerts for the agency's security administrator: each named once, with what it is about and never a value."""

from sqlalchemy import Engine, insert, select

from connectors.state.database import reading, writing
from connectors.state.tables import alert


def raise_alert(state: Engine, code: str, subject: str, at_seconds: int) -> None:
    """Note that `code` concerns `subject`; the same alert is noted once."""
    with writing(state) as connection:
        connection.execute(
            insert(alert).prefix_with("OR IGNORE").values(raised_at=at_seconds, code=code, subject=subject[:200])
        )


def list_alerts(state: Engine) -> list[tuple[int, str, str]]:
    """Return (POSIX seconds, code, subject) of all alerts, oldest first."""
    with reading(state) as connection:
        rows = connection.execute(select(alert.c.raised_at, alert.c.code, alert.c.subject).order_by(alert.c.id))
        return [(row.raised_at, row.code, row.subject) for row in rows]
