"""Each error does to a value what it says, and nothing else."""

import random
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demo.province import id_errors
from demo.province.date_errors import (
    first_of_january,
    neighbouring_year,
    one_digit,
    swapped_day_and_month,
)
from demo.province.lunar import as_lunar_date
from demo.province.name_errors import (
    dropped_or_swapped_character,
    homophone,
    look_alike,
    mothers_surname,
    nickname,
    traditional,
    vary_middle_dot,
)
from demo.province.people import Name
from schemas.check_digit import complete_citizen_id
from schemas.person_name import normalise_name, pinyin_syllables
from tests.unit.demo.conftest import TODAY

randoms = st.randoms(use_true_random=False)
births = st.dates(date(2009, 1, 1), TODAY)
HAN = Name("张", "明远", maternal_surname="陈")
UYGHUR = Name("艾力", "买买提", separator="·", is_han=False)


@given(births, st.integers(0, 999), randoms)
def test_id_errors(born_on: date, sequence: int, rng: random.Random) -> None:
    number = complete_citizen_id(f"990101{born_on:%Y%m%d}{sequence:03d}")
    assert sum(a != b for a, b in zip(number, id_errors.wrong_digit(number, rng), strict=True)) == 1
    assert (
        sorted(id_errors.transposed_digits(number, rng)) == sorted(number) != id_errors.transposed_digits(number, rng)
    )
    assert len(id_errors.dropped_digit(number, rng)) == 17
    assert id_errors.fifteen_digits(number, rng) == number[:6] + number[8:17]
    for _, error in id_errors.ID_ERRORS:
        assert error(number, rng).startswith("99")


@given(births, randoms)
def test_date_errors_give_dates_up_to_today(born_on: date, rng: random.Random) -> None:
    for error in (first_of_january, swapped_day_and_month, one_digit, neighbouring_year):
        assert error(born_on, TODAY, rng) <= TODAY
    assert first_of_january(born_on, TODAY, rng) == date(born_on.year, 1, 1)
    before, after = f"{born_on:%Y%m%d}", f"{one_digit(born_on, TODAY, rng):%Y%m%d}"
    assert sum(a != b for a, b in zip(before, after, strict=True)) <= 1
    assert abs(neighbouring_year(born_on, TODAY, rng).year - born_on.year) == 1


@pytest.mark.parametrize(
    ("solar", "lunar"),
    [
        (date(2024, 9, 17), date(2024, 8, 15)),
        (date(2025, 10, 6), date(2025, 8, 15)),
        (date(2020, 10, 1), date(2020, 8, 15)),
        (date(2023, 6, 22), date(2023, 5, 5)),
        (date(2009, 10, 3), date(2009, 8, 15)),
        (date(2026, 2, 17), date(2026, 1, 1)),
        (date(2026, 2, 16), date(2025, 12, 29)),
    ],
)
def test_lunar_dates_of_festivals(solar: date, lunar: date) -> None:
    assert as_lunar_date(solar) == lunar


def test_lunar_dates_outside_the_table() -> None:
    assert as_lunar_date(date(1999, 1, 1)) is None
    assert as_lunar_date(date(2099, 1, 1)) is None


def test_homophones_keep_the_sound(rng: random.Random) -> None:
    written = {homophone(HAN, rng) for _ in range(30)}
    assert HAN.text not in written
    for text in written:
        assert pinyin_syllables(normalise_name(text)) == pinyin_syllables(normalise_name(HAN.text))


def test_other_name_errors(rng: random.Random) -> None:
    assert look_alike(HAN, rng) in {"张朋远", "张明运"}
    assert nickname(HAN, rng) in {"张远远", "小远", "张小远"}
    assert mothers_surname(HAN, rng) == "陈明远"
    assert traditional(HAN, rng) == "張明遠"
    assert {dropped_or_swapped_character(HAN, rng) for _ in range(40)} == {"张远明", "张远", "张明"}


def test_names_of_other_peoples_keep_their_parts(rng: random.Random) -> None:
    assert nickname(UYGHUR, rng) == mothers_surname(UYGHUR, rng) == UYGHUR.text
    varied = {vary_middle_dot(UYGHUR.text, rng, 1.0) for _ in range(200)}
    assert {"艾力·买买提", "艾力买买提", "艾力•买买提", "艾力．买买提"} <= varied
    assert {normalise_name(text).text for text in varied} == {"艾力买买提"}
