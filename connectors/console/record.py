"""The agency's own record of what its officers did and looked at: only added to, without identifiers and values."""

import re
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, Connection, func, insert, select

from connectors.console.actions import Action
from connectors.state.console_tables import MAX_RECORD_TEXT, console_record

_TEXT = re.compile(r"(?!.*[0-9]{14})[A-Za-z0-9._:/,=-]+")
"""Codes, ids, digests and counts: no room for a name, and none for an ID number (GB 11643-1999: 18 characters)."""
LARGEST_LIST: Final = 1_000


class RecordError(ValueError):
    """Something would enter the record that is no code, id, digest or count."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """One line of the record; `at` in POSIX seconds, `account` None for the operator on the server."""

    id: int
    at: int
    account: str | None
    action: Action
    subject: str | None
    detail: str | None


def record_in(
    connection: Connection,
    at: int,
    account: str | None,
    action: Action,
    subject: str | None = None,
    detail: str | None = None,
) -> None:
    """Add to the record, in the transaction of what is done.

    Args:
        connection: a writing transaction.
        at: POSIX seconds.
        account: who did it; None for the operator on the server, or for nobody who is known.
        action: what was done.
        subject: what it was done to: the id of a question, ledger, account or agreement.
        detail: codes and counts, such as `rows=300`.

    Raises:
        RecordError: subject or detail is anything else than codes, ids and counts.
    """
    for text in (subject, detail):
        if text is not None and (len(text) > MAX_RECORD_TEXT or not _TEXT.fullmatch(text)):
            raise RecordError("the record takes codes, ids and counts alone")
    connection.execute(
        insert(console_record).values(at=at, account=account, action=action.value, subject=subject, detail=detail)
    )


def list_record(
    connection: Connection,
    subject: str | None = None,
    account: str | None = None,
    limit: int = LARGEST_LIST,
    offset: int = 0,
) -> list[Recorded]:
    """Return the newest lines first, of one subject and of one account, or of all."""
    asked = select(console_record).where(*_conditions(subject, account)).order_by(console_record.c.id.desc())
    return [
        Recorded(row.id, row.at, row.account, Action(row.action), row.subject, row.detail)
        for row in connection.execute(asked.limit(limit).offset(offset))
    ]


def count_record(connection: Connection, subject: str | None = None, account: str | None = None) -> int:
    """Return how many lines there are, of one subject and of one account, or of all."""
    asked = select(func.count()).select_from(console_record).where(*_conditions(subject, account))
    return connection.execute(asked).scalar_one()


def _conditions(subject: str | None, account: str | None) -> list[ColumnElement[bool]]:
    wanted = ((console_record.c.subject, subject), (console_record.c.account, account))
    return [column == value for column, value in wanted if value is not None]
