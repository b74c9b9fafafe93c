"""What became of each row of a question, remembered: to open thousands of sealed results takes seconds."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final

from connectors.console.context import Console
from connectors.desk.question_answers import AnswerKind, kind_of
from connectors.desk.question_draft import Draft
from connectors.requester.ask import Questioner

QUESTIONS_REMEMBERED: Final = 16


@dataclass(frozen=True, slots=True)
class RowKinds:
    """The kind of each row by its number, in the order of the rows; no value and no name."""

    by_row: Mapping[int, AnswerKind]

    def rows_of(self, kind: AnswerKind | None) -> list[int]:
        """Return the numbers of the rows of one kind, or of all."""
        return [number for number, found in self.by_row.items() if kind is None or found is kind]

    def counts(self) -> dict[AnswerKind, int]:
        """Return how many rows are of each kind."""
        counts = Counter(self.by_row.values())
        return {kind: counts[kind] for kind in AnswerKind}


def remember_kinds(console: Console) -> Callable[[Draft], RowKinds]:
    """Return what tells the kinds of an answered question's rows, and remembers those of the last few questions.

    They are read anew when a review, or the end of a day, may have changed them.
    """

    @lru_cache(maxsize=QUESTIONS_REMEMBERED)
    def read(id_: str, _changed_at: int, _undecided: int, _today: date) -> RowKinds:
        results = Questioner.vault_of(console.connector).results(id_)
        return RowKinds({result.row_number: kind_of(result) for result in results if result.child_number == 1})

    def tell(draft: Draft) -> RowKinds:
        return read(draft.id, draft.changed_at, draft.undecided, console.connector.today())

    return tell
