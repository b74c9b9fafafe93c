"""The drawn population has the shape that was asked for."""

from collections import Counter, defaultdict
from itertools import pairwise

import pytest

from demo.province.agencies import Agency
from schemas.check_digit import complete_citizen_id
from schemas.citizen_id import parse_citizen_id
from schemas.codes import SEX
from schemas.identity import age_in_years
from tests.unit.demo.conftest import TODAY, Seen


def share(population: list[Seen], is_so) -> float:
    return sum(map(bool, map(is_so, population))) / len(population)


def test_every_child_has_its_own_number_and_is_under_eighteen(population: list[Seen]) -> None:
    assert [seen.child.number for seen in population] == list(range(1, 20_001))
    assert {age_in_years(seen.child.born_on, TODAY) for seen in population} == set(range(18))


@pytest.mark.parametrize(
    ("agency", "expected"),
    [
        (Agency.CIVIL_AFFAIRS, 0.42),
        (Agency.EDUCATION, 0.58),
        (Agency.PUBLIC_SECURITY, 0.60),
        (Agency.DISABLED_FEDERATION, 0.24),
    ],
)
def test_agencies_hold_their_share(population: list[Seen], agency: Agency, expected: float) -> None:
    assert share(population, lambda s: agency in s.records) == pytest.approx(expected, abs=0.015)


@pytest.mark.parametrize(
    ("is_so", "expected", "tolerance"),
    [
        (lambda s: s.household.home.residence[:6] != s.household.home.hukou[:6], 0.15, 0.012),
        (lambda s: s.household.is_left_behind, 0.25, 0.015),
        (lambda s: s.child.citizen_id is None, 0.03, 0.005),
        (lambda s: s.household.father is None, 0.006, 0.003),
        (lambda s: s.child.former_name is not None, 0.015, 0.004),
        (lambda s: s.household.home.has_moved, 0.12, 0.012),
        (lambda s: s.household.counts_in_lunar_dates, 0.06, 0.008),
        (lambda s: s.child.sex == "男", 0.545, 0.012),
        (lambda s: s.household.home.hukou.startswith("990101"), 0.15, 0.012),
    ],
)
def test_shares_of_families(population: list[Seen], is_so, expected: float, tolerance: float) -> None:
    assert share(population, is_so) == pytest.approx(expected, abs=tolerance)


def test_sizes_of_households(population: list[Seen]) -> None:
    households = {seen.household.number: len(seen.household.children) for seen in population}
    counts = Counter(households.values())
    for size, expected in {1: 0.50, 2: 0.37, 3: 0.10, 4: 0.03}.items():
        assert counts[size] / len(households) == pytest.approx(expected, abs=0.015)


def test_twins_share_a_birth_date_and_siblings_are_born_apart(population: list[Seen]) -> None:
    births = defaultdict(list)
    for seen in population:
        births[seen.household.number].append(seen.child.born_on)
    twins = 0
    for dates in births.values():
        gaps = [(later - earlier).days for earlier, later in pairwise(sorted(dates))]
        twins += 2 * gaps.count(0)
        assert all(gap == 0 or gap > 200 for gap in gaps)
    assert twins / len(population) == pytest.approx(0.025, abs=0.007)


def test_ages_of_children_in_difficulty(population: list[Seen]) -> None:
    ages = [age_in_years(s.child.born_on, TODAY) for s in population if s.child.in_difficulty]
    assert sum(age <= 5 for age in ages) / len(ages) == pytest.approx(0.217, abs=0.02)
    assert sum(6 <= age <= 13 for age in ages) / len(ages) == pytest.approx(0.674, abs=0.02)


def test_identity_numbers_are_valid_unique_and_agree_with_the_person(population: list[Seen]) -> None:
    seen_numbers = set()
    for seen in population:
        adults = (seen.household.father, seen.household.mother, seen.household.grandmother)
        numbers = {adult.citizen_id for adult in adults if adult is not None and seen.child.number % 10 == 0}
        if seen.child.citizen_id is not None:
            numbers.add(seen.child.citizen_id)
            parsed = parse_citizen_id(seen.child.citizen_id, allow_test_regions=True, today=TODAY)
            assert parsed.birth_on == seen.child.born_on
            assert parsed.sex == SEX.parse(seen.child.sex)
        assert all(number.startswith("99") and complete_citizen_id(number[:17]) == number for number in numbers)
        assert not numbers & seen_numbers
        seen_numbers |= {seen.child.citizen_id} - {None}


def test_namesakes_live_in_the_same_county(population: list[Seen]) -> None:
    names = Counter((s.household.home.former_hukou[:6], s.child.name.text) for s in population if s.child.name.is_han)
    shared = sum(count - 1 for count in names.values()) / len(population)
    assert shared >= 0.008


def test_names_have_the_right_syllables_and_dots(population: list[Seen]) -> None:
    assert share(population, lambda s: s.child.name.separator) == pytest.approx(0.055, abs=0.012)
    assert share(population, lambda s: len(s.child.name.text) == 2) == pytest.approx(0.05, abs=0.025)
    siblings = defaultdict(set)
    for seen in population:
        if seen.child.name.is_han and len(seen.household.children) > 2:
            siblings[seen.household.number].add(seen.child.name.last[0])
    same_generation = sum(len(first) == 1 for first in siblings.values()) / len(siblings)
    assert same_generation == pytest.approx(0.35, abs=0.06)


def test_most_han_children_have_the_fathers_surname(population: list[Seen]) -> None:
    han = [s for s in population if s.child.name.is_han and s.household.father is not None]
    same = sum(s.child.name.first == s.household.father.name.first for s in han) / len(han)
    assert same == pytest.approx(0.93, abs=0.015)
