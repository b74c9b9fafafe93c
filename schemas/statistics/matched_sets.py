"""Which set of matched children may be counted, beside those that were counted before.

Whoever holds the counts of several sets can add and subtract them, and so learn the counts of the groups of children
that the sets tell apart: those in the same sets, and in no other. Each such group has at least 10 children, or none.
"""

from collections import Counter
from collections.abc import Sequence, Set
from typing import Final

from schemas.statistics.suppression import SMALLEST_PUBLISHED

MIN_SET_CHILDREN: Final = 50


def may_be_counted(children: Set[bytes], counted_before: Sequence[Set[bytes]]) -> bool:
    """Return whether a set is large enough and, with the earlier ones, tells no small group apart.

    Args:
        children: one id for each distinct child.
        counted_before: the sets that were counted before, whoever asked.
    """
    if len(children) < MIN_SET_CHILDREN:
        return False
    sets = (children, *counted_before)
    everybody = frozenset[bytes]().union(*sets)
    groups = Counter(tuple(child in one for one in sets) for child in everybody)
    return min(groups.values()) >= SMALLEST_PUBLISHED
