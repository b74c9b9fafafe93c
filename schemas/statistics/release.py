"""A table as it is released: made once for its quarter, so that whoever asks again reads the very same numbers."""

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from schemas.base64url import Base64Error, decode_base64url
from schemas.formats import AgencyId, Digest, RegionScope
from schemas.message import Message
from schemas.regions import is_within, subtree_prefix
from schemas.statistics.quarter import Quarter
from schemas.statistics.suppression import SMALLEST_PUBLISHED
from schemas.statistics.tables import MAX_CATEGORIES, TOTAL, CategoryCode, TableId
from schemas.statistics.tabulation import Cell, RegionTree

MAX_RELEASE_BYTES = 2 * 1024 * 1024
MAX_RELEASE_ROWS = 20_000
SALT_BYTES = 16

Salt = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{22}$")]
"""Random bytes: without them whoever sees a release's digest could try out what the numbers are."""

MadeOn = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
Epsilon = Annotated[int, Field(ge=1, le=100_000)]
"""Thousandths of the parameter epsilon of differential privacy."""


class StatisticsRow(Message):
    """One region's numbers, by category and then their sum; null where a number is withheld."""

    region: RegionScope
    counts: Annotated[tuple[int | None, ...], Field(min_length=2, max_length=MAX_CATEGORIES + 1)]


class StatisticsRelease(Message):
    """One table of one provider, for a quarter and a region.

    `made_on` is the day on which the register was counted; `epsilon_thousandths` says how much noise the counts bear,
    if any. `subset` is the provider's own name of a set of matched children, where not the whole register was counted.
    No number below 10 can stand in it.
    """

    version: Literal[1]
    table: TableId
    quarter: Quarter
    provider: AgencyId
    region: RegionScope
    subset: Digest | None = None
    made_on: MadeOn
    epsilon_thousandths: Epsilon | None = None
    categories: Annotated[tuple[CategoryCode, ...], Field(min_length=1, max_length=MAX_CATEGORIES)]
    rows: Annotated[tuple[StatisticsRow, ...], Field(min_length=1, max_length=MAX_RELEASE_ROWS)]
    salt: Salt

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if not _is_salt(self.salt):
            raise ValueError("the salt has 16 bytes")
        regions = [row.region for row in self.rows]
        if regions != sorted(set(regions)) or not all(is_within(region, self.region) for region in regions):
            raise ValueError("rows are sorted, without repetition, and within the region")
        for row in self.rows:
            if len(row.counts) != len(self.categories) + 1:
                raise ValueError("a row has a number for each category and their sum")
            if any(count is not None and count < SMALLEST_PUBLISHED for count in row.counts):
                raise ValueError("no small number is released")
        return self

    def within(self, region: str) -> Self | None:
        """Return the part for `region`: the same numbers, fewer rows; None if there is no row for it."""
        rows = tuple(row for row in self.rows if is_within(row.region, region))
        return self.model_copy(update={"region": subtree_prefix(region), "rows": rows}) if rows else None

    def published(self) -> dict[Cell, int]:
        """Return the numbers that are not withheld."""
        columns = (*self.categories, TOTAL)
        return {
            (row.region, column): count
            for row in self.rows
            for column, count in zip(columns, row.counts, strict=True)
            if count is not None
        }


def rows_of(
    tree: RegionTree, categories: tuple[str, ...], published: Mapping[Cell, int | None]
) -> tuple[StatisticsRow, ...]:
    """Return the rows of a table, sorted by region."""
    columns = (*categories, TOTAL)
    return tuple(
        StatisticsRow(region=region, counts=tuple(published[region, column] for column in columns))
        for region in sorted(tree.parents)
    )


def _is_salt(text: str) -> bool:
    try:
        return len(decode_base64url(text)) == SALT_BYTES
    except Base64Error:
        return False
