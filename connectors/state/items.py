"""Items as they are kept: verified events, papers sealed under the storage key, and how far the feed was read."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, delete, insert, select, update

from connectors.state.item_tables import item, item_event, item_feed, item_office, item_outbox, item_paper
from schemas.workflows.item_number import number_of

OWN_COPY: Final = ""
"""Stands in a paper's place of the digest where the paper is this agency's own copy."""

_FEED_ROW: Final = 1
_ITEMS_A_STATEMENT: Final = 500


@dataclass(frozen=True, slots=True)
class Waiting:
    """A step on its way: sealed draft, signed token and sealed papers (JSON); `refused` is the code of its refusal."""

    item: str
    account: str
    draft: bytes = field(repr=False)
    token: str = field(repr=False)
    papers: str = field(repr=False)
    made_at: int
    refused: str | None = None


@dataclass(frozen=True, slots=True)
class KeptItem:
    """An item with the tokens of its verified events, oldest first, and with the step on its way; `left_at` POSIX."""

    id: str
    number: str
    workflow: str
    school: str | None = field(repr=False)
    is_final: bool
    left_at: int | None
    tokens: tuple[str, ...] = field(repr=False)
    waiting: Waiting | None


@dataclass(frozen=True, slots=True)
class KeptPaper:
    """A paper of event `event`, sealed at rest."""

    item: str
    event: int
    content: str
    body: bytes = field(repr=False)


def add_item(connection: Connection, id_: str, workflow: str, school: str | None = None) -> None:
    """Keep a new item; one that is there already stays as it is."""
    values = {"id": id_, "number": number_of(workflow, id_), "workflow": workflow, "school": school}
    connection.execute(insert(item).prefix_with("OR IGNORE").values(is_final=False, **values))


def find_item(connection: Connection, id_: str) -> KeptItem | None:
    """Return an item, or None."""
    return next(_items(connection, item.c.id == id_), None)


def list_items_of(connection: Connection, ids: Iterable[str]) -> list[KeptItem]:
    """Return the items with these ids, some hundred a statement."""
    wanted = sorted(ids)
    parts = (wanted[start : start + _ITEMS_A_STATEMENT] for start in range(0, len(wanted), _ITEMS_A_STATEMENT))
    return [kept for part in parts for kept in _items(connection, item.c.id.in_(part))]


def list_items_with(connection: Connection, number: str) -> list[KeptItem]:
    """Return the items that have this short number: one, or by rare chance more."""
    return list(_items(connection, item.c.number == number))


def list_kept_items(connection: Connection, *, ended: bool) -> list[KeptItem]:
    """Return the items that have ended or left this office, or all others."""
    has_ended = item.c.is_final | item.c.left_at.is_not(None)
    return list(_items(connection, has_ended if ended else ~has_ended))


def add_events(connection: Connection, id_: str, tokens: Sequence[str], first: int) -> None:
    """Add the tokens of the events from number `first` on; those that are there already stay."""
    rows = [{"item": id_, "number": number, "token": token} for number, token in enumerate(tokens, start=first)]
    if rows:
        connection.execute(insert(item_event).prefix_with("OR IGNORE"), rows)
        mark_changed(connection, id_)


def note_standing(connection: Connection, id_: str, *, is_final: bool) -> None:
    """Note whether the item has ended; the gateway shows it to this office."""
    connection.execute(update(item).where(item.c.id == id_).values(is_final=is_final, left_at=None))
    mark_changed(connection, id_)


def note_left(connection: Connection, id_: str, at_seconds: int) -> None:
    """Note that the gateway shows the item to this office no longer."""
    connection.execute(update(item).where(item.c.id == id_, item.c.left_at.is_(None)).values(left_at=at_seconds))
    mark_changed(connection, id_)


def mark_changed(connection: Connection, id_: str) -> None:
    """Note that what an item waits for is to be found anew (`connectors.state.item_waits`)."""
    connection.execute(update(item).where(item.c.id == id_).values(is_counted=False))


def delete_item(connection: Connection, id_: str) -> None:
    """Delete an item with all that belongs to it."""
    connection.execute(delete(item).where(item.c.id == id_))


def add_paper(connection: Connection, paper: KeptPaper) -> None:
    """Keep a paper, once."""
    values = {"item": paper.item, "event": paper.event, "content": paper.content, "body": paper.body}
    connection.execute(insert(item_paper).prefix_with("OR IGNORE").values(**values))


def list_papers(connection: Connection, ids: Iterable[str]) -> dict[str, list[KeptPaper]]:
    """Return the papers of items, by item, oldest first."""
    found: dict[str, list[KeptPaper]] = {}
    for row in _in_parts(connection, item_paper, ids, item_paper.c.event, item_paper.c.content):
        found.setdefault(row.item, []).append(KeptPaper(row.item, row.event, row.content, row.body))
    return found


def delete_papers_left_before(connection: Connection, seconds: int) -> int:
    """Delete the papers of items that left this office before a moment (POSIX seconds); returns how many."""
    gone = select(item.c.id).where(item.c.left_at < seconds)
    return connection.execute(delete(item_paper).where(item_paper.c.item.in_(gone))).rowcount


def feed_position(connection: Connection) -> int:
    """Return the number of the last change that was read."""
    return connection.execute(select(item_feed.c.after)).scalar() or 0


def note_feed_position(connection: Connection, after: int) -> None:
    """Note how far the feed was read; it is never set back."""
    if after > feed_position(connection):
        connection.execute(insert(item_feed).prefix_with("OR REPLACE").values(id=_FEED_ROW, after=after))


def find_office_key(connection: Connection, agency: str) -> str | None:
    """Return the thumbprint with which an office was first seen, or None."""
    return connection.execute(select(item_office.c.signing_key).where(item_office.c.agency == agency)).scalar()


def keep_office_key(connection: Connection, agency: str, signing_key: str, at_seconds: int) -> None:
    """Keep the thumbprint with which an office is seen first; a later one does not replace it."""
    values = {"agency": agency, "signing_key": signing_key, "seen_at": at_seconds}
    connection.execute(insert(item_office).prefix_with("OR IGNORE").values(**values))


def _items(connection: Connection, *where: ColumnElement[bool]) -> Iterator[KeptItem]:
    rows = connection.execute(select(item).where(*where).order_by(item.c.id)).all()
    ids = [row.id for row in rows]
    tokens: dict[str, list[str]] = {}
    for row in _in_parts(connection, item_event, ids, item_event.c.number):
        tokens.setdefault(row.item, []).append(row.token)
    waiting = {row.item: Waiting(**row._mapping) for row in _in_parts(connection, item_outbox, ids)}  # noqa: SLF001
    for row in rows:
        found = tuple(tokens.get(row.id, ()))
        plain = (row.id, row.number, row.workflow, row.school, row.is_final, row.left_at)
        yield KeptItem(*plain, found, waiting.get(row.id))


def _in_parts(connection: Connection, table: Any, ids: Iterable[str], *order: Any) -> Iterator[Any]:
    """Yield the rows of `table` that belong to items, some hundred items a statement."""
    wanted = sorted(ids)
    for start in range(0, len(wanted), _ITEMS_A_STATEMENT):
        part = table.c.item.in_(wanted[start : start + _ITEMS_A_STATEMENT])
        yield from connection.execute(select(table).where(part).order_by(table.c.item, *order))
