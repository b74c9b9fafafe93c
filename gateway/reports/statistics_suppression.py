"""Withholds small numbers of a table with totals so that no published sum gives one away.

Numbers from 1 to 9 are withheld (primary suppression), then further ones (complementary), until each withheld number
could be another one as well, for somebody who knows all that is published and that a withheld number is at least 1.

A table with totals is a circulation: each number, inner or total, stands in exactly two sums, once with either sign.
A withheld number can change if it lies on a cycle of withheld numbers along which those that fall are 2 or more; a
cheapest such cycle is found by Dijkstra's algorithm, where withheld numbers cost nothing and published ones cost
themselves (D. Gusfield, A graph theoretic approach to statistical data security, SIAM J. Comput. 17, 1988; L. H. Cox,
Suppression methodology and statistical disclosure control, JASA 75, 1980).
"""

import heapq
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

SMALLEST_PUBLISHED: Final = 10
WITHHELD: Final = None

_Node = tuple[str, int]
_Cell = tuple[int, int]


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
    if min(map(min, counts)) < 0:
        raise ValueError("a count is not below 0")
    table = _Table(_with_totals(counts))
    withheld = {cell for cell, count in table.cells.items() if 0 < count < SMALLEST_PUBLISHED}
    for cell in sorted(withheld, key=lambda one: (table.cells[one], one)):
        withheld |= table.cheapest_cycle(cell, withheld)
    return PublishedTable(
        tuple(
            tuple(WITHHELD if (row, column) in withheld else table.cells[row, column] for column in range(table.width))
            for row in range(table.height)
        )
    )


class _Table:
    """The numbers with their totals, as arcs between sums."""

    def __init__(self, rows: Sequence[Sequence[int]]) -> None:
        self.height, self.width = len(rows), len(rows[0])
        self.cells: Mapping[_Cell, int] = {
            (row, column): count for row, counts in enumerate(rows) for column, count in enumerate(counts)
        }
        self._arcs: dict[_Node, list[tuple[_Node, _Cell, bool]]] = {}
        for cell in self.cells:
            tail, head = self._ends(cell)
            self._arcs.setdefault(tail, []).append((head, cell, True))
            self._arcs.setdefault(head, []).append((tail, cell, False))

    def cheapest_cycle(self, cell: _Cell, withheld: set[_Cell]) -> frozenset[_Cell]:
        """Return the cells to withhold so that `cell` may grow or fall by one; itself among them."""
        tail, head = self._ends(cell)
        grown = self._path(head, tail, cell, withheld)
        fallen = self._path(tail, head, cell, withheld) if self.cells[cell] > 1 else None
        paths = [path for path in (grown, fallen) if path is not None]
        return frozenset(min(paths)[1]) | {cell}

    def _ends(self, cell: _Cell) -> tuple[_Node, _Node]:
        """Return the two sums that a number stands in; a total's arc points the other way."""
        row, column = ("row", cell[0]), ("column", cell[1])
        is_total = (cell[0] == self.height - 1) != (cell[1] == self.width - 1)
        return (column, row) if is_total else (row, column)

    def _path(
        self, start: _Node, end: _Node, without: _Cell, withheld: set[_Cell]
    ) -> tuple[tuple[int, int], list[_Cell]] | None:
        """Return cost and cells of a cheapest path that does not use `without`, or None."""
        reached: set[_Node] = set()
        waiting: list[tuple[tuple[int, int], _Node, list[_Cell]]] = [((0, 0), start, [])]
        while waiting:
            cost, node, cells = heapq.heappop(waiting)
            if node == end:
                return cost, cells
            if node in reached:
                continue
            reached.add(node)
            for following, cell, price in self._steps(node, without, withheld):
                heapq.heappush(waiting, ((cost[0] + price, cost[1] + 1), following, [*cells, cell]))
        return None

    def _steps(self, node: _Node, without: _Cell, withheld: set[_Cell]) -> Iterator[tuple[_Node, _Cell, int]]:
        """Yield where one can go: along a number that grows, or against one that falls and is 2 or more."""
        for following, cell, grows in self._arcs[node]:
            count = self.cells[cell]
            if cell != without and count >= (1 if grows else 2):
                yield following, cell, 0 if cell in withheld else count


def _with_totals(counts: Sequence[Sequence[int]]) -> list[list[int]]:
    rows = [[*row, sum(row)] for row in counts]
    return [*rows, [sum(column) for column in zip(*rows, strict=True)]]
