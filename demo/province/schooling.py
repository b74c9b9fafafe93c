"""Which grade a child of a certain age is in: school begins at six completed years on 31 August."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from demo.province.ages import years_before

ENTRY_AGE: Final = 6
LAST_GRADE: Final = 12
LAST_PRIMARY_GRADE: Final = 6
LAST_COMPULSORY_GRADE: Final = 9

_GRADE_NAMES = (*(f"{numeral}年级" for numeral in "一二三四五六七八九"), "高一", "高二", "高三")


@dataclass(frozen=True, slots=True)
class SchoolYear:
    """The school year that runs on a day; it began on 1 September of `year`."""

    year: int

    @property
    def entry_cutoff_on(self) -> date:
        """The last birth date of the children who are in school."""
        return years_before(date(self.year, 8, 31), ENTRY_AGE)

    def grade_of(self, born_on: date) -> int:
        """Return the grade 1 to 12, or 0 or less before school."""
        cutoff = date(self.year, 8, 31)
        age = cutoff.year - born_on.year - ((cutoff.month, cutoff.day) < (born_on.month, born_on.day))
        return min(age - ENTRY_AGE + 1, LAST_GRADE)


def school_year_of(today: date) -> SchoolYear:
    """Return the school year that `today` falls into."""
    return SchoolYear(today.year if today.month >= 9 else today.year - 1)


def grade_name(grade: int) -> str:
    """Return what a grade 1 to 12 is called."""
    return _GRADE_NAMES[grade - 1]
