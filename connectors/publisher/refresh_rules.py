"""When an index is refreshed by the clock, and when a source has lost too much to be believed. Pure."""

from datetime import datetime, timedelta
from typing import Final
from zlib import crc32

from connectors.context import OFFICE_ZONE

RETRY_AFTER: Final = timedelta(hours=1)
"""A refresh that failed is tried again after so long."""


def next_off_peak(now: datetime, hour: int, agency: str) -> datetime:
    """Return the next moment at which this agency refreshes: in that hour of the office's day.

    The minute follows from the agency's id, so that a county's agencies do not all begin at once.
    """
    local = now.astimezone(OFFICE_ZONE)
    at = local.replace(hour=hour, minute=crc32(agency.encode("ascii")) % 60, second=0, microsecond=0)
    return at if at > local else at + timedelta(days=1)


def least_records(held: int, max_shrink_percent: int) -> int:
    """Return the fewest records that an index of `held` may come to by itself."""
    return -(-held * (100 - max_shrink_percent) // 100)
