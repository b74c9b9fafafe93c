"""Dates as ledgers hold them: written in a dozen ways, or as the day number of a spreadsheet."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import ClassVar, Final, Literal

from schemas.faults import FaultError, Wording

MAX_CELL_LENGTH: Final = 40
"""Longest text that is looked at, in characters."""

EARLIEST_ON: Final = date(1900, 1, 1)
LATEST_ON: Final = date(2100, 12, 31)

# Day 1 of the 1900 date system counts a 29 February 1900 that never was, hence 30 December (ECMA-376 18.17.4.1).
_SERIAL_EPOCH_ON: Final = date(1899, 12, 30)
# A smaller number is likelier a year or a count than a day before June 1927.
_MIN_SERIAL: Final = 10_000
_MAX_SERIAL: Final = (LATEST_ON - _SERIAL_EPOCH_ON).days

_YEAR_MONTH_DAY = (
    re.compile(r"(?P<y>[0-9]{4})(?P<sep>[./-])(?P<m>[0-9]{1,2})(?P=sep)(?P<d>[0-9]{1,2})(T?00:00(:00)?(\.0+)?)?"),
    re.compile(r"(?P<y>[0-9]{4})(?P<m>[0-9]{2})(?P<d>[0-9]{2})"),
    re.compile(r"(?P<y>[0-9]{4})年(?P<m>[0-9]{1,2})月(?P<d>[0-9]{1,2})[日号]"),
)
_YEAR_MONTH = (
    re.compile(r"(?P<y>[0-9]{4})[./-](?P<m>[0-9]{1,2})"),
    re.compile(r"(?P<y>[0-9]{4})(?P<m>[0-9]{2})"),
    re.compile(r"(?P<y>[0-9]{4})年(?P<m>[0-9]{1,2})月"),
)
# A spreadsheet shows 2026.10 as 2026.1 once it has taken it for a number.
_AMBIGUOUS = re.compile(r"[0-9]{4}\.1")
_SERIAL = re.compile(r"[0-9]{5}")
_BLANKS = re.compile(r"\s+")


class DateFault(StrEnum):
    """Codes of `DateError`."""

    EMPTY = "empty"
    NOT_A_DATE = "not_a_date"
    NO_SUCH_DAY = "no_such_day"
    OUT_OF_RANGE = "out_of_range"
    AMBIGUOUS_MONTH = "ambiguous_month"


class DateError(FaultError):
    """A cell holds no date that can be relied on."""

    wordings: ClassVar[Mapping[StrEnum, Wording]] = {
        DateFault.EMPTY: Wording("没有填写日期。", "No date was given."),
        DateFault.NOT_A_DATE: Wording("不是可识别的日期。", "Not a date in a known form."),
        DateFault.NO_SUCH_DAY: Wording("该日期不存在。", "There is no such day."),
        DateFault.OUT_OF_RANGE: Wording("日期早于1900年或晚于2100年。", "The date is before 1900 or after 2100."),
        DateFault.AMBIGUOUS_MONTH: Wording(
            "无法区分1月和10月，请写成2026-01或2026-10。",
            "January and October can't be told apart: write 2026-01 or 2026-10.",
        ),
    }


@dataclass(frozen=True, slots=True)
class LedgerDate:
    """A date and how precisely it is known; a month is held as its first day. Its repr hides the date."""

    on: date = field(repr=False)
    precision: Literal["day", "month"]


def parse_ledger_date(cell: str | date | datetime | float | None) -> LedgerDate:
    """Return the date in one cell of a ledger.

    Takes 2026.3.5, 2026-03-05, 2026/3/5, 20260305 and 2026年3月5日 (with a time of midnight or none),
    the months 2026.3, 2026-03, 202603 and 2026年3月, and day numbers of the 1900 date system.

    Raises:
        DateError: with a `DateFault` as code.
    """
    if isinstance(cell, datetime):
        return _in_range(cell.date(), "day")
    if isinstance(cell, date):
        return _in_range(cell, "day")
    if isinstance(cell, int | float):
        return _parse_number(cell)
    return _parse_text(cell)


def _parse_text(cell: str | None) -> LedgerDate:
    if cell is None or not cell.strip():
        raise DateError(DateFault.EMPTY)
    if len(cell) > MAX_CELL_LENGTH:
        raise DateError(DateFault.NOT_A_DATE)
    text = _BLANKS.sub("", unicodedata.normalize("NFKC", cell))
    if _AMBIGUOUS.fullmatch(text):
        raise DateError(DateFault.AMBIGUOUS_MONTH)
    for pattern in _YEAR_MONTH_DAY:
        if found := pattern.fullmatch(text):
            return _from_parts(int(found["y"]), int(found["m"]), int(found["d"]), "day")
    for pattern in _YEAR_MONTH:
        if found := pattern.fullmatch(text):
            return _from_parts(int(found["y"]), int(found["m"]), 1, "month")
    if _SERIAL.fullmatch(text):
        return _parse_serial(int(text))
    raise DateError(DateFault.NOT_A_DATE)


def _parse_number(number: float) -> LedgerDate:
    """Read a numeric cell: digits of a date, or a day number whose fraction is the time of the day."""
    if isinstance(number, bool) or not 0 < number < 10**8:
        raise DateError(DateFault.NOT_A_DATE)
    if number < 10**5:
        # 2026.1 as a number is a month that has lost its zero, not a day in 1905.
        return _parse_text(str(number)) if number < _MIN_SERIAL else _parse_serial(int(number))
    if number % 1:
        raise DateError(DateFault.NOT_A_DATE)
    return _parse_text(str(int(number)))


def _parse_serial(serial: int) -> LedgerDate:
    if not _MIN_SERIAL <= serial <= _MAX_SERIAL:
        raise DateError(DateFault.OUT_OF_RANGE)
    return _in_range(_SERIAL_EPOCH_ON + timedelta(days=serial), "day")


def _from_parts(year: int, month: int, day: int, precision: Literal["day", "month"]) -> LedgerDate:
    try:
        on = date(year, month, day)
    except ValueError:
        raise DateError(DateFault.NO_SUCH_DAY) from None
    return _in_range(on, precision)


def _in_range(on: date, precision: Literal["day", "month"]) -> LedgerDate:
    if not EARLIEST_ON <= on <= LATEST_ON:
        raise DateError(DateFault.OUT_OF_RANGE)
    return LedgerDate(on, precision)
