"""The working days by which an office counts: the program's holiday notices, and those that it added itself.

An added notice is a file `holidays/<year>.yaml` in the folder of gateway or connector. It takes the place of the
program's for that year, and counts from the next look on, in every process: nothing that follows from working days is
kept.
"""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Final

from schemas.catalogue_files import CatalogueError
from schemas.holiday_notice import MAX_NOTICE_BYTES, HolidayNotice, parse_holiday_notice
from schemas.working_days import WorkingCalendar, bundled_notices, working_calendar

NOTICES_FOLDER: Final = "holidays"
ANNOUNCED_BY_MONTH: Final = 11
"""The State Council announces a year's holidays in October or November before: from then on a missing one is told."""

_KEPT_CALENDARS: Final = 32
Stamp = tuple[tuple[str, int, int], ...]
"""Name, time of change and size of every file: another one means another calendar."""


@dataclass(frozen=True, eq=False, slots=True)
class OwnNotices:
    """The notices that an office added, the names of files that are none, and the working days with all of them."""

    notices: tuple[HolidayNotice, ...]
    faulty: tuple[str, ...]
    calendar: WorkingCalendar


def own_notices(folder: Path) -> OwnNotices:
    """Return what was added in an office's `folder`; a file that can't be used changes nothing.

    The calendar is the same object as long as nothing was added.
    """
    notices = folder / NOTICES_FOLDER
    return _read_all(notices, _stamp(notices))


def add_notice(folder: Path, file: bytes) -> HolidayNotice:
    """Keep a year's notice, in the place of what was added for that year before.

    Raises:
        CatalogueError: too large, not YAML, no sound notice, or it contradicts another year's about a day.
    """
    notice = parse_holiday_notice(file)
    others = [one for one in own_notices(folder).notices if one.year != notice.year]
    working_calendar([*others, notice])
    notices = folder / NOTICES_FOLDER
    notices.mkdir(mode=0o700, exist_ok=True)
    temporary = notices / f"{notice.year}.new"
    temporary.write_bytes(file)
    temporary.replace(notices / f"{notice.year}.yaml")
    return notice


def missing_years(calendar: WorkingCalendar, today: date) -> tuple[int, ...]:
    """Return the years of which the notice should be here by now: this one, and late in the year the next."""
    wanted = [today.year, *([today.year + 1] if today.month >= ANNOUNCED_BY_MONTH else [])]
    return tuple(year for year in wanted if year not in calendar.notices)


def is_bundled(notice: HolidayNotice) -> bool:
    """Return whether a notice came with the program."""
    return notice in bundled_notices()


def _stamp(folder: Path) -> Stamp:
    if not folder.is_dir():
        return ()
    files = sorted(folder.glob("*.yaml"))
    return tuple((file.name, file.stat().st_mtime_ns, file.stat().st_size) for file in files)


@lru_cache(maxsize=_KEPT_CALENDARS)
def _read_all(folder: Path, stamp: Stamp) -> OwnNotices:
    found: list[HolidayNotice] = []
    faulty = []
    for name, _, size in stamp:
        try:
            notice = _read(folder / name, size)
            working_calendar([*found, notice])
            found.append(notice)
        except (CatalogueError, OSError):
            faulty.append(name)
    return OwnNotices(tuple(found), tuple(faulty), working_calendar(found))


def _read(file: Path, size: int) -> HolidayNotice:
    if size > MAX_NOTICE_BYTES:
        raise CatalogueError(f"{file.name} is too large")
    notice = parse_holiday_notice(file.read_bytes())
    if file.name != f"{notice.year}.yaml":
        raise CatalogueError(f"{file.name} describes another year")
    return notice
