"""Counts by region and category with all their sums: townships add up to counties, and so on up to the root."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from schemas.regions import RegionLevel, subtree_prefix
from schemas.statistics.tables import TOTAL

Cell = tuple[str, str]
"""A region and a category, or `TOTAL`."""

_LEVELS: Final = (RegionLevel.COUNTY, RegionLevel.PREFECTURE, RegionLevel.PROVINCE)


@dataclass(frozen=True, slots=True)
class RegionTree:
    """The rows of a table: each region with the one in whose sum it stands; the root stands in none."""

    parents: Mapping[str, str | None]

    @property
    def root(self) -> str:
        """The region of the whole table."""
        return next(region for region, parent in self.parents.items() if parent is None)

    @property
    def inner(self) -> frozenset[str]:
        """The regions that are sums of others."""
        return frozenset(parent for parent in self.parents.values() if parent is not None)

    @property
    def leaves(self) -> tuple[str, ...]:
        """The regions that are counted, in order."""
        inner = self.inner
        return tuple(region for region in sorted(self.parents) if region not in inner)


def region_tree(root: str, townships: Iterable[str]) -> RegionTree:
    """Return the tree of `townships` (9 digits; those that end in 000 are children of no known township) below `root`.

    Raises:
        ValueError: there is no township, or one lies outside `root`, or `root` is no county or above.
    """
    prefix = subtree_prefix(root)
    parents: dict[str, str | None] = {prefix: None}
    levels = [level for level in _LEVELS if level >= len(prefix)]
    for township in sorted(set(townships)):
        if len(township) != RegionLevel.TOWNSHIP or not township.startswith(prefix) or not levels:
            raise ValueError("a township lies below the region of its table")
        below = township
        for level in levels:
            parents[below] = township[:level]
            below = township[:level]
    if len(parents) == 1:
        raise ValueError("a table has a row")
    return RegionTree({**parents, prefix: None})


@dataclass(frozen=True, slots=True)
class CountTable:
    """All counts and sums, by region and category; nothing is withheld yet."""

    tree: RegionTree
    categories: tuple[str, ...]
    counts: Mapping[Cell, int]


def tabulate(tree: RegionTree, categories: tuple[str, ...], counted: Mapping[Cell, int]) -> CountTable:
    """Return the table of what was counted in the townships; what was not counted is 0.

    Raises:
        ValueError: a count is below 0 or stands outside the table.
    """
    counts = {(region, column): 0 for region in tree.parents for column in (*categories, TOTAL)}
    leaves = set(tree.leaves)
    for (region, category), count in counted.items():
        if count < 0 or region not in leaves or category not in categories:
            raise ValueError("a count is not below 0 and stands in the table")
        above: str | None = region
        while above is not None:
            counts[above, category] += count
            counts[above, TOTAL] += count
            above = tree.parents[above]
    return CountTable(tree, categories, counts)
