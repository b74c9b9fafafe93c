"""What is a change between two answers about one child, and what is none. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from connectors.desk.question_answers import AnswerKind, kind_of
from connectors.state.questions import RowResult
from schemas.transforms import ReleasedValue


class ChangeKind(StrEnum):
    """How an answer differs from the one before."""

    NEW = "new"
    CHANGED = "changed"
    GONE = "gone"
    UNDECIDED = "undecided"
    WITHHELD = "withheld"


@dataclass(frozen=True, slots=True)
class KnownAnswer:
    """What is known of one child: what became of its row, and the released values of a match."""

    kind: AnswerKind
    values: Mapping[str, ReleasedValue | None] = field(default_factory=dict, repr=False)


UNKNOWN = KnownAnswer(AnswerKind.NONE)
"""A child of whom nothing is known: told of only if that changes."""

_INTO: Final = {AnswerKind.POSSIBLE: ChangeKind.UNDECIDED, AnswerKind.REFUSED: ChangeKind.WITHHELD}


def answer_of(result: RowResult) -> KnownAnswer:
    """Return what a result says."""
    kind = kind_of(result)
    return KnownAnswer(kind, dict(result.values) if kind is AnswerKind.MATCH else {})


def compare(before: KnownAnswer, after: KnownAnswer) -> ChangeKind | None:
    """Return how an answer has changed, or None.

    A match that is none any more is gone; a row that was undecided and is no match now was never known to be one. A row
    that can't be asked about is told by its ledger.
    """
    if before == after:
        return None
    if after.kind is AnswerKind.MATCH:
        return ChangeKind.CHANGED if before.kind is AnswerKind.MATCH else ChangeKind.NEW
    if after.kind is AnswerKind.NONE:
        return ChangeKind.GONE if before.kind in {AnswerKind.MATCH, AnswerKind.REFUSED} else None
    return _INTO.get(after.kind)
