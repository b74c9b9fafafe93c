"""Quarters, and when a quarter's table may be made."""

from datetime import date
from typing import Annotated, Final

from pydantic import StringConstraints

MIN_DAYS_BETWEEN_TABLES: Final = 60
"""Days between the makings of one table: the shorter the time, the fewer children are all the difference."""

Quarter = Annotated[str, StringConstraints(pattern=r"^20[0-9]{2}-Q[1-4]$")]
"""A quarter of a year, such as `2026-Q3`."""


def last_ended_quarter(today: date) -> str:
    """Return the quarter that ended last before `today`."""
    number = (today.month - 1) // 3
    return f"{today.year}-Q{number}" if number else f"{today.year - 1}-Q4"


def may_be_made(quarter: str, today: date, made_before: date | None) -> bool:
    """Return whether the table of `quarter` may be made `today`.

    Only the quarter that ended last is counted: a register says what is, not what was.

    Args:
        quarter: whose table is wanted.
        today: the day at the office.
        made_before: when this table was made last, for another quarter.
    """
    if quarter != last_ended_quarter(today):
        return False
    return made_before is None or (today - made_before).days >= MIN_DAYS_BETWEEN_TABLES
