"""Lists by pages, sorted and filtered, with all of their state in the address so that it can be kept and sent on."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from flask import request

from hosting.web.addresses import address_with
from hosting.web.language import Text

PAGE_SIZE: Final = 50
_NUMBER = re.compile(r"[1-9][0-9]{0,8}")
_NEIGHBOURS: Final = 2


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list: `number` from 1, `size` rows at most, `total` rows on all pages."""

    number: int
    size: int
    total: int

    @property
    def count(self) -> int:
        """How many pages there are; one, even if it is empty."""
        return max(1, -(-self.total // self.size))

    @property
    def offset(self) -> int:
        """Rows before this page."""
        return (self.number - 1) * self.size

    @property
    def first(self) -> int:
        """Number of the first row shown, from 1; 0 where there is none."""
        return min(self.offset + 1, self.total)

    @property
    def last(self) -> int:
        """Number of the last row shown."""
        return min(self.offset + self.size, self.total)

    def shown(self) -> list[int | None]:
        """Return the page numbers to show: first, last and those around this one; None where some are left out."""
        near = range(self.number - _NEIGHBOURS, self.number + _NEIGHBOURS + 1)
        numbers = sorted({1, self.count, *(number for number in near if 1 <= number <= self.count)})
        shown: list[int | None] = []
        for number in numbers:
            if shown and shown[-1] != number - 1:
                shown.append(None)
            shown.append(number)
        return shown


def page_of(total: int, size: int = PAGE_SIZE) -> Page:
    """Return the page that the parameter `page` asks for; the last one where there are not so many."""
    text = request.args.get("page", "1")
    number = int(text) if _NUMBER.fullmatch(text) else 1
    page = Page(number, size, total)
    return page if number <= page.count else Page(page.count, size, total)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table; `key` names it in the address if one may sort by it."""

    text: Text
    key: str | None = None
    is_number: bool = False


@dataclass(frozen=True, slots=True)
class Sort:
    """By which column a table is sorted."""

    key: str
    is_descending: bool = False


def sort_of(columns: Sequence[Column], default: Sort) -> Sort:
    """Return the order that the parameter `sort` asks for: a column's key, with `-` before it for descending."""
    text = request.args.get("sort", "")
    sort = Sort(text.removeprefix("-"), text.startswith("-"))
    return sort if sort.key in {column.key for column in columns} else default


def sort_address(column: Column, sort: Sort | None) -> str:
    """Return the address that sorts by a column: ascending, or the other way round where it is sorted by it already."""
    turned = sort is not None and sort.key == column.key and not sort.is_descending
    return address_with(sort=f"{'-' if turned else ''}{column.key}")


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter in force: what it says, and the address without it."""

    text: str
    address: str
