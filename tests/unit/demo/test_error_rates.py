"""Each agency's records on children are wrong as often as was asked for, within statistical bounds."""

from collections.abc import Callable
from datetime import date
from random import Random

import pytest

from demo.province.agencies import Agency
from demo.province.data_files import read_words
from demo.province.lunar import as_lunar_date
from demo.province.name_errors import mothers_surname, traditional
from demo.province.people import Name
from demo.province.record import Record
from schemas.check_digit import complete_citizen_id
from schemas.dates import parse_ledger_date
from schemas.person_name import normalise_name, pinyin_syllables
from tests.unit.demo.conftest import USUAL, Seen, assert_rate, count

ID_FIELDS = {
    Agency.CIVIL_AFFAIRS: "citizen_id",
    Agency.EDUCATION: "citizen_id",
    Agency.PUBLIC_SECURITY: "citizen_id",
    Agency.DISABLED_FEDERATION: "cert_no",
}
LOOK_ALIKES = set(read_words("look_alikes.txt"))
FULL_WIDTH = set("０１２３４５６７８９Ｘｘ")

IsWrong = Callable[[Seen, Record], bool]


def recorded_id(agency: Agency, record: Record) -> str:
    text = str(record[ID_FIELDS[agency]] or "").replace(" ", "").upper()
    text = text.translate(str.maketrans("０１２３４５６７８９Ｘ", "0123456789X"))
    return text[:-2] if agency is Agency.DISABLED_FEDERATION else text


@pytest.mark.parametrize(
    ("agency", "expected"),
    [
        (Agency.CIVIL_AFFAIRS, 0.17),
        (Agency.EDUCATION, 0.13),
        (Agency.PUBLIC_SECURITY, 0.01),
        (Agency.DISABLED_FEDERATION, 0.03),
    ],
)
def test_missing_id_of_registered_children(population: list[Seen], agency: Agency, expected: float) -> None:
    registered = [s for s in population if s.child.citizen_id is not None]
    assert_rate(*count(registered, (agency,), lambda s, a, r: r[ID_FIELDS[a]] is None), expected, slack=0)


def test_no_agency_has_the_number_of_an_unregistered_child(population: list[Seen]) -> None:
    unregistered = [s for s in population if s.child.citizen_id is None]
    wrong, total = count(unregistered, tuple(Agency), lambda s, a, r: bool(r[ID_FIELDS[a]]))
    assert (wrong, total > 500) == (0, True)
    assert not any(Agency.PUBLIC_SECURITY in s.records for s in unregistered)


def _one_digit_differs(true: str, held: str) -> bool:
    return len(held) == 18 and sum(a != b for a, b in zip(true, held, strict=True)) == 1


def _swapped(true: str, held: str) -> bool:
    differing = [at for at in range(18) if len(held) == 18 and true[at] != held[at]]
    return len(differing) == 2 and differing[1] == differing[0] + 1


ID_ERRORS: list[tuple[str, Callable[[Seen, str], bool], float]] = [
    ("wrong digit", lambda s, held: _one_digit_differs(s.child.citizen_id, held), 0.012),
    ("transposed", lambda s, held: _swapped(s.child.citizen_id, held), 0.008),
    ("dropped", lambda s, held: len(held) == 17, 0.004),
    ("15 digits", lambda s, held: len(held) == 15, 0.003),
    (
        "guardian's",
        lambda s, held: held in {adult.citizen_id for adult in s.adults},
        0.007,
    ),
]


@pytest.mark.parametrize(("error", "is_wrong", "share"), ID_ERRORS, ids=[error for error, _, _ in ID_ERRORS])
def test_damaged_numbers(population: list[Seen], error: str, is_wrong, share: float) -> None:
    registered = [s for s in population if s.child.citizen_id is not None]
    for agencies, scale, missing in ((USUAL, 1.0, 0.125), ((Agency.PUBLIC_SECURITY,), 1 / 3, 0.01)):
        wrong, total = count(registered, agencies, lambda s, a, r: is_wrong(s, recorded_id(a, r)))
        assert_rate(wrong, total, share * scale * (1 - missing))


def test_damaged_numbers_fail_the_check_digit_but_keep_a_region_never_issued(population: list[Seen]) -> None:
    for seen in population:
        for agency, record in seen.records.items():
            number = recorded_id(agency, record)
            assert number == "" or number.startswith("99")
            if seen.child.citizen_id and _one_digit_differs(seen.child.citizen_id, number):
                assert complete_citizen_id(number[:17]) != number


TYPING_SLIPS: list[tuple[str, Callable[[str], bool], float]] = [
    ("lower-case x", lambda held: "x" in held or "ｘ" in held, 0.30 / 11),
    ("full width", lambda held: bool(FULL_WIDTH & set(held)), 0.006),
    ("blanks", lambda held: " " in held, 0.02),
]


@pytest.mark.parametrize(("slip", "has_slip", "share"), TYPING_SLIPS, ids=[slip for slip, _, _ in TYPING_SLIPS])
def test_carelessly_typed_numbers(population: list[Seen], slip: str, has_slip, share: float) -> None:
    for agencies, scale in ((USUAL, 1.0), ((Agency.PUBLIC_SECURITY,), 1 / 3)):
        numbered = [s for s in population if any(a in s.records and s.records[a][ID_FIELDS[a]] for a in agencies)]
        wrong, total = count(numbered, agencies, lambda s, a, r: has_slip(str(r[ID_FIELDS[a]] or "")))
        missing, _ = count(numbered, agencies, lambda s, a, r: r[ID_FIELDS[a]] is None)
        assert_rate(wrong, total - missing, share * scale)


def test_a_spreadsheet_destroys_some_numbers(population: list[Seen]) -> None:
    wrong, total = count(population, (Agency.CIVIL_AFFAIRS,), lambda s, a, r: isinstance(r["citizen_id"], int))
    assert_rate(wrong, total, 0.004 * 0.8 * 10 / 11, slack=0.2)


def _sounds_the_same(name: Name, held: str) -> bool:
    same_length = len(held) == len(name.text) and held != traditional(name, Random())
    return same_length and pinyin_syllables(normalise_name(held)) == pinyin_syllables(normalise_name(name.text))


def _is_nickname(name: Name, held: str) -> bool:
    last = name.last[-1]
    return name.is_han and held in {f"{name.first}{last}{last}", f"小{last}", f"{name.first}小{last}"}


def _is_dropped_or_swapped(name: Name, held: str) -> bool:
    given = held.removeprefix(name.first)
    is_dropped = held.startswith(name.first) and len(given) < len(name.last) and set(given) < set(name.last)
    return is_dropped or sorted(given) == sorted(name.last)


def _looks_nearly_the_same(name: Name, held: str) -> bool:
    changed = [a + b for a, b in zip(name.text, held, strict=False) if a != b]
    return len(held) == len(name.text) and len(changed) == 1 and changed[0] in LOOK_ALIKES


NAME_ERRORS: list[tuple[str, Callable[[Name, str], bool], float]] = [
    ("homophone", _sounds_the_same, 0.030),
    ("look-alike", _looks_nearly_the_same, 0.016),
    ("nickname", _is_nickname, 0.012),
    ("mother's surname", lambda name, held: held == mothers_surname(name, Random()), 0.012),
    ("dropped or swapped", _is_dropped_or_swapped, 0.010),
    ("traditional", lambda name, held: held == traditional(name, Random()), 0.020),
    ("any", lambda name, held: True, 0.100),
]


@pytest.mark.parametrize(("error", "is_so", "share"), NAME_ERRORS, ids=[error for error, _, _ in NAME_ERRORS])
def test_misspelt_names(population: list[Seen], error: str, is_so, share: float) -> None:
    plain = [s for s in population if not s.child.name.separator and s.child.former_name is None]
    for agencies, scale in ((USUAL, 1.0), ((Agency.PUBLIC_SECURITY,), 1 / 3)):
        wrong, total = count(
            plain,
            agencies,
            lambda s, a, r: r["name"] != s.child.name.text and is_so(s.child.name, str(r["name"])),
        )
        assert_rate(wrong, total, share * scale, slack=0.05 if error == "any" else 0.15)


def test_varied_middle_dots(population: list[Seen]) -> None:
    dotted = [s for s in population if s.child.name.separator]
    wrong, total = count(dotted, USUAL, lambda s, a, r: "·" not in str(r["name"]))
    assert_rate(wrong, total, 0.35, slack=0)


def test_renamed_children_are_held_under_both_names(population: list[Seen]) -> None:
    renamed = [s for s in population if s.child.former_name is not None]
    wrong, total = count(renamed, USUAL, lambda s, a, r: r["name"] == s.child.former_name.text)
    assert_rate(wrong, total, 0.5 * 0.9, slack=0.1)


def held_date(record: Record) -> date:
    return parse_ledger_date(str(record["birth_date"])).on


def _is_swapped(true: date, held: date) -> bool:
    return (held.year, held.month, held.day) == (true.year, true.day, true.month) and true.month != true.day


def _one_digit_of_date_differs(true: date, held: date) -> bool:
    differing = sum(a != b for a, b in zip(f"{true:%Y%m%d}", f"{held:%Y%m%d}", strict=True))
    is_other_error = abs(held.year - true.year) == 1 or (held.month, held.day) == (1, 1)
    return differing == 1 and not is_other_error


DATE_ERRORS: list[tuple[str, Callable[[date, date], bool], float]] = [
    ("1 January", lambda true, held: (held.year, held.month, held.day) == (true.year, 1, 1) != true, 0.025),
    ("swapped", _is_swapped, 0.010),
    ("one digit", _one_digit_of_date_differs, 0.015),
    ("year", lambda true, held: abs(held.year - true.year) == 1 and held.month == true.month, 0.010),
]


@pytest.mark.parametrize(("error", "is_wrong", "share"), DATE_ERRORS, ids=[error for error, _, _ in DATE_ERRORS])
def test_wrong_birth_dates(population: list[Seen], error: str, is_wrong, share: float) -> None:
    solar = [s for s in population if not s.household.counts_in_lunar_dates]
    for agencies, scale in ((USUAL, 1.0), ((Agency.PUBLIC_SECURITY,), 1 / 3)):
        wrong, total = count(solar, agencies, lambda s, a, r: is_wrong(s.child.born_on, held_date(r)))
        assert_rate(wrong, total, share * scale, slack=0.2)


def test_all_birth_date_errors_together(population: list[Seen]) -> None:
    solar = [s for s in population if not s.household.counts_in_lunar_dates]
    wrong, total = count(solar, USUAL, lambda s, a, r: held_date(r) != s.child.born_on)
    assert_rate(wrong, total, 0.060, slack=0.1)


def test_lunar_families(population: list[Seen]) -> None:
    lunar = [s for s in population if s.household.counts_in_lunar_dates]
    wrong, total = count(lunar, USUAL, lambda s, a, r: held_date(r) == as_lunar_date(s.child.born_on))
    assert_rate(wrong, total, 0.5, slack=0.05)
