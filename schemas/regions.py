"""Region codes: GB/T 2260 counties (6 digits), GB/T 10114 townships (9), statistical villages (12), and subtrees."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from enum import IntEnum, StrEnum
from functools import lru_cache
from typing import ClassVar, Final

from schemas.faults import FaultError, Wording

_CODE = re.compile(r"[1-9][0-9](?:[0-9]{2}|[0-9]{4}|[0-9]{7}|[0-9]{10})?")
_MAX_CELL_LENGTH: Final = 32


class RegionLevel(IntEnum):
    """Levels of administration, each with the number of digits that names it."""

    PROVINCE = 2
    PREFECTURE = 4
    COUNTY = 6
    TOWNSHIP = 9
    VILLAGE = 12


class RegionFault(StrEnum):
    """Codes of `RegionError`."""

    EMPTY = "empty"
    NOT_A_REGION = "not_a_region"
    NO_COUNTY = "no_county"


class RegionError(FaultError):
    """A text is no region code, or one of the wrong level."""

    wordings: ClassVar[Mapping[StrEnum, Wording]] = {
        RegionFault.EMPTY: Wording("没有填写行政区划代码。", "No region code was given."),
        RegionFault.NOT_A_REGION: Wording(
            "行政区划代码应为6位、9位或12位数字。", "A region code has 6, 9 or 12 digits."
        ),
        RegionFault.NO_COUNTY: Wording("该代码未到县级。", "The code doesn't reach down to a county."),
    }


def parse_region(cell: str | float | None) -> str:
    """Return the 6-, 9- or 12-digit code in one cell of a ledger.

    Raises:
        RegionError: with a `RegionFault` as code.
    """
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    if cell is None or cell == "":
        raise RegionError(RegionFault.EMPTY)
    text = unicodedata.normalize("NFKC", str(cell)[: _MAX_CELL_LENGTH + 1]).strip()
    if len(text) not in {RegionLevel.COUNTY, RegionLevel.TOWNSHIP, RegionLevel.VILLAGE}:
        raise RegionError(RegionFault.NOT_A_REGION)
    subtree_prefix(text)
    return text


@lru_cache(maxsize=16_384)
def subtree_prefix(scope: str) -> str:
    """Return the digits with which every code of the subtree `scope` begins; their number is its level.

    The zeros that fill a code up mean "all of it": 510000 is the province 51, 510100 the prefecture 5101,
    510107000 and 510107000000 the county 510107.

    Raises:
        RegionError: not a code of 2, 4, 6, 9 or 12 digits.
    """
    if not _CODE.fullmatch(scope):
        raise RegionError(RegionFault.NOT_A_REGION)
    for level in (RegionLevel.TOWNSHIP, RegionLevel.COUNTY, RegionLevel.PREFECTURE, RegionLevel.PROVINCE):
        if len(scope) > level and set(scope[level:]) == {"0"}:
            scope = scope[:level]
    return scope


def level_of(region: str) -> RegionLevel:
    """Return the level that a code names. Raises `RegionError`."""
    return RegionLevel(len(subtree_prefix(region)))


def county_of(region: str) -> str:
    """Return the 6-digit county of a county, township or village code.

    Raises:
        RegionError: not a code, or one of a province or prefecture.
    """
    if level_of(region) < RegionLevel.COUNTY:
        raise RegionError(RegionFault.NO_COUNTY)
    return region[: RegionLevel.COUNTY]


def is_within(region: str, scope: str) -> bool:
    """Return whether `region` is `scope` itself or lies in its subtree. Raises `RegionError` for either."""
    return subtree_prefix(region).startswith(subtree_prefix(scope))


def covers(regions: Iterable[str], region: str) -> bool:
    """Return whether `region` lies in one of the subtrees; what is no code lies nowhere and covers nothing."""
    return any(_lies_in(region, scope) for scope in regions)


def _lies_in(region: str, scope: str) -> bool:
    try:
        return is_within(region, scope)
    except RegionError:
        return False
