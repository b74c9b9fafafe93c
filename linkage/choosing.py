"""Which record each row is judged to be: the likeliest of its candidates, and none of several equally likely ones."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from linkage.agreement import Pairs
from linkage.masks import FLAGGED_BITS, UNFLAGGED
from schemas.key_set import KeySet

NO_PAIR = -1


@dataclass(frozen=True, slots=True)
class Choice:
    """The choice of each left record.

    Attributes:
        pair: int64, place of its best pair, or `NO_PAIR`; where several are equally good, one that is as good as any.
        is_tied: whether another pair is just as good, so that nobody can say which record it is.
        total: sum of the values of all its pairs.
    """

    pair: NDArray[np.int64] = field(repr=False)
    is_tied: NDArray[np.bool_] = field(repr=False)
    total: NDArray[np.float64] = field(repr=False)


def choose(pairs: Pairs, value: NDArray[np.float64], cell: NDArray[np.int64], left_records: int) -> Choice:
    """Return for each left record its pair of the highest value; of equal ones what agrees and the cell decide."""
    order = np.lexsort((cell, pairs.agreed, -value, pairs.left))
    left = pairs.left[order]
    first = np.flatnonzero(np.diff(left, prepend=-1))
    pair = np.full(left_records, NO_PAIR, np.int64)
    pair[left[first]] = order[first]
    second = np.minimum(first + 1, max(len(order) - 1, 0))
    is_tied = np.zeros(left_records, np.bool_)
    is_tied[left[first]] = (
        (second > first) & (left[second] == left[first]) & (value[order[second]] == value[order[first]])
    )
    rising = np.argsort(value, kind="stable")
    total = np.bincount(pairs.left[rising], value[rising], left_records)
    return Choice(pair, is_tied, total.astype(np.float64))


def agrees_by_number(agreed: NDArray[np.uint64], key_set: KeySet) -> NDArray[np.bool_]:
    """Return whether a pair agrees, unflagged, on a key that is nothing but a number."""
    return _has(agreed, sum(1 << defined.code for defined in key_set.evidence if len(defined.parts) == 1))


def can_be_released(agreed: NDArray[np.uint64], key_set: KeySet) -> NDArray[np.bool_]:
    """Return whether what agrees is more than a number, and proves that the asker had the child's record.

    Whoever tries numbers must not learn from a guess alone who is on a register.
    """
    either = (agreed | (agreed >> np.uint64(FLAGGED_BITS))) & np.uint64(UNFLAGGED)
    numbers = sum(1 << defined.code for defined in key_set.evidence if len(defined.parts) == 1)
    alone = sum(1 << defined.code for defined in key_set.evidence if defined.proves == "alone")
    proves = _has(either, alone) | (np.bitwise_count(either) >= 2)
    return np.asarray(proves & _has(either, UNFLAGGED & ~numbers))


def _has(agreed: NDArray[np.uint64], mask: int) -> NDArray[np.bool_]:
    return np.asarray((agreed & np.uint64(mask)) != 0)
