"""The attacker's sums: how small and how large each withheld number can be, from nothing but what is published.

No solver: the numbers are arcs of a network, so the range of one of them is what augmenting paths (Ford and Fulkerson,
1956) can push through the others. Written apart from the suppression, from the sums themselves: which sums a number
stands in is read off the table of sums here.
"""

from collections import deque
from collections.abc import Mapping

from schemas.statistics.tables import TOTAL
from schemas.statistics.tabulation import Cell, CountTable

UNLIMITED = 10**9
Sum = tuple[Cell, tuple[Cell, ...]]
"""A cell and those that it is the sum of."""


def sums_of(table: CountTable) -> list[Sum]:
    """Return every sum that a reader can make: each row, and each region from the regions below it."""
    columns = (*table.categories, TOTAL)
    rows = [((region, TOTAL), tuple((region, one) for one in table.categories)) for region in table.tree.parents]
    children: dict[str, list[str]] = {}
    for region, parent in table.tree.parents.items():
        if parent is not None:
            children.setdefault(parent, []).append(region)
    below = [
        ((parent, one), tuple((child, one) for child in under)) for parent, under in children.items() for one in columns
    ]
    return [*rows, *below]


def independent_sums(table: CountTable) -> list[Sum]:
    """Return the sums without the rows that follow from others: those of regions between the townships and the root."""
    inner = {parent for parent in table.tree.parents.values() if parent is not None}
    root = table.tree.root
    return [
        one
        for one in sums_of(table)
        if not (one[0][1] == TOTAL and one[1][0][0] == one[0][0] and one[0][0] in inner and one[0][0] != root)
    ]


def ranges(table: CountTable, withheld: frozenset[Cell], smallest: int = 0) -> dict[Cell, tuple[int, int]]:
    """Return the least and the largest that each withheld number can be."""
    arcs = _arcs(table)
    found = {}
    for cell in withheld:
        tail, head = arcs[cell]
        others = {one: ends for one, ends in arcs.items() if one in withheld and one != cell}
        count = table.counts[cell]
        most = _largest_flow(others, table.counts, smallest, head, tail)
        least = _largest_flow(others, table.counts, smallest, tail, head)
        found[cell] = (max(smallest, count - least), min(UNLIMITED, count + most))
    return found


def _arcs(table: CountTable) -> dict[Cell, tuple[int, int]]:
    """Return for each cell the sums that it leaves and enters: signs are chosen so that it stands in two, once each."""
    stands: dict[Cell, list[tuple[int, int]]] = {}
    for number, (whole, parts) in enumerate(independent_sums(table)):
        # A sum of townships or regions in one category counts its parts as leaving; all other sums as entering.
        sign = -1 if whole[1] != TOTAL else 1
        if whole[0] == table.tree.root and parts[0][0] == whole[0]:
            sign = -1
        stands.setdefault(whole, []).append((number, -sign))
        for part in parts:
            stands.setdefault(part, []).append((number, sign))
    ends = {}
    for cell, places in stands.items():
        (first, sign), (second, other) = places
        assert {sign, other} == {1, -1}, "a number stands in two sums, once with either sign"
        ends[cell] = (second, first) if sign == 1 else (first, second)
    return ends


def _largest_flow(
    arcs: Mapping[Cell, tuple[int, int]], counts: Mapping[Cell, int], smallest: int, source: int, sink: int
) -> int:
    """Push along withheld numbers: one may grow without limit, and fall down to `smallest`."""
    room: dict[int, dict[tuple[Cell, bool], tuple[int, int]]] = {}
    for cell, (tail, head) in arcs.items():
        room.setdefault(tail, {})[cell, True] = (head, UNLIMITED)
        room.setdefault(head, {})[cell, False] = (tail, counts[cell] - smallest)
    pushed = 0
    while pushed < UNLIMITED:
        came: dict[int, tuple[int, tuple[Cell, bool]] | None] = {source: None}
        waiting = deque([source])
        while waiting and sink not in came:
            node = waiting.popleft()
            for key, (following, left) in room.get(node, {}).items():
                if left > 0 and following not in came:
                    came[following] = (node, key)
                    waiting.append(following)
        if sink not in came:
            return pushed
        path = []
        step = came[sink]
        while step is not None:
            path.append(step)
            step = came[step[0]]
        amount = min(room[before][key][1] for before, key in path)
        for before, (cell, grows) in path:
            following, left = room[before][cell, grows]
            room[before][cell, grows] = (following, left - amount)
            back, opposite = room[following][cell, not grows]
            room[following][cell, not grows] = (back, opposite + amount)
        pushed += amount
    return UNLIMITED
