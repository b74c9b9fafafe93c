"""How far a question has come: one share of all its work, that of every run and step, which never goes back.

The other keys take most of the time, and only rows that the first keys do not settle need them: how many these will be
is estimated from the rows so far.
"""

from dataclasses import dataclass, field
from typing import Final

from connectors.requester.open_question import OpenQuestion, Progress, Step
from connectors.requester.parts import run_capacity
from connectors.state.runs import Run

WORK: Final = {Step.FIRST_KEYS: 2, Step.OTHER_KEYS: 7, Step.ANSWERS: 2}
"""What a row takes in each step, by the time that it was measured to take (`bench/large_question.py`)."""


@dataclass
class RunProgress:
    """Tells a question's progress while one of its runs is brought to its end.

    Attributes:
        progress: whom it is told: the step, and of the question's rows so many as the work that is done would do.
        rows: of the question.
        before: rows of the runs before this one.
        run_rows: rows of this run.
        done: those that are done with each step.
        settled: those that need no other keys.
        told: what was told of this run.
    """

    progress: Progress
    rows: int
    before: int
    run_rows: int
    done: dict[Step, int] = field(default_factory=lambda: dict.fromkeys(Step, 0))
    settled: int = 0
    told: int = 0

    @classmethod
    def of(cls, asked: OpenQuestion, run: Run, progress: Progress) -> "RunProgress":
        """Return the progress of a run of which nothing is known to be done."""
        before = run.ordinal * run_capacity(asked.query.agreement.max_batch)
        return cls(progress, len(asked.rows), before, len(run.row_numbers))

    def note(self, step: Step, rows: int, settled: int = 0) -> None:
        """Note rows that were done with a step before, and those of them that need no other keys."""
        self.done[step] += rows
        self.settled += settled

    def advance(self, step: Step, rows: int, settled: int = 0) -> None:
        """Note rows that were done with a step now, and tell how far the question has come."""
        self.note(step, rows, settled)
        work = sum(WORK[one] * count for one, count in self.done.items())
        self.told = max(self.told, self.run_rows * work // self._all_work())
        self.progress(step, self.before + self.told, self.rows)

    def _all_work(self) -> int:
        looked_at = max(1, self.done[Step.FIRST_KEYS])
        unsettled = self.run_rows * (looked_at - min(self.settled, looked_at)) // looked_at
        others = max(unsettled, self.done[Step.OTHER_KEYS])
        every_row = WORK[Step.FIRST_KEYS] + WORK[Step.ANSWERS]
        return self.run_rows * every_row + WORK[Step.OTHER_KEYS] * others
