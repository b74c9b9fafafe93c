"""Destroy requests for correction once they were kept for long after their answer, by the clock."""

from datetime import timedelta

from sqlalchemy import delete, select

from connectors.console.actions import Action
from connectors.console.record import record_in
from connectors.context import Connector
from connectors.state.correction_tables import correction
from connectors.state.database import destroying, reading


def destroy_due_corrections(connector: Connector) -> int:
    """Destroy what is due, with a line in the record for each; returns how many. What waits for an answer stays."""
    before_at = connector.now() - timedelta(days=connector.settings.correction_days)
    is_due = correction.c.outcome.is_not(None) & (correction.c.decided_at < int(before_at.timestamp()))
    with reading(connector.state) as connection:
        due = list(connection.execute(select(correction.c.id).where(is_due)).scalars())
    if due:
        with destroying(connector.state) as connection:
            for id_ in due:
                connection.execute(delete(correction).where(correction.c.id == id_))
                record_in(connection, connector.seconds(), None, Action.CORRECTION_DESTROYED, id_, "due")
    return len(due)
