"""What every source of rows can do, whatever it reads from."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Protocol

CellValue = str | int | float | bool | date | datetime | time | timedelta | None
"""A cell as it was stored. Numbers stay numbers, so that an ID number that a spreadsheet rounded can be seen."""

ColumnNames = tuple[str, ...]
"""The names one column may go by in the source; the first that is there counts."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a source. Its repr shows none of its cells.

    Attributes:
        number: what an officer sees beside the row, from 1; for a database its place in the order of keys.
        locator: finds the row again: the row number of a file, the primary key of a database.
        cells: value by column name, as the mapping writes the name; an empty cell is None.
    """

    number: int
    locator: str = field(repr=False)
    cells: Mapping[str, CellValue] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Note:
    """Something that was left out on purpose while reading.

    Attributes:
        code: key of `connectors.sources.sentences.NOTES`.
        count: how often.
        rows: the first row numbers, at most `MAX_NOTE_ROWS`; none for a sheet.
    """

    code: str
    count: int
    rows: tuple[int, ...] = ()


MAX_NOTE_ROWS = 10


class Source(Protocol):
    """Rows of one table, read only. Every method raises `SourceError`, which never quotes a cell."""

    def columns(self) -> tuple[str, ...]:
        """Return the mapped column names that the source has."""

    def rows(self) -> Iterator[Row]:
        """Yield every row of data in order; titles, footers, sums and empty rows are left out."""

    def count(self) -> int | None:
        """Return about how many rows there are, for a progress bar; None when counting means reading."""

    def version(self) -> str | None:
        """Return a text that changes when the data changed, or None when the source can't tell."""

    def fetch(self, locators: Sequence[str]) -> Mapping[str, Row]:
        """Return the rows that are still there, by locator.

        The locators of a file mean something only as long as its `version` is the one they came from.
        """

    def notes(self) -> tuple[Note, ...]:
        """Return what the last complete run of `rows` left out."""
