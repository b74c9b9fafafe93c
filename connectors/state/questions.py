"""Questions and their results: sealed at rest, one row at a time, and destroyed on the day they expire."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any, Final

from sqlalchemy import Engine, Row, RowMapping, delete, func, insert, select, tuple_

from connectors.state.database import destroying, reading, writing
from connectors.state.ledgers import mark_asked
from connectors.state.roster_ref import RosterRef, StoredLedger, roster_as_json, roster_from_json
from connectors.state.tables import pending_receipt, question, question_row
from keys.crypto.sealing import open_at_rest, seal_at_rest
from schemas.messages.match import Decision, Outcome, ReviewReason, SubjectKind
from schemas.randomness import RandomSource

_ROWS_AT_ONCE: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Who asks what of whom, for which case; the roster it is about is named, with the version that it had.

    `subject` says whom the roster lists: the children themselves, or the guardians whose children are looked for.
    """

    id: str
    agreement: str
    attributes: tuple[str, ...]
    subject: SubjectKind = SubjectKind.CHILD
    region: str
    case: str | None
    officer: str
    approver: str | None
    roster: RosterRef
    roster_version: str | None
    asked_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """What a reviewer decided about a possible match, on which ground, approved by whom, when (POSIX seconds)."""

    decision: Decision
    reason: ReviewReason
    officer: str
    approver: str | None
    decided_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RowResult:
    """What became of one row: outcome, handle of a match, agreeing keys, released values or why there are none.

    Attributes:
        row_number: the row in the roster.
        child_number: which of the children that the row stands for, from 1; above 1 only for a guardian's children.
        outcome: a value of `Outcome`, or `unusable`.
        handle: the match's handle.
        agreed: agreeing keys, a flagged one as `type!flag`.
        comparison: level of each component of the comparison vector that can be told.
        probability: of a match, in parts per million, where it was estimated.
        basis: `settled`, `relation`, or what the run's probabilities rest on.
        values: released values by attribute.
        refused: why nothing was released about a match.
        faults: why an unusable row could not be asked about.
        receipt_number: of the exchange that brought the answer.
        as_of: month of the provider's data.
        expires_on: the day on which the result is destroyed.
        review: what a reviewer decided.
    """

    row_number: int
    child_number: int = 1
    outcome: str
    handle: str | None = None
    agreed: tuple[str, ...] = ()
    comparison: Mapping[str, int] = field(default_factory=dict)
    probability: int | None = None
    basis: str | None = None
    values: Mapping[str, bool | int | str | None] = field(default_factory=dict, repr=False)
    refused: str | None = None
    faults: tuple[str, ...] = ()
    receipt_number: str | None = None
    as_of: str | None = None
    expires_on: str | None = None
    review: Review | None = None

    @property
    def is_undecided(self) -> bool:
        """Whether the row waits for a reviewer."""
        return self.outcome == Outcome.POSSIBLE_MATCH and self.review is None

    @property
    def is_answer_due(self) -> bool:
        """Whether a reviewer decided that it is a match, and the answer has not been fetched yet."""
        return self.outcome == Outcome.POSSIBLE_MATCH and self.review is not None


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
        roster = json.dumps({**roster_as_json(new.roster), "version": new.roster_version}).encode()
        with writing(self.state) as connection:
            connection.execute(
                insert(question).values(
                    id=new.id,
                    agreement=new.agreement,
                    attributes=json.dumps(new.attributes),
                    subject=new.subject.value,
                    region=new.region,
                    case=new.case,
                    officer=new.officer,
                    approver=new.approver,
                    roster=seal_at_rest(self.storage_key, roster, new.id.encode(), self.random),
                    asked_at=new.asked_at,
                )
            )
            if isinstance(new.roster, StoredLedger):
                mark_asked(connection, new.roster.ledger)

    def find_question(self, id_: str) -> Question | None:
        """Return the question, or None."""
        with reading(self.state) as connection:
            row = connection.execute(select(question).where(question.c.id == id_)).mappings().one_or_none()
        return None if row is None else self._question_of(row)

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
                        "child_number": result.child_number,
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

    def last_day(self, id_: str) -> date | None:
        """Return the last day on which a result of a question is destroyed; None where none is by its day."""
        last = select(func.max(question_row.c.expires_on)).where(question_row.c.question == id_)
        with reading(self.state) as connection:
            found = connection.execute(last).scalar()
        return None if found is None else date.fromisoformat(found)

    def results(self, id_: str) -> list[RowResult]:
        """Return the results of a question by row and child number."""
        return list(self.each_result(id_))

    def each_result(self, id_: str) -> Iterator[RowResult]:
        """Yield the results of a question by row and child number; no more than some of them are in memory at once."""
        at = (-1, 0)
        while rows := self._some_rows(id_, at):
            for row in rows:
                yield self._open(id_, row.row_number, row.child_number, row.result)
            at = (rows[-1].row_number, rows[-1].child_number)

    def _some_rows(self, id_: str, after: tuple[int, int]) -> Sequence[Row[Any]]:
        place = tuple_(question_row.c.row_number, question_row.c.child_number)
        rows = (
            select(question_row)
            .where(question_row.c.question == id_, place > after)
            .order_by(question_row.c.row_number, question_row.c.child_number)
            .limit(_ROWS_AT_ONCE)
        )
        with reading(self.state) as connection:
            return connection.execute(rows).all()

    def results_of_rows(self, id_: str, row_numbers: Sequence[int]) -> list[RowResult]:
        """Return the results of some rows of a question, by row and child number."""
        with reading(self.state) as connection:
            rows = connection.execute(
                select(question_row)
                .where(question_row.c.question == id_, question_row.c.row_number.in_(row_numbers))
                .order_by(question_row.c.row_number, question_row.c.child_number)
            ).all()
        return [self._open(id_, row.row_number, row.child_number, row.result) for row in rows]

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
            subject=SubjectKind(columns["subject"]),
            region=columns["region"],
            case=columns["case"],
            officer=columns["officer"],
            approver=columns["approver"],
            roster=roster_from_json(roster),
            roster_version=roster["version"],
            asked_at=columns["asked_at"],
        )

    def _seal(self, id_: str, result: RowResult) -> bytes:
        binding = _binding(id_, result.row_number, result.child_number)
        return seal_at_rest(self.storage_key, json.dumps(asdict(result)).encode(), binding, self.random)

    def _open(self, id_: str, row_number: int, child_number: int, sealed: bytes) -> RowResult:
        members = json.loads(open_at_rest(self.storage_key, sealed, _binding(id_, row_number, child_number)))
        for name in ("agreed", "faults"):
            members[name] = tuple(members[name])
        if members["review"] is not None:
            members["review"] = _review_of(members["review"])
        return RowResult(**members)


def _binding(id_: str, row_number: int, child_number: int) -> bytes:
    return f"{id_}/{row_number}/{child_number}".encode()


def _review_of(members: dict[str, Any]) -> Review:
    decision, reason = Decision(members["decision"]), ReviewReason(members["reason"])
    return Review(**{**members, "decision": decision, "reason": reason})
