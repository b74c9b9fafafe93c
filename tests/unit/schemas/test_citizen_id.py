"""Citizen IDs: whatever an office writes is read rightly or refused by name, and never quoted."""

import re
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.check_digit import complete_citizen_id
from schemas.citizen_id import CitizenId, parse_citizen_id, read_in_this_century
from schemas.citizen_id_faults import CitizenIdError, CitizenIdFault
from schemas.codes import DisabilityClass, DisabilityGrade, Sex
from schemas.disability_cert_no import parse_disability_cert_no

TODAY = date(2026, 3, 5)
BOY = "990101201503070011"

first17s = st.builds(
    lambda region, on, sequence: f"99{region:04}{on:%Y%m%d}{sequence:03}",
    st.integers(0, 9999),
    st.dates(date(1900, 1, 1), TODAY),
    st.integers(0, 999),
)


def parse(text: str | float | None) -> CitizenId:
    return parse_citizen_id(text, allow_test_regions=True, today=TODAY)


def fault(text: str | float | None, *, allow_test_regions: bool = True) -> str:
    with pytest.raises(CitizenIdError) as caught:
        parse_citizen_id(text, allow_test_regions=allow_test_regions, today=TODAY)
    assert caught.value.__cause__ is None
    return str(caught.value.code)


def test_standard_example() -> None:
    # The check digit of the example in GB 11643-1999, annex A: 11010519491231002X.
    assert complete_citizen_id("11010519491231002") == "11010519491231002X"
    parsed = parse_citizen_id("11010519491231002X", today=TODAY)
    assert (parsed.birth_on, parsed.sex, parsed.region6) == (date(1949, 12, 31), Sex.FEMALE, "110105")
    assert parsed.core15 == "110105491231002"


@given(first17s)
def test_every_completed_number_parses_and_says_what_was_put_in(first17: str) -> None:
    parsed = parse(complete_citizen_id(first17))
    assert parsed.text[:17] == first17
    assert f"{parsed.birth_on:%Y%m%d}" == first17[6:14]
    assert parsed.sex == ("male" if int(first17[16]) % 2 else "female")
    assert parsed.region6 == first17[:6]
    assert not parsed.upgraded_from_15


@given(first17s, st.integers(0, 17), st.integers(1, 9))
def test_any_single_changed_digit_is_refused(first17: str, place: int, shift: int) -> None:
    text = complete_citizen_id(first17)
    old = 10 if text[place] == "X" else int(text[place])
    changed = f"{text[:place]}{(old + shift) % 10}{text[place + 1 :]}"
    if changed != text:
        assert fault(changed) in {CitizenIdFault.WRONG_CHECK_DIGIT, CitizenIdFault.DAMAGED_BY_SPREADSHEET}


@given(first17s, st.integers(0, 16))
def test_any_two_neighbours_swapped_are_refused(first17: str, place: int) -> None:
    text = complete_citizen_id(first17)
    swapped = text[:place] + text[place + 1] + text[place] + text[place + 2 :]
    if swapped != text:
        assert fault(swapped)


@given(first17s.filter(lambda first17: first17[6:8] == "19"))
def test_old_form_shares_the_core_of_the_new_one(first17: str) -> None:
    new = parse(complete_citizen_id(first17))
    old = parse(first17[:6] + first17[8:])
    assert old.upgraded_from_15
    assert old == new
    assert old.core15 == new.core15


@given(first17s.filter(lambda first17: first17[6:8] == "20"))
def test_the_old_form_of_a_childs_number_is_read_in_this_century(first17: str) -> None:
    old = parse(f"{first17[:6]}{first17[8:]}") if first17[8:14] != "000229" else None
    assert old is None or read_in_this_century(old, TODAY) == parse(complete_citizen_id(first17))
    assert read_in_this_century(parse(complete_citizen_id(first17)), TODAY) is None


def test_the_old_form_is_not_read_as_of_a_day_to_come() -> None:
    assert read_in_this_century(parse("990101600307001"), TODAY) is None
    assert read_in_this_century(parse("990101260306001"), TODAY) is None
    assert read_in_this_century(parse("990101260305001"), TODAY) is not None


@given(first17s)
def test_office_forms_are_put_right(first17: str) -> None:
    text = complete_citizen_id(first17)
    full_width = "".join(chr(ord(c) + 0xFEE0) for c in text)
    spaced = f"  {text[:6]} {text[6:14]}\u3000{text[14:]}\t"
    for form in (full_width, spaced, text.lower(), f"'{text}", f"\u200b{text}\ufeff", f"G{text}", f"g{text}"):
        assert parse(form).text == text


@given(first17s)
def test_what_a_spreadsheet_leaves_is_named(first17: str) -> None:
    text = complete_citizen_id(first17)
    kept = int(first17[:15]) * 1000
    assert fault(float(kept)) == CitizenIdFault.DAMAGED_BY_SPREADSHEET
    assert fault(kept) == CitizenIdFault.DAMAGED_BY_SPREADSHEET
    assert fault(f"{kept}.0") == CitizenIdFault.DAMAGED_BY_SPREADSHEET
    assert fault(f"{kept:.5E}") == CitizenIdFault.DAMAGED_BY_SPREADSHEET
    if complete_citizen_id(str(kept)[:17]) != str(kept):
        assert fault(str(kept)) == CitizenIdFault.DAMAGED_BY_SPREADSHEET
    if text.isdigit() and not text.endswith("000"):
        assert fault(int(text)) == CitizenIdFault.STORED_AS_NUMBER


@given(st.text(max_size=80) | st.integers() | st.floats() | st.booleans())
def test_nothing_else_than_an_id_gets_through(anything: str | float) -> None:
    try:
        parsed = parse(anything)
    except CitizenIdError:
        return
    assert complete_citizen_id(parsed.text[:17]) == parsed.text


def test_birth_dates_have_bounds() -> None:
    for on in (date(1899, 12, 31), TODAY + timedelta(days=1)):
        assert fault(complete_citizen_id(f"990101{on:%Y%m%d}001")) == CitizenIdFault.INVALID_DATE
    assert parse(complete_citizen_id(f"990101{TODAY:%Y%m%d}001")).birth_on == TODAY
    assert fault(complete_citizen_id("99010120230229001")) == CitizenIdFault.INVALID_DATE


def test_regions_are_those_ever_issued() -> None:
    assert fault(BOY, allow_test_regions=False) == CitizenIdFault.UNKNOWN_REGION
    for region in ("000000", "510199", "980101"):
        assert fault(complete_citizen_id(f"{region}20150307001")) == CitizenIdFault.UNKNOWN_REGION
    for region in ("110105", "810000", "820000", "830000", "510107"):
        number = complete_citizen_id(f"{region}20150307001")
        assert parse_citizen_id(number, today=TODAY).region6 == region


def test_disability_certificate_number() -> None:
    for suffix in ("43", "43B1"):
        number = parse_disability_cert_no(f" {BOY}{suffix}", allow_test_regions=True, today=TODAY)
        assert number.citizen_id.text == BOY
        assert number.disability_class == DisabilityClass.PHYSICAL
        assert number.grade == DisabilityGrade.THREE
        assert not re.search(r"[0-9]", repr(number))


@pytest.mark.parametrize(
    ("suffix", "code"),
    [("", "wrong_length"), ("4", "wrong_length"), ("83", "wrong_disability_suffix"), ("45", "wrong_disability_suffix"),
     ("43C1", "wrong_disability_suffix"), ("4300", "wrong_disability_suffix")],
)  # fmt: skip
def test_bad_disability_suffix(suffix: str, code: str) -> None:
    with pytest.raises(CitizenIdError) as caught:
        parse_disability_cert_no(BOY + suffix, allow_test_regions=True, today=TODAY)
    assert caught.value.code == code


@given(first17s)
def test_nothing_of_the_number_is_shown(first17: str) -> None:
    text = complete_citizen_id(first17)
    assert not re.search(r"[0-9]{3}", repr(parse(text)) + str(parse(text)))
    for bad in (text[:-1], f"{text}1", f"J{text}", text.replace("9", "O", 1), int(first17 + "0")):
        with pytest.raises(CitizenIdError) as caught:
            parse(bad)
        shown = f"{caught.value!r} {caught.value} {caught.value.wording}"
        assert not any(text[at : at + 4] in shown for at in range(15))


def test_every_code_has_both_sentences() -> None:
    for code in CitizenIdFault:
        wording = CitizenIdError(code).wording
        assert wording.zh
        assert wording.en


def test_maker_wants_17_digits() -> None:
    for bad in ("", "9" * 16, "9" * 18, "9901012015030700X", "９" * 17):
        with pytest.raises(CitizenIdError):
            complete_citizen_id(bad)
