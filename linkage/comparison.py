"""The comparison vector of a pair: what agreeing keys tell about each attribute, by the rules of the key set."""

from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from linkage.agreement import Pairs
from linkage.masks import mask_of
from schemas.key_set import KeySet, LevelRule

NOT_TOLD: Final = -1
ALONE: Final = 0
SMALL: Final = 1
LARGER: Final = 2


@dataclass(frozen=True, slots=True)
class Cells:
    """Pairs that look alike, counted; in the order of their vectors, whatever order the pairs were in.

    Attributes:
        levels: int8 [cells, components], the comparison vector; the last component is the rarity.
        available: uint32, bit i for the i-th attribute of the key set's `availability` that both records hold.
        count: int64, pairs in the cell.
    """

    levels: NDArray[np.int8] = field(repr=False)
    available: NDArray[np.uint32] = field(repr=False)
    count: NDArray[np.int64] = field(repr=False)

    def __len__(self) -> int:
        return len(self.count)


@dataclass(frozen=True, slots=True)
class _Rule:
    level: int
    agree: int
    given: tuple[int, ...]
    hold: int

    def holds(self, agreed: NDArray[np.uint64], held: NDArray[np.uint32]) -> NDArray[np.bool_]:
        true = np.ones(len(agreed), np.bool_)
        if self.agree:
            true &= (agreed & np.uint64(self.agree)) != 0
        for group in self.given:
            true &= (agreed & np.uint64(group)) != 0
        return np.asarray(true & ((held & np.uint32(self.hold)) == self.hold))


class Comparer:
    """Applies the rules of one key set."""

    def __init__(self, key_set: KeySet) -> None:
        self._components = [[_compile(key_set, rule) for rule in part.rules] for part in key_set.comparison]
        self._available = [mask_of(key_set, names) for names in key_set.availability.values()]
        self._settling = sum(
            1 << bit
            for bit, names in enumerate(key_set.availability.values())
            if not set(names).isdisjoint(key_set.settled_by)
        )
        self._rarity = key_set.rarity

    @property
    def components(self) -> int:
        """How many levels a comparison vector has; the rarity is the last."""
        return len(self._components) + 1

    @property
    def patterns(self) -> int:
        """How many patterns of available attributes there can be."""
        return 1 << len(self._available)

    def levels(self, agreed: NDArray[np.uint64], held: NDArray[np.uint32]) -> NDArray[np.int8]:
        """Return the levels [pairs, components without the rarity] of agreeing keys and of what both records hold."""
        levels = np.full((len(agreed), len(self._components)), NOT_TOLD, np.int8)
        for column, rules in enumerate(self._components):
            for rule in reversed(rules):
                levels[rule.holds(agreed, held), column] = rule.level
        return levels

    def available(self, holds: NDArray[np.uint32]) -> NDArray[np.uint32]:
        """Return for each record which attributes of the key set's `availability` it holds."""
        available = np.zeros(len(holds), np.uint32)
        for bit, keys in enumerate(self._available):
            available |= ((holds & np.uint32(keys)) != 0).astype(np.uint32) << np.uint32(bit)
        return available

    def could_settle(self, available: NDArray[np.uint32]) -> NDArray[np.bool_]:
        """Return for each pattern of availability whether both records hold what settles a row."""
        return np.asarray((available & np.uint32(self._settling)) == self._settling)

    def cells(
        self, pairs: Pairs, left: NDArray[np.uint32], right: NDArray[np.uint32], *, within: bool
    ) -> tuple[Cells, NDArray[np.int64]]:
        """Return the cells of pairs, and for each pair its cell.

        Args:
            pairs: the pairs.
            left: what each left record holds.
            right: what each right record holds.
            within: whether both are records of one file, so that the rarity's bounds for that case count.
        """
        left_kinds, left_kind = np.unique(left, return_inverse=True)
        right_kinds, right_kind = np.unique(right, return_inverse=True)
        agreements, agreement = np.unique(pairs.agreed, return_inverse=True)
        looks = (agreement, left_kind[pairs.left], right_kind[pairs.right], self._rarities(pairs.group, within=within))
        (which, one, other, rarity), place, count = _distinct(looks)
        levels = self.levels(agreements[which], left_kinds[one] & right_kinds[other])
        available = self.available(left_kinds)[one] & self.available(right_kinds)[other]
        looked = Cells(np.column_stack([levels, rarity.astype(np.int8)]), available, count)
        merged, new_place = merge(looked)
        return merged, new_place[place]

    def _rarities(self, group: NDArray[np.int32], *, within: bool) -> NDArray[np.int8]:
        rarity = np.full(len(group), NOT_TOLD, np.int8)
        if self._rarity is not None:
            alone, small = self._rarity.within if within else self._rarity.across
            rarity[group > 0] = LARGER
            rarity[(group > 0) & (group <= small)] = SMALL
            rarity[(group > 0) & (group <= alone)] = ALONE
        return rarity


def _compile(key_set: KeySet, rule: LevelRule) -> _Rule:
    given = tuple(mask_of(key_set, (group,)) for group in rule.given)
    return _Rule(rule.level, mask_of(key_set, rule.agree), given, mask_of(key_set, rule.hold))


def _distinct(
    columns: tuple[NDArray[Any], ...],
) -> tuple[list[NDArray[np.int64]], NDArray[np.int64], NDArray[np.int64]]:
    """Return the distinct rows of columns of small whole numbers from -1, the place of each row, and their counts."""
    shape = [int(column.max(initial=NOT_TOLD)) + 2 for column in columns]
    code = np.ravel_multi_index([column.astype(np.int64) + 1 for column in columns], shape)
    codes, place, count = np.unique(code, return_inverse=True, return_counts=True)
    return [column - 1 for column in np.unravel_index(codes, shape)], place, count


def merge(cells: Cells) -> tuple[Cells, NDArray[np.int64]]:
    """Bring cells of equal vectors together, in the order of the vectors; also return each cell's new place."""
    rows = np.column_stack([cells.levels.astype(np.int64), cells.available.astype(np.int64)])
    vectors, place = np.unique(rows, axis=0, return_inverse=True)
    counts = np.zeros(len(vectors), np.int64)
    np.add.at(counts, place, cells.count)
    return Cells(vectors[:, :-1].astype(np.int8), vectors[:, -1].astype(np.uint32), counts), place
