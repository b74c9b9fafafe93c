"""Visits to the identity provider: begun here, bound to one browser, over after ten minutes, ended by one return.

What must stay secret until the return (RFC 7636 verifier, nonce) rests sealed; of state and browser a digest is kept.
"""

import hmac
import json
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from sqlalchemy import Connection, Table, delete, func, insert, select

from hosting.accounts.book import A, AccountBook, seconds
from hosting.accounts.sessions import token_digest
from keys.crypto.errors import OpenError
from keys.crypto.sealing import open_at_rest, seal_at_rest
from keys.custody.key_ring import KeyKind

LONGEST_VISIT: Final = timedelta(minutes=10)
MAX_VISITS: Final = 1_000
"""Open at a time; the oldest gives way, so that nobody fills the database without signing in."""
MAX_KEPT_CHARACTERS: Final = 20_000
"""Of a form that waits for its owner to be signed in again."""
_USE: Final = b"tongxin/visit/v1/"


@dataclass(frozen=True, slots=True)
class Visit:
    """What is known at the return; `next` and `kept` are the page to go on with, and the form that was on its way."""

    nonce: str = field(repr=False)
    verifier: str = field(repr=False)
    next: str | None
    kept: str = field(repr=False)


class VisitOverError(Exception):
    """No visit is open by this state: used already, too old, or never begun here."""


class OtherBrowserError(Exception):
    """The visit was begun in another browser; it is over now."""


def add_visit(book: AccountBook[A], state: str, browser: str, visit: Visit) -> None:
    """Keep a visit until its return."""
    key = book.ring.current(KeyKind.STORAGE, book.now()).secret
    kept = visit.kept if len(visit.kept) <= MAX_KEPT_CHARACTERS else ""
    text = json.dumps([visit.nonce, visit.verifier, visit.next, kept], ensure_ascii=False)
    digest = token_digest(state)
    values = {
        "state_digest": digest,
        "browser_digest": token_digest(browser),
        "sealed": seal_at_rest(key, text.encode(), _USE + digest, book.random),
        "begun_at": seconds(book),
    }
    with book.writing() as connection:
        _make_room(connection, book.tables.visit, seconds(book))
        connection.execute(insert(book.tables.visit).values(values))


def take_visit(book: AccountBook[A], state: str, browser: str) -> Visit:
    """Return the visit that began with `state` in this browser, and end it, whoever comes back.

    Raises:
        VisitOverError, OtherBrowserError: there is none to go on with.
    """
    digest, table = token_digest(state), book.tables.visit
    with book.writing() as connection:
        row = connection.execute(select(table).where(table.c.state_digest == digest)).first()
        connection.execute(delete(table).where(table.c.state_digest == digest))
    if row is None or seconds(book) - row.begun_at >= LONGEST_VISIT.total_seconds():
        raise VisitOverError
    if not hmac.compare_digest(row.browser_digest, token_digest(browser)):
        raise OtherBrowserError
    nonce, verifier, following, kept = json.loads(_open(book, row.sealed, _USE + digest))
    return Visit(nonce, verifier, following, kept)


def _open(book: AccountBook[A], sealed: bytes, use: bytes) -> bytes:
    for key in book.ring.accepted(KeyKind.STORAGE, book.now()):
        try:
            return open_at_rest(key.secret, sealed, use)
        except OpenError:
            continue
    raise VisitOverError


def _make_room(connection: Connection, table: Table, now: int) -> None:
    connection.execute(delete(table).where(table.c.begun_at <= now - int(LONGEST_VISIT.total_seconds())))
    excess = connection.execute(select(func.count()).select_from(table)).scalar_one() - MAX_VISITS + 1
    if excess > 0:
        oldest = select(table.c.state_digest).order_by(table.c.begun_at).limit(excess)
        connection.execute(delete(table).where(table.c.state_digest.in_(oldest)))
