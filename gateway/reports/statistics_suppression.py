"""Withholds small numbers of a flat table with totals so that no published sum gives one away.

Numbers from 1 to 9 are withheld, then further ones, until each inner one could be anything from 1 to 9 and each total
anything up to 9, for somebody who knows all that is published and that a withheld number is at least 1
(`schemas.statistics.suppression`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from schemas.statistics.suppression import SMALLEST_PUBLISHED, Guard, guard_small, withhold
from schemas.statistics.tables import TOTAL
from schemas.statistics.tabulation import Cell, CountTable, RegionTree, tabulate

WITHHELD: Final = None
_ALL: Final = "all"
_SMALLEST_WITHHELD: Final = 1


@dataclass(frozen=True, slots=True)
class PublishedTable:
    """Numbers by row and column, the last of each the total; None where a number is withheld."""

    cells: tuple[tuple[int | None, ...], ...]


def suppress(counts: Sequence[Sequence[int]]) -> PublishedTable:
    """Return the table of `counts` with its totals, safe to publish.

    Args:
        counts: rows of the same length, at least one of each, no number below 0.

    Raises:
        ValueError: there is no row or no column, rows differ in length, or a number is below 0.
    """
    if not counts or not counts[0] or len({len(row) for row in counts}) != 1:
        raise ValueError("a table has rows of one length")
    rows, columns = tuple(map(str, range(len(counts)))), tuple(map(str, range(len(counts[0]))))
    tree = RegionTree({_ALL: None, **dict.fromkeys(rows, _ALL)})
    cells = {
        (rows[row], columns[column]): count for row, line in enumerate(counts) for column, count in enumerate(line)
    }
    table = tabulate(tree, columns, cells)
    guards = {cell: _guard(table, cell) for cell, count in table.counts.items() if 0 < count < SMALLEST_PUBLISHED}
    withheld = withhold(table, guards, _SMALLEST_WITHHELD)
    return PublishedTable(
        tuple(
            tuple(WITHHELD if (row, column) in withheld else table.counts[row, column] for column in (*columns, TOTAL))
            for row in (*rows, _ALL)
        )
    )


def _guard(table: CountTable, cell: Cell) -> Guard:
    """A total can't fall below the number of those that it sums, which are not 0; it is kept open upwards."""
    guard = guard_small(table.counts[cell], _SMALLEST_WITHHELD)
    return Guard(0, max(guard.grow, 1)) if _ALL in cell or TOTAL in cell else guard
