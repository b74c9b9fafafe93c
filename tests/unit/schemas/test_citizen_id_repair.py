"""Repair of citizen IDs: one slip away, valid, of a known region, and agreeing with what the record says."""

from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from schemas.check_digit import complete_citizen_id
from schemas.citizen_id import CitizenId, parse_citizen_id
from schemas.citizen_id_repair import (
    MAX_REPAIRED,
    DamagedCitizenId,
    find_damaged_cert_no,
    find_damaged_citizen_id,
    repair_citizen_id,
)
from schemas.codes import Sex

TODAY = date(2026, 3, 5)
BOY = "990101201503070011"
BORN_ON = date(2015, 3, 7)

true_numbers = st.builds(
    lambda region, on, sequence: complete_citizen_id(f"99{region:04}{on:%Y%m%d}{sequence:03}"),
    st.integers(0, 9999), st.dates(date(2001, 1, 1), TODAY), st.integers(0, 999),
).map(lambda text: parse_citizen_id(text, allow_test_regions=True, today=TODAY))  # fmt: skip


def with_a_slip(text: str, slip: str, at: int, digit: str) -> str:
    if slip == "digit":
        return text[:at] + digit + text[at + 1 :]
    if slip == "swap":
        return text[: at - 1] + text[at] + text[at - 1] + text[at + 1 :]
    return text[:at] + text[at + 1 :]


slips = st.tuples(st.sampled_from(["digit", "swap", "drop"]), st.integers(2, 17), st.sampled_from("0123456789"))


def repair(
    cell: str, birth_on: date = BORN_ON, sex: Sex | None = Sex.MALE, *, allow_test_regions: bool = True
) -> list[str]:
    damaged = find_damaged_citizen_id(cell)
    assert damaged is not None
    numbers = repair_citizen_id(damaged, birth_on=birth_on, sex=sex, allow_test_regions=allow_test_regions, today=TODAY)
    return [number.text for number in numbers]


def slips_between(true: str, held: str) -> int:
    """Return 1 if one of the three slips turns `true` into `held`, worked out from the true number's side."""
    changed = [at for at in range(min(len(true), len(held))) if true[at] != held[at]]
    if len(held) == len(true) - 1:
        return 1 if any(true[:at] + true[at + 1 :] == held for at in range(len(true))) else 2
    swapped = len(changed) == 2 and changed[1] == changed[0] + 1 and true[changed[0]] == held[changed[1]]
    return 1 if len(changed) == 1 or (swapped and true[changed[1]] == held[changed[0]]) else 2


@given(true_numbers, slips)
def test_a_repaired_number_is_valid_and_one_slip_away(true: CitizenId, slip: tuple[str, int, str]) -> None:
    held = with_a_slip(true.text, *slip)
    damaged = find_damaged_citizen_id(held)
    assume(damaged is not None)
    assert damaged is not None
    numbers = repair_citizen_id(damaged, birth_on=true.birth_on, sex=true.sex, allow_test_regions=True, today=TODAY)
    assert len(set(numbers)) == len(numbers) <= MAX_REPAIRED
    for number in numbers:
        assert number.text != held
        assert slips_between(number.text, held) == 1
        assert complete_citizen_id(number.text[:17]) == number.text
        assert (number.birth_on, number.sex) == (true.birth_on, true.sex)
    if numbers:
        assert true in numbers


@pytest.mark.parametrize(
    ("held", "repaired"),
    [
        ("990101201503170011", [BOY]),  # a digit of the date
        ("990101201530070011", [BOY]),  # neighbours of the date
        ("99010120150307001", [BOY]),  # the check digit left out
        ("99010121503070011", [BOY]),  # a digit of the year left out
        ("G990101201503170011", [BOY]),
        (" 990101 201503170011 ", [BOY]),
    ],
)
def test_slips_of_a_boys_number(held: str, repaired: list[str]) -> None:
    assert repair(held) == repaired


def test_what_the_record_says_about_birth_and_sex_must_agree() -> None:
    assert repair("990101201503170011", birth_on=date(2015, 3, 8)) == []
    assert repair("990101201503170011", sex=Sex.FEMALE) == []
    assert repair("990101201503170011", sex=None) == [BOY]


def test_the_region_must_be_known() -> None:
    assert repair("990101201503170011", allow_test_regions=False) == []


def test_more_than_six_are_none() -> None:
    held = BOY[:-1] + "2"
    fitting = {
        text
        for at in range(2, 18)
        for digit in "0123456789X"
        if (text := BOY[:at] + digit + BOY[at + 1 :])[6:14] == BOY[6:14]
    }
    assert len(fitting) > MAX_REPAIRED
    assert repair(held, sex=None) == []


@pytest.mark.parametrize(
    "cell",
    [None, "", BOY, "990101150307001", BOY[:16], BOY + "1", "990101201503070000", "J990101201503170011",
     "99O101201503170011", "990101********0011", "9" * 70, "99010120150307001X1"],
)  # fmt: skip
def test_what_is_not_a_number_with_one_slip(cell: str | None) -> None:
    assert find_damaged_citizen_id(cell) is None


@pytest.mark.parametrize(
    ("cell", "held"),
    [("99010120150317001143", "990101201503170011"), ("99010120150317001143B1", "990101201503170011"),
     ("9901012015030701143", "99010120150307011"), (BOY + "43", None), (BOY, None), ("43", None), (None, None),
     ("99010120150317001189", None)],
)  # fmt: skip
def test_the_number_in_a_certificate_number(cell: str | None, held: str | None) -> None:
    assert find_damaged_cert_no(cell) == (None if held is None else DamagedCitizenId(held))


@given(true_numbers, slips)
def test_nothing_of_a_damaged_number_is_shown(true: CitizenId, slip: tuple[str, int, str]) -> None:
    assert repr(DamagedCitizenId(with_a_slip(true.text, *slip))) == "DamagedCitizenId()"
