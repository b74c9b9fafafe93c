"""The step of each item that is on its way to the gateway: one an item, changed only by who knows its token."""

from sqlalchemy import ColumnElement, Connection, delete, insert, select, update

from connectors.state.item_tables import item_outbox
from connectors.state.items import Waiting, mark_changed


def add_waiting(connection: Connection, step: Waiting) -> bool:
    """Put a step on its way in the place of a refused one; returns False where another is on its way already."""
    connection.execute(delete(item_outbox).where(item_outbox.c.item == step.item, item_outbox.c.refused.is_not(None)))
    mark_changed(connection, step.item)
    return connection.execute(insert(item_outbox).prefix_with("OR IGNORE").values(_values(step))).rowcount == 1


def find_waiting(connection: Connection, item: str) -> Waiting | None:
    """Return the step of an item that is on its way or was refused, or None."""
    row = connection.execute(select(item_outbox).where(item_outbox.c.item == item)).first()
    return None if row is None else Waiting(**row._mapping)  # noqa: SLF001 - SQLAlchemy's public name


def list_waiting(connection: Connection) -> list[str]:
    """Return the items with a step that is on its way, oldest first."""
    query = select(item_outbox.c.item).where(item_outbox.c.refused.is_(None))
    return list(connection.execute(query.order_by(item_outbox.c.made_at, item_outbox.c.item)).scalars())


def list_refused_before(connection: Connection, seconds: int) -> list[str]:
    """Return the items with a step that was made before a moment (POSIX seconds) and was refused."""
    is_old = item_outbox.c.refused.is_not(None) & (item_outbox.c.made_at < seconds)
    return list(connection.execute(select(item_outbox.c.item).where(is_old)).scalars())


def list_refused(connection: Connection) -> list[Waiting]:
    """Return the steps that were refused, oldest first."""
    query = select(item_outbox).where(item_outbox.c.refused.is_not(None))
    ordered = query.order_by(item_outbox.c.made_at, item_outbox.c.item)
    return [Waiting(**row._mapping) for row in connection.execute(ordered)]  # noqa: SLF001 - SQLAlchemy's public name


def replace_waiting(connection: Connection, token: str, step: Waiting) -> None:
    """Put `step` in the place of the one with this token, if that is still there."""
    connection.execute(update(item_outbox).where(_is(step.item, token)).values(_values(step)))
    mark_changed(connection, step.item)


def note_refused(connection: Connection, item: str, token: str, code: str) -> None:
    """Note that a step was refused; it is not sent again."""
    connection.execute(update(item_outbox).where(_is(item, token)).values(refused=code))
    mark_changed(connection, item)


def drop_waiting(connection: Connection, item: str, token: str) -> bool:
    """Take a step off; returns False where it was gone already."""
    mark_changed(connection, item)
    return connection.execute(delete(item_outbox).where(_is(item, token))).rowcount == 1


def _is(item: str, token: str) -> ColumnElement[bool]:
    return (item_outbox.c.item == item) & (item_outbox.c.token == token)


def _values(step: Waiting) -> dict[str, object]:
    return {column.name: getattr(step, column.name) for column in item_outbox.columns}
