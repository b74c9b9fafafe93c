"""Standing questions and their runs as they are kept."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import Connection, RowMapping, delete, insert, select, update

from connectors.standing.rhythm import Rhythm, Schedule
from connectors.standing.row_rules import Month
from connectors.standing.standing_states import Standing, StandingState
from connectors.state.standing_tables import standing_answer, standing_question, standing_run

_OWN: Final = frozenset({"state", "attributes", "rhythm", "day", "until_on", "asked_through"})


class StandingNotFoundError(LookupError):
    """There is no such standing question, or it is not this person's to see."""

    def __init__(self) -> None:
        super().__init__("没有这项定期查询 / there is no such standing question")


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingQuestion:
    """A standing question; times in POSIX seconds.

    Attributes:
        author: account of the officer who registered it and in whose name it is asked.
        approver: account of who approved it.
        agreement: digest of the agreement.
        attributes: what is asked.
        region: whose children they are.
        case: the case number.
        ledger: which ledger lists the children.
        rows: rows of it that could be asked about when it was registered.
        schedule: when it is asked again.
        until_on: the last day on which it is asked.
        next_at: when it is due.
        asked_through: the last month whose birthdays were asked about, where a rule picks the rows by them.
        failure: why the last attempt broke off (`question_failures`), and the agreement's `clause` that refused.
        ended_by: account of who ended it; None for the program.
        ended_reason: a stable word.
    """

    id: str
    state: StandingState
    author: str
    approver: str | None
    agreement: str
    attributes: tuple[str, ...]
    region: str
    case: str | None
    ledger: str
    rows: int
    schedule: Schedule
    until_on: date
    next_at: int
    asked_through: Month | None
    failure: str | None
    clause: str | None
    ended_by: str | None
    ended_reason: str | None
    prepared_at: int
    changed_at: int

    @property
    def standing(self) -> Standing:
        """What decides about deeds."""
        return Standing(self.state, self.author, self.approver)


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingRun:
    """One time that a standing question was asked; times in POSIX seconds.

    Attributes:
        id: also that of the question that it asks.
        ledger: the roster then.
        asked_through: the last month whose birthdays it asks about.
        index_id: the provider's index that was active when it began, if that was looked at.
        ended_at: when its changes were told; None while it is under way.
        rows: asked about.
        changes: told.
        seen_at: when its officer looked at them.
    """

    id: str
    standing: str
    ledger: str
    asked_through: Month | None
    index_id: str | None
    begun_at: int
    ended_at: int | None
    rows: int
    changes: int
    seen_at: int | None


def add_standing(connection: Connection, values: Mapping[str, object]) -> None:
    """Keep a new standing question, by its columns."""
    connection.execute(insert(standing_question).values(**values))


def get_standing(connection: Connection, id_: str) -> StandingQuestion:
    """Return a standing question; raises StandingNotFoundError."""
    row = connection.execute(select(standing_question).where(standing_question.c.id == id_)).mappings().one_or_none()
    if row is None:
        raise StandingNotFoundError
    return _standing_of(row)


def list_standing(connection: Connection, *, states: Sequence[StandingState] = ()) -> list[StandingQuestion]:
    """Return standing questions, in some states, the newest first."""
    query = select(standing_question).order_by(standing_question.c.prepared_at.desc(), standing_question.c.id)
    if states:
        query = query.where(standing_question.c.state.in_([state.value for state in states]))
    return [_standing_of(row) for row in connection.execute(query).mappings()]


def change_standing(connection: Connection, id_: str, **values: object) -> None:
    """Change columns of a standing question."""
    connection.execute(update(standing_question).where(standing_question.c.id == id_).values(**values))


def forget_answers(connection: Connection, id_: str) -> None:
    """Delete the last answers of a standing question: nothing more will be compared with them."""
    connection.execute(delete(standing_answer).where(standing_answer.c.standing == id_))


def add_run(connection: Connection, run: StandingRun) -> None:
    """Keep a run that begins."""
    connection.execute(
        insert(standing_run).values(
            id=run.id,
            standing=run.standing,
            ledger=run.ledger,
            asked_through=_text_of(run.asked_through),
            index_id=run.index_id,
            begun_at=run.begun_at,
            rows=run.rows,
            changes=run.changes,
        )
    )


def list_runs(connection: Connection, standing: str) -> list[StandingRun]:
    """Return the runs of a standing question, the newest first."""
    query = select(standing_run).where(standing_run.c.standing == standing)
    rows = connection.execute(query.order_by(standing_run.c.begun_at.desc(), standing_run.c.id)).mappings()
    return [StandingRun(**{**row, "asked_through": _month_of(row["asked_through"])}) for row in rows]


def change_run(connection: Connection, id_: str, **values: object) -> None:
    """Change columns of a run."""
    connection.execute(update(standing_run).where(standing_run.c.id == id_).values(**values))


def delete_run(connection: Connection, id_: str) -> None:
    """Delete a run that came to nothing."""
    connection.execute(delete(standing_run).where(standing_run.c.id == id_))


def _standing_of(row: RowMapping) -> StandingQuestion:
    plain: dict[str, Any] = {name: value for name, value in row.items() if name not in _OWN}
    return StandingQuestion(
        **plain,
        state=StandingState(row["state"]),
        attributes=tuple(json.loads(row["attributes"])),
        schedule=Schedule(Rhythm(row["rhythm"]), row["day"]),
        until_on=date.fromisoformat(row["until_on"]),
        asked_through=_month_of(row["asked_through"]),
    )


def _month_of(text: str | None) -> Month | None:
    return None if text is None else Month.parse(text)


def _text_of(month: Month | None) -> str | None:
    return None if month is None else str(month)
