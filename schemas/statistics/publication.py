"""What of a table of counts is published: neither a small number, nor a small difference to what was published last.

A reader of two quarters' tables subtracts them. A number that differs from the one that was published last by less than
10 is therefore withheld like a small one, so that it could be anything that differs by less than 10; unchanged numbers
stay. With noise on the counts this is not needed: the noise hides what one child changes.
"""

from collections.abc import Mapping

from schemas.statistics.suppression import SMALLEST_PUBLISHED, Guard, guard_small, withhold
from schemas.statistics.tabulation import Cell, CountTable


def publish(table: CountTable, published_last: Mapping[Cell, int]) -> dict[Cell, int | None]:
    """Return what is published of each count; None where it is withheld.

    Args:
        table: the counts, or counts with noise.
        published_last: the numbers that this table's readers knew last; empty where the counts bear noise.
    """
    guards = {}
    for cell, count in table.counts.items():
        guard = _guard(count, published_last.get(cell))
        if guard is not None:
            guards[cell] = guard
    withheld = withhold(table, guards)
    return {cell: None if cell in withheld else count for cell, count in table.counts.items()}


def _guard(count: int, last: int | None) -> Guard | None:
    guards = []
    if count < SMALLEST_PUBLISHED:
        guards.append(guard_small(count))
    if last is not None and 0 < abs(count - last) < SMALLEST_PUBLISHED:
        least, most = max(0, last - SMALLEST_PUBLISHED + 1), last + SMALLEST_PUBLISHED - 1
        guards.append(Guard(count - least, most - count))
    if not guards:
        return None
    return Guard(max(guard.fall for guard in guards), max(guard.grow for guard in guards))
