"""How pages say dates, times and numbers, in both languages: the Jinja filters `day`, `moment` and `count`."""

from datetime import UTC, date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from hosting.web.language import Language, current_language, t

OFFICE_ZONE: Final = ZoneInfo("Asia/Shanghai")
_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)

Moment = datetime | int | str
"""An aware time, POSIX seconds, or RFC 3339 text as a leaf has it."""


def office_time(moment: Moment) -> datetime:
    """Return a moment in Beijing time; raises ValueError for a text that is none, or without zone."""
    match moment:
        case int():
            return datetime.fromtimestamp(moment, UTC).astimezone(OFFICE_ZONE)
        case str():
            moment = datetime.fromisoformat(moment)
    if moment.tzinfo is None:
        raise ValueError("a time without zone")
    return moment.astimezone(OFFICE_ZONE)


def say_day(day: date | Moment) -> str:
    """Return "2026年3月5日" or "5 March 2026"; a moment is the day that it is in Beijing."""
    on = day if isinstance(day, date) and not isinstance(day, datetime) else office_time(day)
    if current_language() is Language.ZH:
        return f"{on.year}年{on.month}月{on.day}日"
    return f"{on.day} {_MONTHS[on.month - 1]} {on.year}"


def say_moment(moment: Moment) -> str:
    """Return "2026年3月5日 14:03" or "5 March 2026, 14:03", in Beijing time."""
    at = office_time(moment)
    return say_day(at) + t(f" {at:%H:%M}", f", {at:%H:%M}")


def say_count(number: int) -> str:
    """Return a number with its thousands apart: "12,345"."""
    return f"{number:,}"
