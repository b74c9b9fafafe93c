"""Dates as officers type them into a ledger, each row in another form."""

import random
from collections.abc import Callable
from datetime import date
from typing import Final


def _with_dots(on: date) -> str:
    return f"{on.year}.{on.month}.{on.day}"


def _digits(on: date) -> str:
    return f"{on:%Y%m%d}"


def _in_words(on: date) -> str:
    return f"{on.year}年{on.month}月{on.day}日"


_DATE_FORMS: Final[tuple[Callable[[date], str], ...]] = (_with_dots, _digits, _in_words)


def written_date(on: date, rng: random.Random) -> str:
    """Return 2026.3.5, 20260305 or 2026年3月5日."""
    return rng.choice(_DATE_FORMS)(on)


def written_month(on: date, rng: random.Random) -> str:
    """Return 202603 or 2026年3月; never 2026.1, which could be October."""
    return f"{on:%Y%m}" if rng.random() < 0.5 else f"{on.year}年{on.month}月"
