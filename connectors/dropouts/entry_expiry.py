"""Destroy what schools told of pupils once it was kept for long after their items ended, by the clock."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, select

from connectors.console.actions import Action
from connectors.console.record import record_in
from connectors.context import Connector
from connectors.items.courses import course_of
from connectors.state.database import destroying, reading
from connectors.state.dropout_flags import FlagState
from connectors.state.dropout_tables import dropout_flag, dropout_question_row
from connectors.state.item_tables import item_paper
from connectors.state.items import KeptItem, find_item

_ENDED = (FlagState.DONE.value, FlagState.REFUSED.value)


def destroy_due_entries(connector: Connector) -> int:
    """Destroy what is due, with a line in the record for each pupil; returns how many.

    With a pupil's entry go the papers of the item and where the pupil stood in questions. The item's steps stay.
    """
    before_at = connector.now() - timedelta(days=connector.settings.dropout_entry_days)
    with reading(connector.state) as connection:
        due = list(_due(connector, connection, before_at))
    if due:
        with destroying(connector.state) as connection:
            for flag_id, item in due:
                _destroy(connection, flag_id, item)
                record_in(connection, connector.seconds(), None, Action.DROPOUT_ENTRY_DESTROYED, item or flag_id, "due")
    return len(due)


def _due(connector: Connector, connection: Connection, before_at: datetime) -> Iterator[tuple[str, str | None]]:
    """Yield flag and item of pupils for whom nothing was done since a moment; a flag comes before all that is done."""
    is_old = dropout_flag.c.flagged_at < int(before_at.timestamp())
    for row in connection.execute(
        select(dropout_flag.c.id, dropout_flag.c.item).where(is_old, dropout_flag.c.state.in_(_ENDED))
    ).all():
        if _has_ended_before(connector, connection, row.item, before_at):
            yield row.id, row.item


def _has_ended_before(connector: Connector, connection: Connection, item: str | None, before_at: datetime) -> bool:
    kept = None if item is None else find_item(connection, item)
    return kept is None or (_has_ended(kept) and _last_at(connector, kept) < before_at.timestamp())


def _has_ended(kept: KeptItem) -> bool:
    return kept.is_final or kept.left_at is not None


def _last_at(connector: Connector, kept: KeptItem) -> float:
    """Return when something happened last (POSIX seconds)."""
    last_at = course_of(connector, kept).history.events[-1].at.timestamp()
    return max(last_at, kept.left_at or 0)


def _destroy(connection: Connection, flag_id: str, item: str | None) -> None:
    connection.execute(delete(dropout_flag).where(dropout_flag.c.id == flag_id))
    if item is not None:
        connection.execute(delete(dropout_question_row).where(dropout_question_row.c.item == item))
        connection.execute(delete(item_paper).where(item_paper.c.item == item))
