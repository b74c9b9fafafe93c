"""The last answer about each child of a standing question, and what has changed: sealed, and destroyed on their day.

A child is found again by an HMAC under the storage key, another one for each standing question: without that key
nobody can tell who it is, nor whether somebody is there. No digest of an answer outlives it: answers are so few that
whoever holds the key could try them all.
"""

import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any, Final

from sqlalchemy import Connection, Engine, Row, delete, insert, select

from connectors.desk.question_answers import AnswerKind
from connectors.standing.changes import ChangeKind, KnownAnswer
from connectors.state.database import destroying, reading
from connectors.state.standing_tables import standing_answer, standing_change
from keys.crypto.sealing import open_at_rest, seal_at_rest
from schemas.linkage_keys import LinkageKey
from schemas.messages.index import KEY_TYPE_CODES
from schemas.randomness import RandomSource

TAG_BYTES: Final = 16
_CONTEXT: Final = b"tongxin/standing-child/v1\x00"


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """The last answer about a child, and the day on which it is destroyed."""

    tag: bytes = field(repr=False)
    answer: KnownAnswer = field(repr=False)
    expires_on: date


@dataclass(frozen=True, slots=True)
class KeptChange:
    """A change of the answer in a row of the roster, and the day on which it is destroyed."""

    row_number: int
    kind: ChangeKind
    before: KnownAnswer = field(repr=False)
    after: KnownAnswer = field(repr=False)
    expires_on: date


@dataclass(frozen=True, slots=True)
class StandingVault:
    """Keeps answers and changes under the connector's storage key."""

    state: Engine
    storage_key: bytes = field(repr=False)
    random: RandomSource

    def tag_of(self, standing: str, keys: Sequence[LinkageKey]) -> bytes:
        """Return the tag of the child that has these linkage keys: by the strongest of them."""
        strongest = min(keys, key=lambda key: (KEY_TYPE_CODES[key.key_type], key.is_flagged, key.oprf_input()))
        message = _CONTEXT + f"{standing}/".encode() + strongest.oprf_input()
        return hmac.digest(self.storage_key, message, hashlib.sha256)[:TAG_BYTES]

    def answers(self, standing: str) -> dict[bytes, KnownAnswer]:
        """Return the last answers of a standing question, by the child's tag."""
        query = select(standing_answer).where(standing_answer.c.standing == standing)
        with reading(self.state) as connection:
            rows = connection.execute(query).all()
        return {row.tag: _answer_of(self._open(_answer_place(standing, row.tag), row.answer)) for row in rows}

    def replace(self, connection: Connection, standing: str, answers: Iterable[KeptAnswer]) -> None:
        """Keep these last answers and no others: who has left the roster is forgotten."""
        connection.execute(delete(standing_answer).where(standing_answer.c.standing == standing))
        values = [
            {
                "standing": standing,
                "tag": one.tag,
                "answer": self._seal(_answer_place(standing, one.tag), asdict(one.answer)),
                "expires_on": one.expires_on.isoformat(),
            }
            for one in answers
        ]
        if values:
            connection.execute(insert(standing_answer), values)

    def add_changes(self, connection: Connection, run: str, changes: Iterable[KeptChange]) -> None:
        """Keep what a run has found changed."""
        values = [
            {
                "run": run,
                "row_number": one.row_number,
                "kind": one.kind.value,
                "change": self._seal(_change_place(run, one.row_number), [asdict(one.before), asdict(one.after)]),
                "expires_on": one.expires_on.isoformat(),
            }
            for one in changes
        ]
        if values:
            connection.execute(insert(standing_change), values)

    def changes(self, run: str) -> list[KeptChange]:
        """Return what a run has found changed and is not destroyed, by row."""
        query = select(standing_change).where(standing_change.c.run == run).order_by(standing_change.c.row_number)
        with reading(self.state) as connection:
            rows = connection.execute(query).all()
        return [self._change_of(run, row) for row in rows]

    def _change_of(self, run: str, row: Row[Any]) -> KeptChange:
        before, after = map(_answer_of, self._open(_change_place(run, row.row_number), row.change))
        return KeptChange(
            row.row_number, ChangeKind(row.kind), before, after, expires_on=date.fromisoformat(row.expires_on)
        )

    def destroy_expired(self, today: date) -> int:
        """Destroy answers and changes whose day has come; returns how many."""
        with destroying(self.state) as connection:
            return sum(
                connection.execute(delete(table).where(table.c.expires_on <= today.isoformat())).rowcount
                for table in (standing_answer, standing_change)
            )

    def _seal(self, place: str, members: object) -> bytes:
        return seal_at_rest(self.storage_key, json.dumps(members).encode(), place.encode(), self.random)

    def _open(self, place: str, sealed: bytes) -> Any:
        return json.loads(open_at_rest(self.storage_key, sealed, place.encode()))


def _answer_place(standing: str, tag: bytes) -> str:
    return f"standing-answer/{standing}/{tag.hex()}"


def _change_place(run: str, row_number: int) -> str:
    return f"standing-change/{run}/{row_number}"


def _answer_of(members: Mapping[str, Any]) -> KnownAnswer:
    return KnownAnswer(AnswerKind(members["kind"]), members["values"])
