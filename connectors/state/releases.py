"""What this agency released to whom, under which agreement: its own accounting, without any value."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Engine, insert, update

from connectors.state.database import writing
from connectors.state.tables import release, released_record
from schemas.base64url import decode_base64url


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
        connection.execute(
            insert(release).values(
                receipt_number=done.receipt_number,
                answer=answer,
                request=done.request,
                agreement=done.agreement,
                requester=done.requester,
                officer=done.officer,
                case=done.case,
                attributes=json.dumps(done.attributes),
                released_at=at_seconds,
            )
        )
        connection.execute(
            insert(released_record),
            [
                {"receipt_number": done.receipt_number, "handle": decode_base64url(handle), "refused": refused}
                for handle, refused in done.refused_by_handle.items()
            ],
        )


def note_receipt(state: Engine, receipt_number: str, answer: str, requester: str, at_seconds: int) -> bool:
    """Note that the requester has opened an answer; False if there is no such release to it."""
    with writing(state) as connection:
        noted = connection.execute(
            update(release)
            .where(
                release.c.receipt_number == receipt_number,
                release.c.answer == answer,
                release.c.requester == requester,
            )
            .values(receipt_at=at_seconds)
        )
        return noted.rowcount == 1
