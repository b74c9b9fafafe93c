"""Ledgers that officers uploaded: what each is, and its file, sealed in parts that are bound to their place."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Any, Final, Literal

from sqlalchemy import Connection, Engine, RowMapping, delete, insert, select, update

from connectors.sources.csv_file import Delimiter, Encoding
from connectors.state.database import destroying, reading, writing
from connectors.state.desk_tables import ledger, ledger_choice, ledger_finding, ledger_part, ledger_repair, ledger_row
from keys.crypto.sealing import open_at_rest, seal_at_rest
from schemas.messages.match import SubjectKind
from schemas.randomness import RandomSource

PART_BYTES: Final = 1024 * 1024
"""A file is sealed in parts of this size."""


class LedgerState(StrEnum):
    """Where a ledger is on its way from the upload to what can be asked with."""

    READING = "reading"
    COLUMNS = "columns"
    CHECKING = "checking"
    READY = "ready"
    FAULTY = "faulty"
    DESTROYED = "destroyed"


class LedgerUnknownError(LookupError):
    """There is no such ledger."""

    def __init__(self) -> None:
        super().__init__("没有这份台账 / there is no such ledger")


@dataclass(frozen=True, slots=True)
class LedgerFault:
    """Why a whole ledger can't be used: code of `SOURCE_ERRORS` with its place."""

    code: str
    row: int | None = None
    column: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerCard:
    """What is known of a ledger's file; it rests sealed, since names of files and first rows say who is in them.

    Attributes:
        name: of the file, without a folder.
        kind: how the file is written.
        encoding: of a CSV file.
        delimiter: of a CSV file.
        sheet: of a workbook.
        first_data_row: below the header, counted from 0.
        first_column: of the sheet's filled part, counted from 0; positions of columns begin there.
        width: columns of the sheet's filled part.
        labels: the name of each column, each once.
        samples: the first cells of each column, as they are shown.
        columns: canonical field → position of its column, as somebody chose.
        fault: why the file can't be used.
    """

    name: str = field(repr=False)
    kind: Literal["workbook", "csv"]
    encoding: Encoding = "utf-8"
    delimiter: Delimiter = ","
    sheet: str | None = field(default=None, repr=False)
    first_data_row: int = 0
    first_column: int = 0
    width: int = 0
    labels: tuple[str, ...] = field(default=(), repr=False)
    samples: tuple[tuple[str, ...], ...] = field(default=(), repr=False)
    columns: Mapping[str, int] = field(default_factory=dict)
    fault: LedgerFault | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptLedger:
    """A ledger as it is kept.

    Attributes:
        marked_rows: rows with an error or a warning.
        rows_done: progress of the check, out of `rows_total`, since `begun_at` (POSIX seconds).
        revision: grows with each check and each repair.
        is_asked: a question was asked with it; its rows don't change any more.
        expires_on: the day on which it is destroyed.
    """

    id: str
    owner: str
    state: LedgerState
    card: LedgerCard
    data_set: str | None
    subject: SubjectKind | None
    rows: int
    usable_rows: int
    marked_rows: int
    rows_done: int
    rows_total: int
    begun_at: int | None
    revision: int
    is_asked: bool
    uploaded_at: int
    expires_on: date

    @property
    def version(self) -> str:
        """A text that changes when a row's content may have."""
        return f"{self.id}/{self.revision}"


@dataclass(frozen=True, slots=True)
class LedgerStore:
    """Keeps ledgers under the connector's storage key."""

    state: Engine
    storage_key: bytes = field(repr=False)
    random: RandomSource

    def add(
        self, id_: str, owner: str, card: LedgerCard, file: Iterable[bytes], uploaded_at: int, expires_on: date
    ) -> None:
        """Keep a new ledger with its file, all or nothing."""
        with writing(self.state) as connection:
            connection.execute(
                insert(ledger).values(
                    id=id_,
                    owner=owner,
                    state=LedgerState.READING.value,
                    card=self._seal_card(id_, card),
                    uploaded_at=uploaded_at,
                    expires_on=expires_on.isoformat(),
                )
            )
            for number, part in enumerate(file):
                body = self.seal(id_, f"part/{number}", part)
                connection.execute(insert(ledger_part).values(ledger=id_, number=number, body=body))

    def find(self, id_: str) -> KeptLedger | None:
        """Return a ledger, or None."""
        with reading(self.state) as connection:
            row = connection.execute(select(ledger).where(ledger.c.id == id_)).first()
        return None if row is None else self._ledger_of(row._mapping)  # noqa: SLF001 - SQLAlchemy's public name

    def get(self, id_: str) -> KeptLedger:
        """Return a ledger; raises LedgerUnknownError."""
        found = self.find(id_)
        if found is None:
            raise LedgerUnknownError
        return found

    def list_of(self, owner: str) -> list[KeptLedger]:
        """Return somebody's ledgers, newest first."""
        return self._list(ledger.c.owner == owner)

    def list_in(self, *states: LedgerState) -> list[KeptLedger]:
        """Return the ledgers in some states, newest first."""
        return self._list(ledger.c.state.in_([state.value for state in states]))

    def file(self, id_: str) -> bytes:
        """Return the uploaded file, which never rests in clear."""
        with reading(self.state) as connection:
            parts = connection.execute(
                select(ledger_part.c.number, ledger_part.c.body)
                .where(ledger_part.c.ledger == id_)
                .order_by(ledger_part.c.number)
            )
            return b"".join(self.open(id_, f"part/{number}", body) for number, body in parts)

    def change(self, id_: str, *, card: LedgerCard | None = None, **columns: Any) -> None:
        """Note what has become of a ledger."""
        with writing(self.state) as connection:
            self.change_in(connection, id_, card=card, **columns)

    def change_in(self, connection: Connection, id_: str, *, card: LedgerCard | None = None, **columns: Any) -> None:
        """As `change`, as a part of a transaction."""
        values = columns if card is None else {**columns, "card": self._seal_card(id_, card)}
        connection.execute(update(ledger).where(ledger.c.id == id_).values(**values))

    def destroy(self, *ids: str) -> None:
        """Destroy file, rows, repairs and card of ledgers; that they were there stays known."""
        with destroying(self.state) as connection:
            for table in (ledger_part, ledger_row, ledger_finding, ledger_repair):
                connection.execute(delete(table).where(table.c.ledger.in_(ids)))
            for id_ in ids:
                card = LedgerCard(name="", kind="workbook")
                self.change_in(connection, id_, card=card, state=LedgerState.DESTROYED.value)

    def expired(self, today: date) -> list[str]:
        """Return the ledgers whose day has come."""
        is_due = (ledger.c.expires_on <= today.isoformat()) & (ledger.c.state != LedgerState.DESTROYED.value)
        with reading(self.state) as connection:
            return list(connection.execute(select(ledger.c.id).where(is_due)).scalars())

    def keep_choice(self, header: str, data_set: str, columns: Mapping[str, int], chosen_at: int) -> None:
        """Remember what the columns of a header mean."""
        values = {"header": header, "data_set": data_set, "columns": json.dumps(dict(columns)), "chosen_at": chosen_at}
        with writing(self.state) as connection:
            connection.execute(insert(ledger_choice).prefix_with("OR REPLACE").values(values))

    def find_choice(self, header: str) -> tuple[str, dict[str, int]] | None:
        """Return the data set and the columns that were chosen for a header, or None."""
        with reading(self.state) as connection:
            row = connection.execute(select(ledger_choice).where(ledger_choice.c.header == header)).first()
        return None if row is None else (row.data_set, json.loads(row.columns))

    def seal(self, id_: str, place: str, plaintext: bytes) -> bytes:
        """Seal something that belongs to a place of a ledger."""
        return seal_at_rest(self.storage_key, plaintext, _binding(id_, place), self.random)

    def open(self, id_: str, place: str, sealed: bytes) -> bytes:
        """Return what was sealed for a place of a ledger; raises OpenError."""
        return open_at_rest(self.storage_key, sealed, _binding(id_, place))

    def _list(self, condition: Any) -> list[KeptLedger]:
        query = select(ledger).where(condition).order_by(ledger.c.uploaded_at.desc(), ledger.c.id)
        with reading(self.state) as connection:
            rows = connection.execute(query).all()
        return [self._ledger_of(row._mapping) for row in rows]  # noqa: SLF001 - SQLAlchemy's public name

    def _seal_card(self, id_: str, card: LedgerCard) -> bytes:
        return self.seal(id_, "card", json.dumps(asdict(card), ensure_ascii=False).encode())

    def _ledger_of(self, columns: RowMapping) -> KeptLedger:
        members = json.loads(self.open(columns["id"], "card", columns["card"]))
        subject = columns["subject"]
        plain = {name: columns[name] for name in _PLAIN_COLUMNS}
        return KeptLedger(
            **plain,
            state=LedgerState(columns["state"]),
            card=_card_of(members),
            subject=None if subject is None else SubjectKind(subject),
            expires_on=date.fromisoformat(columns["expires_on"]),
        )


_PLAIN_COLUMNS: Final = (
    "id",
    "owner",
    "data_set",
    "rows",
    "usable_rows",
    "marked_rows",
    "rows_done",
    "rows_total",
    "begun_at",
    "revision",
    "is_asked",
    "uploaded_at",
)


def in_parts(read: Callable[[int], bytes]) -> Iterator[bytes]:
    """Yield a stream in parts of `PART_BYTES`."""
    while part := read(PART_BYTES):
        yield part


def mark_asked(connection: Connection, id_: str) -> None:
    """Note that a question is asked with a ledger, whose rows may not change under it."""
    connection.execute(update(ledger).where(ledger.c.id == id_).values(is_asked=True))


def _binding(id_: str, place: str) -> bytes:
    return f"ledger/{id_}/{place}".encode()


def _card_of(members: dict[str, Any]) -> LedgerCard:
    card = LedgerCard(**members)
    return replace(
        card,
        labels=tuple(card.labels),
        samples=tuple(tuple(cells) for cells in card.samples),
        fault=LedgerFault(**members["fault"]) if members["fault"] else None,
    )
