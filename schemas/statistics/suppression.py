"""Withholds numbers of a table with sums so that all that is published leaves each of them as open as it must be.

Primary suppression names the numbers to withhold and how far each must be able to fall and to grow. Complementary
suppression withholds further ones until, for somebody who knows all published numbers and that a withheld one is not
below `smallest`, it can.

A table of regions that add up, by categories that add up, is a circulation: each number stands in exactly two sums,
once with either sign (sums of rows above the townships follow from the others, but for the root's). A withheld number
can change by an amount if so much can be moved around cycles of withheld numbers, along which those that fall hold so
much (L. R. Ford, D. R. Fulkerson, Maximal flow through a network, Can. J. Math. 8, 1956). Cheapest such cycles are
found by Dijkstra's algorithm, where withheld numbers cost nothing and published ones cost themselves (D. Gusfield,
A graph theoretic approach to statistical data security, SIAM J. Comput. 17, 1988; L. H. Cox, Suppression methodology
and statistical disclosure control, JASA 75, 1980). There always are enough: with all numbers below and above it
withheld, a number can be anything that they can.
"""

import heapq
from collections.abc import Mapping, Set
from dataclasses import dataclass
from typing import Final

from schemas.statistics.tables import TOTAL
from schemas.statistics.tabulation import Cell, CountTable
from schemas.transforms import SUPPRESS_BELOW

SMALLEST_PUBLISHED: Final = SUPPRESS_BELOW

_Node = tuple[str, str, str]
_Cost = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Guard:
    """How far a withheld number must be able to fall and to grow, for all that is published."""

    fall: int
    grow: int


def guard_small(count: int, smallest: int = 0) -> Guard:
    """Return the guard of a number below 10: from `smallest` to 9, anything must remain possible."""
    return Guard(count - smallest, SMALLEST_PUBLISHED - 1 - count)


def withhold(table: CountTable, guards: Mapping[Cell, Guard], smallest: int = 0) -> frozenset[Cell]:
    """Return the cells to withhold: those with a guard, and as many others as the guards need.

    Args:
        table: the counts.
        guards: the cells that must be withheld.
        smallest: what readers know that a withheld number is not below; 1 where zeros are published.

    Raises:
        ValueError: no withholding keeps a guard: the number is to fall below what it must be. With `smallest` 0, and no
            guard that lets a number fall below 0, that can't be.
    """
    network = _Network(table, smallest)
    withheld = set(guards)
    for cell in sorted(guards, key=lambda one: (table.counts[one], one)):
        withheld |= network.cheapest_paths(cell, guards[cell], withheld)
    return frozenset(withheld)


class _Network:
    """The numbers as arcs between the sums in which they stand."""

    def __init__(self, table: CountTable, smallest: int) -> None:
        self._counts = table.counts
        self._parents = table.tree.parents
        self._inner = table.tree.inner
        self._smallest = smallest
        self._arcs: dict[_Node, list[tuple[_Node, Cell, bool]]] = {}
        for cell in table.counts:
            tail, head = self._ends(cell)
            self._arcs.setdefault(tail, []).append((head, cell, True))
            self._arcs.setdefault(head, []).append((tail, cell, False))

    def cheapest_paths(self, cell: Cell, guard: Guard, withheld: set[Cell]) -> set[Cell]:
        """Return the cells to withhold so that `cell` may fall and grow as its guard says."""
        tail, head = self._ends(cell)
        found = self._move(head, tail, guard.grow, cell, withheld)
        return found | self._move(tail, head, guard.fall, cell, withheld | found)

    def _move(self, start: _Node, end: _Node, amount: int, without: Cell, withheld: set[Cell]) -> set[Cell]:
        """Return the cells of as many paths as it takes to move `amount` from `start` to `end`."""
        moved: dict[Cell, int] = {}
        while amount > 0:
            path = self._path(start, end, without, withheld | moved.keys(), moved)
            room = min((self._room(cell, moved) for cell, grows in path if not grows), default=amount)
            step = min(amount, room)
            for cell, grows in path:
                moved[cell] = moved.get(cell, 0) + (step if grows else -step)
            amount -= step
        return set(moved)

    def _room(self, cell: Cell, moved: Mapping[Cell, int]) -> int:
        """Return by how much a number may still fall."""
        return self._counts[cell] + moved.get(cell, 0) - self._smallest

    def _ends(self, cell: Cell) -> tuple[_Node, _Node]:
        """Return the two sums that a number stands in; a total's arc points the other way."""
        region, column = cell
        parent = self._parents[region]
        lower = ("sum", region, column) if region in self._inner else ("row", region, "")
        upper = ("row", region, "") if parent is None else ("sum", parent, column)
        return (lower, upper) if column == TOTAL else (upper, lower)

    def _path(
        self, start: _Node, end: _Node, without: Cell, free: Set[Cell], moved: Mapping[Cell, int]
    ) -> list[tuple[Cell, bool]]:
        """Return the steps of a cheapest path that does not use `without`: each a cell and whether it grows."""
        came: dict[_Node, tuple[_Node, Cell, bool]] = {}
        best: dict[_Node, _Cost] = {start: (0, 0)}
        waiting: list[tuple[_Cost, _Node]] = [((0, 0), start)]
        while waiting:
            cost, node = heapq.heappop(waiting)
            if node == end:
                break
            if cost > best[node]:
                continue
            for following, cell, grows in self._arcs[node]:
                if cell == without or not self._can_move(cell, moved, grows=grows):
                    continue
                reached = (cost[0] + (0 if cell in free else self._counts[cell]), cost[1] + 1)
                if following not in best or reached < best[following]:
                    best[following], came[following] = reached, (node, cell, grows)
                    heapq.heappush(waiting, (reached, following))
        if end not in came:
            raise ValueError("no table with these sums keeps the guard")
        steps = []
        while end != start:
            end, cell, grows = came[end]
            steps.append((cell, grows))
        return steps

    def _can_move(self, cell: Cell, moved: Mapping[Cell, int], *, grows: bool) -> bool:
        """Return whether a number can grow, or fall, by one: what is published below `smallest` can't be withheld."""
        room = self._room(cell, moved)
        return room >= 0 if grows else room > 0
