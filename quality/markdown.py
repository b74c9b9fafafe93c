"""Cells and tables in Markdown."""

from collections.abc import Iterable, Sequence
from typing import Final

from quality.labels import REASON_LABELS
from schemas.faults import Wording

NOTHING: Final = "–"


def markdown(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; every column but the first is set to the right."""
    lines = [_line(heads), _line(["---", *["--:"] * (len(heads) - 1)])]
    return "\n".join([*lines, *(_line(row) for row in rows)])


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def both(wording: Wording) -> str:
    """Return both languages, one below the other; once where they are the same."""
    return wording.zh if wording.zh == wording.en else f"{wording.zh}<br>{wording.en}"


def share(value: float | None) -> str:
    """Return a share with four digits."""
    return NOTHING if value is None else f"{value:.4f}"


def missing(reason: str | None) -> str:
    """Return why there is no figure."""
    return NOTHING if reason is None else both(REASON_LABELS[reason])
