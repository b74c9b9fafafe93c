"""When schooling is expected to end, by the grade as schools write it and the day on which it is asked."""

from datetime import date

import pytest

from connectors.data_sets import Record
from connectors.education import DERIVATIONS
from connectors.sources.identities import NO_IDENTITY
from schemas.codes import Stage, StudentStatus

AUTUMN, SPRING = date(2026, 11, 22), date(2027, 5, 3)


def answers(grade: str | None, stage: Stage | None, status: StudentStatus, today: date) -> tuple[object, object]:
    given = {"grade": grade, "stage": stage, "status": status}
    values = {name: value for name, value in given.items() if value is not None}
    record = Record(2, "2", NO_IDENTITY, (), values, frozenset(), ())
    ends = DERIVATIONS["expected_end"].derive(record, today)
    return DERIVATIONS["full_time_enrolled"].derive(record, today), ends and ends.year


@pytest.mark.parametrize(
    ("grade", "stage", "year"),
    [
        ("高三", Stage.SENIOR, 2027),
        ("高一", None, 2029),
        ("高中二年级", Stage.SENIOR, 2028),
        ("十二年级", None, 2027),
        ("职高二", Stage.VOCATIONAL, 2028),
        ("中职一年级", None, 2029),
        ("初二", None, 2028),
        ("八年级3班", Stage.JUNIOR, 2028),
        ("9年级", None, 2027),
        ("六年级", Stage.PRIMARY, 2027),
        ("小学１年级", None, 2032),
        ("毕业班", Stage.SENIOR, None),
        (None, Stage.SENIOR, None),
        ("大班", Stage.PRE, None),
    ],
)
@pytest.mark.parametrize("today", [AUTUMN, SPRING])
def test_the_year_in_which_the_stage_ends(
    grade: str | None, stage: Stage | None, year: int | None, today: date
) -> None:
    assert answers(grade, stage, StudentStatus.ENROLLED, today) == (True, year)


def test_a_new_school_year_begins_in_september() -> None:
    ends = [answers("高三", None, StudentStatus.ENROLLED, date(2027, month, 1))[1] for month in (8, 9)]
    assert ends == [2027, 2028]


def test_who_left_is_not_enrolled_and_has_no_end() -> None:
    left = next(status for status in StudentStatus if status not in {StudentStatus.ENROLLED, StudentStatus.SUSPENDED})
    assert answers("高三", Stage.SENIOR, left, AUTUMN) == (False, None)
    assert answers("高三", Stage.SENIOR, StudentStatus.SUSPENDED, AUTUMN) == (True, 2027)
