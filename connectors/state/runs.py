"""Match runs: which row of a question stands where, and what the gateway has of it; enough to go on after a crash.

A question that is too large for one run has several; each is judged by itself.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, delete, func, insert, select, update

from connectors.state.database import reading, writing
from connectors.state.tables import question_row, question_run, question_run_part, question_run_row
from schemas.messages.match import RunSummary

MAX_SUMMARY_BYTES = 4 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run as far as it has come.

    Attributes:
        id: what the gateway calls it.
        question: whose run it is.
        ordinal: which of the question's runs, from 0.
        epoch: the provider's key epoch, once a part was made.
        row_numbers: the roster rows, each at its place in the run.
        settled: the places for which the gateway wants no more hashes.
        parts: numbers of the parts that the gateway has taken.
        summary: what judging came to, once that was done.
    """

    id: str
    question: str
    ordinal: int
    epoch: int | None
    row_numbers: tuple[int, ...]
    settled: frozenset[int]
    parts: frozenset[int]
    summary: RunSummary | None


@dataclass(frozen=True, slots=True)
class RunStore:
    """Keeps runs in the connector's database."""

    state: Engine

    def add_runs(self, question: str, runs: Sequence[tuple[str, Sequence[int]]]) -> None:
        """Keep all runs of a question, each with its id and its roster rows by place, before anything is sent."""
        with writing(self.state) as connection:
            for ordinal, (run, row_numbers) in enumerate(runs):
                _add_run(connection, question, ordinal, run, row_numbers)

    def list_runs(self, question: str) -> list[Run]:
        """Return a question's runs in order."""
        query = select(question_run.c.id).where(question_run.c.question == question).order_by(question_run.c.ordinal)
        with reading(self.state) as connection:
            return [_read_run(connection, run) for run in connection.scalars(query).all()]

    def count_parts(self, question: str) -> int:
        """Count the parts of a question's runs that the gateway has taken."""
        parts = select(func.count()).select_from(question_run_part).join(question_run)
        with reading(self.state) as connection:
            return connection.execute(parts.where(question_run.c.question == question)).scalar_one()

    def count_answered(self, question: str) -> int:
        """Count the rows of a question's runs that have a result."""
        is_answer = (question_row.c.question == question) & (question_row.c.row_number == question_run_row.c.row_number)
        rows = (
            select(func.count())
            .select_from(question_run_row)
            .join(question_run)
            .join(question_row, is_answer & (question_row.c.child_number == 1))
        )
        with reading(self.state) as connection:
            return connection.execute(rows.where(question_run.c.question == question)).scalar_one()

    def get_run(self, run: str) -> Run:
        """Return the run; raises sqlalchemy.exc.NoResultFound."""
        with reading(self.state) as connection:
            return _read_run(connection, run)

    def replace_run(self, old: Run, run: str, row_numbers: Sequence[int]) -> None:
        """Put a run that begins anew, with another id and order of rows, in the place of one that came to nothing."""
        with writing(self.state) as connection:
            connection.execute(delete(question_run).where(question_run.c.id == old.id))
            _add_run(connection, old.question, old.ordinal, run, row_numbers)

    def fix_epoch(self, run: str, epoch: int) -> None:
        """Note under which key epoch a run's hashes are made."""
        with writing(self.state) as connection:
            connection.execute(update(question_run).where(question_run.c.id == run).values(epoch=epoch))

    def note_part(self, run: str, number: int, settled: Collection[int]) -> None:
        """Note that the gateway has taken a part, and which places it settled; doing it again changes nothing."""
        with writing(self.state) as connection:
            connection.execute(insert(question_run_part).prefix_with("OR IGNORE").values(run=run, number=number))
            connection.execute(
                update(question_run_row)
                .where(question_run_row.c.run == run, question_run_row.c.place.in_(settled))
                .values(is_settled=True)
            )

    def keep_summary(self, run: str, summary: RunSummary) -> None:
        """Keep what judging a run came to."""
        with writing(self.state) as connection:
            connection.execute(
                update(question_run).where(question_run.c.id == run).values(summary=summary.to_bytes().decode())
            )


def _add_run(connection: Connection, question: str, ordinal: int, run: str, row_numbers: Sequence[int]) -> None:
    connection.execute(insert(question_run).values(id=run, question=question, ordinal=ordinal))
    rows = [{"run": run, "place": place, "row_number": number} for place, number in enumerate(row_numbers)]
    connection.execute(insert(question_run_row), rows)


def _read_run(connection: Connection, run: str) -> Run:
    stated = connection.execute(select(question_run).where(question_run.c.id == run)).one()
    rows = connection.execute(
        select(question_run_row).where(question_run_row.c.run == run).order_by(question_run_row.c.place)
    ).all()
    parts = connection.scalars(select(question_run_part.c.number).where(question_run_part.c.run == run))
    summary = stated.summary
    return Run(
        id=stated.id,
        question=stated.question,
        ordinal=stated.ordinal,
        epoch=stated.epoch,
        row_numbers=tuple(row.row_number for row in rows),
        settled=frozenset(row.place for row in rows if row.is_settled),
        parts=frozenset(parts),
        summary=RunSummary.from_bytes(summary.encode(), MAX_SUMMARY_BYTES) if summary else None,
    )
