"""Picks at most one error of a kind for a record."""

import random
from collections.abc import Sequence
from typing import TypeVar

_Error = TypeVar("_Error")


def draw_error(table: Sequence[tuple[float, _Error]], scale: float, rng: random.Random) -> _Error | None:
    """Return one of the errors with its share times `scale` as probability, or None for a record without."""
    left = rng.random()
    for share, error in table:
        left -= share * scale
        if left < 0:
            return error
    return None
