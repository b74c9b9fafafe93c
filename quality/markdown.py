"""Cells of the tables."""

from typing import Final

from quality.labels import REASON_LABELS
from schemas.faults import Wording

NOTHING: Final = "–"


def both(wording: Wording) -> str:
    """Return both languages, one below the other; once where they are the same."""
    return wording.zh if wording.zh == wording.en else f"{wording.zh}<br>{wording.en}"


def share(value: float | None) -> str:
    """Return a share with four digits."""
    return NOTHING if value is None else f"{value:.4f}"


def missing(reason: str | None) -> str:
    """Return why there is no figure."""
    return NOTHING if reason is None else both(REASON_LABELS[reason])
