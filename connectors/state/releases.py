"""What this agency released to whom, under which agreement: its own accounting, without any value."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, bindparam, func, insert, select, update

from connectors.state.database import reading, writing
from connectors.state.tables import release, released_record
from hosting.database.prepared import Prepared
from schemas.base64url import decode_base64url, encode_base64url
from schemas.problem import ProblemCode, ProblemError

_KEEP = Prepared(insert(release))
_KEEP_RECORD = Prepared(insert(released_record))
_NOTE_RECEIPT = Prepared(
    update(release)
    .where(
        release.c.receipt_number == bindparam("number"),
        release.c.answer == bindparam("opened"),
        release.c.requester == bindparam("by"),
    )
    .values(receipt_at=bindparam("receipt_at"))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """One answered exchange: who asked, for what, and what became of each handle (None: released)."""

    receipt_number: str
    request: str
    agreement: str
    requester: str
    officer: str
    case: str | None
    attributes: tuple[str, ...]
    refused_by_handle: Mapping[str, str | None]


def keep_release(state: Engine, done: Release, answer: str, at_seconds: int) -> None:
    """Keep a release before its answer leaves; `answer` is the digest of the answer's envelope."""
    with writing(state) as connection:
        note_release(connection, done, answer, at_seconds)


def note_release(connection: Connection, done: Release, answer: str, at_seconds: int) -> None:
    """As `keep_release`, in a transaction that is open."""
    values = {
        "receipt_number": done.receipt_number,
        "answer": answer,
        "request": done.request,
        "agreement": done.agreement,
        "requester": done.requester,
        "officer": done.officer,
        "case": done.case,
        "attributes": json.dumps(done.attributes),
        "released_at": at_seconds,
    }
    _KEEP.execute(connection, values)
    for handle, refused in done.refused_by_handle.items():
        record = {"receipt_number": done.receipt_number, "handle": decode_base64url(handle), "refused": refused}
        _KEEP_RECORD.execute(connection, record)


def released_handles(state: Engine, agreement: str, requester: str, receipts: Sequence[str]) -> frozenset[str]:
    """Return the handles that were released to a requester under these receipts of an agreement.

    Raises:
        ProblemError: not_found, if a receipt is not of this agreement and requester.
    """
    own = release.c.agreement == agreement, release.c.requester == requester, release.c.receipt_number.in_(receipts)
    record = released_record.c
    with reading(state) as connection:
        found = connection.scalar(select(func.count()).where(*own))
        if found != len(receipts):
            raise ProblemError(ProblemCode.NOT_FOUND, "/matched/receipts")
        rows = select(record.handle).join(release).where(*own, record.refused.is_(None))
        return frozenset(map(encode_base64url, connection.scalars(rows)))


def note_receipt(connection: Connection, receipt_number: str, answer: str, requester: str, at_seconds: int) -> bool:
    """Note in an open transaction that the requester has opened an answer; False if there is no such release to it."""
    values = {"number": receipt_number, "opened": answer, "by": requester, "receipt_at": at_seconds}
    return _NOTE_RECEIPT.execute(connection, values) == 1
