"""Destroy what is known of emergency calls, made here or made to this agency, once it was kept for its three years."""

from sqlalchemy import Connection, RowMapping, Table, delete, select

from connectors.console.actions import Action
from connectors.console.record import record_in
from connectors.context import Connector
from connectors.emergency.notices import facts_of
from connectors.state.database import destroying, reading
from connectors.state.emergency_tables import emergency_call, emergency_notice, emergency_question
from schemas.emergency import RECORD_LASTS, suspends


def destroy_due_records(connector: Connector) -> int:
    """Destroy what is due, with a line in the record for each; returns how many. What suspends an officer stays."""
    with reading(connector.state) as connection:
        calls = [row["id"] for row in _due(connector, connection, emergency_call)]
        notices = [(row["agreement"], row["call"]) for row in _due(connector, connection, emergency_notice)]
    if not calls and not notices:
        return 0
    with destroying(connector.state) as connection:
        for call in calls:
            connection.execute(delete(emergency_question).where(emergency_question.c.call == call))
            connection.execute(delete(emergency_call).where(emergency_call.c.id == call))
            _record(connector, connection, call, "call")
        for agreement, call in notices:
            place = (emergency_notice.c.agreement == agreement, emergency_notice.c.call == call)
            connection.execute(delete(emergency_notice).where(*place))
            _record(connector, connection, call, "notice")
    return len(calls) + len(notices)


def _due(connector: Connector, connection: Connection, table: Table) -> list[RowMapping]:
    """Return the rows of calls that are old enough and suspend nobody."""
    now = connector.seconds()
    query = select(table).where(table.c.opened_at < now - int(RECORD_LASTS.total_seconds()))
    return [row for row in connection.execute(query).mappings() if not suspends(facts_of(row), now)]


def _record(connector: Connector, connection: Connection, call: str, kind: str) -> None:
    record_in(connection, connector.seconds(), None, Action.EMERGENCY_RECORD_DESTROYED, call, kind)
