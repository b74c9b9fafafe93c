"""Schools' reports that an officer acknowledges many at once: which, for whom, and how far each has come."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sqlalchemy import ColumnElement, Engine, delete, func, insert, select, update

from connectors.state.database import reading, writing
from connectors.state.dropout_tables import dropout_acknowledgement

KEPT_SECONDS: Final = 30 * 86_400
"""How long it is kept what became of a batch."""

_WAITING: Final = "waiting"


class AcknowledgementState(StrEnum):
    """How far one report has come."""

    WAITING = _WAITING
    """It is to be acknowledged, or the step is to be sent still."""

    DONE = "done"
    """It stands acknowledged at the gateway."""

    REFUSED = "refused"
    """The step was not taken; the item stands where it stood."""


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """One report of a batch; `failure` is the code of why the step was not taken."""

    batch: str
    item: str
    account: str
    state: AcknowledgementState
    failure: str | None


def add_batch(state: Engine, batch: str, account: str, items: Sequence[str], at: int) -> int:
    """Keep what is to be acknowledged, but for what waits already; returns how many. Old batches are forgotten."""
    columns = dropout_acknowledgement.c
    with writing(state) as connection:
        is_old = (columns.asked_at < at - KEPT_SECONDS) & (columns.state != _WAITING)
        connection.execute(delete(dropout_acknowledgement).where(is_old))
        waiting = set(connection.execute(select(columns.item).where(columns.state == _WAITING)).scalars())
        new = [item for item in dict.fromkeys(items) if item not in waiting]
        for place, item in enumerate(new):
            values = {"batch": batch, "item": item, "place": place, "account": account, "asked_at": at}
            connection.execute(insert(dropout_acknowledgement).values(state=_WAITING, **values))
    return len(new)


def list_waiting(state: Engine) -> list[Acknowledgement]:
    """Return all that waits, in the order in which it was asked for."""
    return _list(state, dropout_acknowledgement.c.state == _WAITING)


def list_batch(state: Engine, batch: str, account: str) -> list[Acknowledgement]:
    """Return a batch of an account; nothing for anybody else's."""
    return _list(state, (dropout_acknowledgement.c.batch == batch) & (dropout_acknowledgement.c.account == account))


def find_open_batch(state: Engine, account: str) -> str | None:
    """Return the newest batch of an account of which something waits, or None."""
    columns = dropout_acknowledgement.c
    is_open = (columns.account == account) & (columns.state == _WAITING)
    query = select(columns.batch).where(is_open).order_by(columns.asked_at.desc()).limit(1)
    with reading(state) as connection:
        return connection.execute(query).scalar()


def is_anything_waiting(state: Engine) -> bool:
    """Return whether any report waits to be acknowledged."""
    columns = dropout_acknowledgement.c
    with reading(state) as connection:
        return bool(connection.execute(select(func.count()).where(columns.state == _WAITING)).scalar_one())


def note_acknowledgement(
    state: Engine, one: Acknowledgement, becomes: AcknowledgementState, failure: str | None = None
) -> None:
    """Note what became of one report."""
    columns = dropout_acknowledgement.c
    is_it = (columns.batch == one.batch) & (columns.item == one.item)
    with writing(state) as connection:
        connection.execute(update(dropout_acknowledgement).where(is_it).values(state=becomes.value, failure=failure))


def _list(state: Engine, condition: ColumnElement[bool]) -> list[Acknowledgement]:
    columns = dropout_acknowledgement.c
    query = select(dropout_acknowledgement).where(condition).order_by(columns.asked_at, columns.batch, columns.place)
    with reading(state) as connection:
        return [
            Acknowledgement(row.batch, row.item, row.account, AcknowledgementState(row.state), row.failure)
            for row in connection.execute(query)
        ]
