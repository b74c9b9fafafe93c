"""The closed catalogue of tables that can be asked for: a request names one of them, never a filter of its own.

Each kind of agency publishes one table at most. Two tables of the same children share their totals, so that what one
withholds the other might tell.
"""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Annotated, Final

from pydantic import Field, StringConstraints, model_validator

from schemas.agency_kinds import AgencyKind
from schemas.catalogue_entry import CatalogueEntry, Text, validate_entry
from schemas.catalogue_files import CatalogueError, read_catalogue
from schemas.formats import AttributeId

MAX_CATEGORIES: Final = 12
TOTAL: Final = "total"
"""What the column of a row's sum is called."""

TableId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_]{2,40}$")]
CategoryCode = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_-]{1,20}$")]


class StatisticsCategory(CatalogueEntry):
    """One column: a counted child stands in exactly one."""

    code: CategoryCode
    name_zh: Text
    name_en: Text


class StatisticsTable(CatalogueEntry):
    """What one kind of agency counts, and by what."""

    id: TableId
    provider: AgencyKind
    attribute: AttributeId
    name_zh: Text
    name_en: Text
    counted_zh: Text
    counted_en: Text
    categories: Annotated[tuple[StatisticsCategory, ...], Field(min_length=1, max_length=MAX_CATEGORIES)]

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of the categories, in order."""
        return tuple(category.code for category in self.categories)

    @model_validator(mode="after")
    def _distinct(self) -> "StatisticsTable":
        if len(set(self.codes)) != len(self.codes) or TOTAL in self.codes:
            raise ValueError(f"{self.id}: a category stands twice or bears the total's name")
        return self


@cache
def load_tables() -> Mapping[str, StatisticsTable]:
    """Return all tables by id.

    Raises:
        CatalogueError: a table is malformed, its file's name is not its id, or a kind of agency has two.
    """
    files = read_catalogue("statistics/tables")
    found = {name: validate_entry(StatisticsTable, name, content) for name, content in files}
    for name, table in found.items():
        if table.id != name:
            raise CatalogueError(f"{name}.yaml describes {table.id}")
    if len({table.provider for table in found.values()}) != len(found):
        raise CatalogueError("a kind of agency publishes one table at most")
    return MappingProxyType(found)
