"""Pupils whom schools flagged, with what is known of each sealed under the connector's storage key."""

import hashlib
import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from sqlalchemy import ColumnElement, Connection, Engine, insert, select, update

from connectors.state.database import reading, writing
from connectors.state.dropout_tables import dropout_flag
from connectors.state.item_tables import item
from keys.crypto.sealing import open_at_rest, seal_at_rest
from schemas.randomness import RandomSource

TAG_BYTES: Final = 12


class FlagState(StrEnum):
    """How far the flagging of one pupil has come."""

    WAITING = "waiting"
    """The item is to be opened, or a step that the ledger tells of is to be taken still."""

    OPENING = "opening"
    """The item is being opened; after a crash it is there, or it is not."""

    DONE = "done"
    """All that the ledger tells of was done."""

    REFUSED = "refused"
    """A step was refused; the item, if there is one, stands where it stood."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """One flagged pupil. `entry` is what the school knows, in clear; its repr shows nothing of it."""

    id: str
    ledger: str
    row_number: int
    account: str
    school: str
    township: str
    entry: bytes = field(repr=False)
    item: str | None
    state: FlagState
    failure: str | None
    flagged_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NewFlag:
    """A pupil who is to be flagged; `pupil_tag` as by `FlagStore.tag_of`."""

    id: str
    row_number: int
    pupil_tag: bytes = field(repr=False)
    entry: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class FlagStore:
    """Keeps flags under the connector's storage key."""

    state: Engine
    storage_key: bytes = field(repr=False)
    random: RandomSource

    def tag_of(self, pupil: str) -> bytes:
        """Return the tag by which a pupil who is flagged twice is known; it tells nothing without the storage key."""
        message = f"tongxin/dropout-pupil/v1\0{pupil}".encode()
        return hmac.digest(self.storage_key, message, hashlib.sha256)[:TAG_BYTES]

    def add(self, ledger: str, account: str, school: str, township: str, at: int, flags: Iterable[NewFlag]) -> int:
        """Keep those pupils who are not flagged yet; returns how many."""
        added = 0
        with writing(self.state) as connection:
            for one in flags:
                if self._is_known(connection, ledger, one):
                    continue
                connection.execute(
                    insert(dropout_flag).values(
                        id=one.id,
                        ledger=ledger,
                        row_number=one.row_number,
                        account=account,
                        school=school,
                        township=township,
                        pupil_tag=one.pupil_tag,
                        entry=self._seal(one.id, one.entry),
                        state=FlagState.WAITING.value,
                        flagged_at=at,
                    )
                )
                added += 1
        return added

    def open_tags(self) -> frozenset[bytes]:
        """Return the tags of pupils whose entry is not closed."""
        with reading(self.state) as connection:
            return frozenset(connection.execute(select(dropout_flag.c.pupil_tag).where(_is_open())).scalars())

    def of_ledger(self, ledger: str) -> list[Flag]:
        """Return the pupils of a ledger who were flagged, in its order."""
        return self._list(dropout_flag.c.ledger == ledger)

    def waiting(self) -> list[Flag]:
        """Return those for whom something is to be done still."""
        return self._list(dropout_flag.c.state.in_([FlagState.WAITING.value, FlagState.OPENING.value]))

    def of_items(self, items: Sequence[str]) -> dict[str, Flag]:
        """Return the flags of items, by item."""
        return {one.item: one for one in self._list(dropout_flag.c.item.in_(items)) if one.item is not None}

    def note(self, id_: str, state: FlagState, *, item_id: str | None, failure: str | None = None) -> None:
        """Note how far a flag has come."""
        with writing(self.state) as connection:
            values = {"state": state.value, "item": item_id, "failure": failure}
            connection.execute(update(dropout_flag).where(dropout_flag.c.id == id_).values(values))

    def _is_known(self, connection: Connection, ledger: str, one: NewFlag) -> bool:
        is_row = (dropout_flag.c.ledger == ledger) & (dropout_flag.c.row_number == one.row_number)
        is_pupil = _is_open() & (dropout_flag.c.pupil_tag == one.pupil_tag)
        return connection.execute(select(dropout_flag.c.id).where(is_row | is_pupil)).first() is not None

    def _list(self, condition: ColumnElement[bool]) -> list[Flag]:
        query = select(dropout_flag).where(condition).order_by(dropout_flag.c.flagged_at, dropout_flag.c.row_number)
        with reading(self.state) as connection:
            rows = connection.execute(query).all()
        return [
            Flag(
                id=row.id,
                ledger=row.ledger,
                row_number=row.row_number,
                account=row.account,
                school=row.school,
                township=row.township,
                entry=open_at_rest(self.storage_key, row.entry, _binding(row.id)),
                item=row.item,
                state=FlagState(row.state),
                failure=row.failure,
                flagged_at=row.flagged_at,
            )
            for row in rows
        ]

    def _seal(self, id_: str, entry: bytes) -> bytes:
        return seal_at_rest(self.storage_key, entry, _binding(id_), self.random)


def _is_open() -> ColumnElement[bool]:
    """Return what holds for a pupil whose entry is not closed: flagging goes on, or the item is there and under way."""
    under_way = select(item.c.id).where(~item.c.is_final)
    is_beginning = (dropout_flag.c.state != FlagState.REFUSED.value) & dropout_flag.c.item.is_(None)
    return is_beginning | dropout_flag.c.item.in_(under_way)


def _binding(id_: str) -> bytes:
    return f"dropout-flag/{id_}".encode()
