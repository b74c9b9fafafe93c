"""Questions and their results: sealed at rest, one row at a time, and destroyed on the day they expire."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import Engine, RowMapping, delete, insert, select

from connectors.state.database import destroying, reading, writing
from connectors.state.tables import pending_receipt, question, question_row
from keys.crypto.sealing import open_at_rest, seal_at_rest
from schemas.randomness import RandomSource


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Who asks what of whom, for which case; the roster it is about is named by its mapping file and version."""

    id: str
    agreement: str
    attributes: tuple[str, ...]
    region: str
    case: str | None
    officer: str
    approver: str | None
    mapping_path: str
    roster_version: str | None
    asked_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RowResult:
    """What became of one row: outcome, handle of a match, agreeing key types, released values or why there are none."""

    row_number: int
    outcome: str
    handle: str | None = None
    agreed: tuple[str, ...] = ()
    values: Mapping[str, bool | int | str | None] = field(default_factory=dict, repr=False)
    refused: str | None = None
    faults: tuple[str, ...] = ()
    receipt_number: str | None = None
    as_of: str | None = None
    expires_on: str | None = None


@dataclass(frozen=True, slots=True)
class PendingReceipt:
    """A receipt that the provider is owed: its number and the digest of the answer's envelope."""

    receipt_number: str
    answer: str


@dataclass(frozen=True, slots=True)
class ResultVault:
    """Keeps questions and results under the connector's storage key."""

    state: Engine
    storage_key: bytes = field(repr=False)
    random: RandomSource

    def add_question(self, new: Question) -> None:
        """Keep a new question before anything is asked."""
        roster = json.dumps({"mapping": new.mapping_path, "version": new.roster_version}).encode()
        with writing(self.state) as connection:
            connection.execute(
                insert(question).values(
                    id=new.id,
                    agreement=new.agreement,
                    attributes=json.dumps(new.attributes),
                    region=new.region,
                    case=new.case,
                    officer=new.officer,
                    approver=new.approver,
                    roster=seal_at_rest(self.storage_key, roster, new.id.encode(), self.random),
                    asked_at=new.asked_at,
                )
            )

    def find_question(self, id_: str) -> Question | None:
        """Return the question, or None."""
        return next((asked for asked in self.list_questions() if asked.id == id_), None)

    def list_questions(self) -> list[Question]:
        """Return all questions, newest first."""
        with reading(self.state) as connection:
            rows = connection.execute(select(question).order_by(question.c.asked_at.desc(), question.c.id)).all()
        return [self._question_of(row._mapping) for row in rows]  # noqa: SLF001 - SQLAlchemy's public name

    def add_results(self, id_: str, results: Sequence[RowResult], receipts: Sequence[PendingReceipt] = ()) -> None:
        """Keep the results of some rows and the receipts that are owed for them, all or none; durable at return."""
        with writing(self.state) as connection:
            for owed in receipts:
                connection.execute(
                    insert(pending_receipt).values(receipt_number=owed.receipt_number, question=id_, answer=owed.answer)
                )
            connection.execute(
                insert(question_row).prefix_with("OR REPLACE"),
                [
                    {
                        "question": id_,
                        "row_number": result.row_number,
                        "result": self._seal(id_, result),
                        "receipt_number": result.receipt_number,
                        "expires_on": result.expires_on,
                    }
                    for result in results
                ],
            )

    def owed_receipts(self, id_: str) -> list[PendingReceipt]:
        """Return the receipts of a question that have not been sent yet."""
        with reading(self.state) as connection:
            rows = connection.execute(select(pending_receipt).where(pending_receipt.c.question == id_))
            return [PendingReceipt(row.receipt_number, row.answer) for row in rows]

    def forget_receipt(self, receipt_number: str) -> None:
        """Note that a receipt was sent, or that the provider will not have it."""
        with writing(self.state) as connection:
            connection.execute(delete(pending_receipt).where(pending_receipt.c.receipt_number == receipt_number))

    def answered_rows(self, id_: str) -> set[int]:
        """Return the numbers of the rows that have a result."""
        with reading(self.state) as connection:
            return set(
                connection.execute(select(question_row.c.row_number).where(question_row.c.question == id_)).scalars()
            )

    def results(self, id_: str) -> list[RowResult]:
        """Return the results of a question by row number."""
        with reading(self.state) as connection:
            rows = connection.execute(
                select(question_row).where(question_row.c.question == id_).order_by(question_row.c.row_number)
            ).all()
        return [self._open(id_, row.row_number, row.result) for row in rows]

    def destroy_expired(self, today: date) -> int:
        """Destroy results whose day has come; returns how many."""
        with destroying(self.state) as connection:
            expired = question_row.c.expires_on <= today.isoformat()
            return connection.execute(delete(question_row).where(expired)).rowcount

    def _question_of(self, columns: RowMapping) -> Question:
        roster = json.loads(open_at_rest(self.storage_key, columns["roster"], columns["id"].encode()))
        return Question(
            id=columns["id"],
            agreement=columns["agreement"],
            attributes=tuple(json.loads(columns["attributes"])),
            region=columns["region"],
            case=columns["case"],
            officer=columns["officer"],
            approver=columns["approver"],
            mapping_path=roster["mapping"],
            roster_version=roster["version"],
            asked_at=columns["asked_at"],
        )

    def _seal(self, id_: str, result: RowResult) -> bytes:
        members = {name: getattr(result, name) for name in RowResult.__dataclass_fields__}
        members["values"] = dict(result.values)
        binding = f"{id_}/{result.row_number}".encode()
        return seal_at_rest(self.storage_key, json.dumps(members).encode(), binding, self.random)

    def _open(self, id_: str, row_number: int, sealed: bytes) -> RowResult:
        members = json.loads(open_at_rest(self.storage_key, sealed, f"{id_}/{row_number}".encode()))
        for name in ("agreed", "faults"):
            members[name] = tuple(members[name])
        return RowResult(**members)
