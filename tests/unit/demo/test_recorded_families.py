"""What the agencies record about guardians and regions differs from agency to agency as often as was asked for."""

import pytest

from demo.province.agencies import Agency
from demo.province.record import Record
from schemas.citizen_id import CitizenIdError, clean_number_text, parse_citizen_id
from tests.unit.demo.conftest import TODAY, USUAL, Seen, assert_rate, count

HUKOU_FIELDS = {
    Agency.CIVIL_AFFAIRS: "hukou_region",
    Agency.EDUCATION: "hukou_region",
    Agency.PUBLIC_SECURITY: "hukou_region",
    Agency.DISABLED_FEDERATION: "region",
}


def number_length(record: Record) -> int:
    return 0 if record["guardian_id"] is None else len(clean_number_text(str(record["guardian_id"])))


def has_sound_number(record: Record) -> bool:
    if number_length(record) != 18:
        return number_length(record) == 15
    try:
        parse_citizen_id(str(record["guardian_id"]), allow_test_regions=True, today=TODAY)
    except CitizenIdError:
        return False
    return True


def with_parents(population: list[Seen]) -> list[Seen]:
    return [seen for seen in population if seen.adults]


@pytest.mark.parametrize("agency", list(Agency))
@pytest.mark.parametrize(
    ("is_held", "share"),
    [
        (has_sound_number, 0.65),
        (lambda record: record["guardian_phone"] is not None, 0.69),
        (lambda record: record["guardian_name"] is not None, 0.95),
    ],
    ids=["number", "phone", "name"],
)
def test_as_many_records_have_guardian_data(population: list[Seen], agency: Agency, is_held, share: float) -> None:
    assert_rate(*count(population, (agency,), lambda s, a, r: is_held(r)), share, slack=0.02)


def test_nobody_knows_the_guardian_of_an_abandoned_child(population: list[Seen]) -> None:
    fields = ("guardian_name", "guardian_id", "guardian_phone")
    abandoned = [seen for seen in population if not seen.adults]
    known, total = count(abandoned, tuple(Agency), lambda s, a, r: any(r[field] is not None for field in fields))
    assert (known, total > 50) == (0, True)


def test_each_agency_takes_its_own_guardian(population: list[Seen]) -> None:
    for seen in with_parents(population):
        father, mother, grandmother = (adult.citizen_id[:14] for adult in seen.adults)
        parents = (grandmother,) if seen.household.is_left_behind else (father, mother)
        expected = {
            Agency.CIVIL_AFFAIRS: parents,
            Agency.EDUCATION: (mother,),
            Agency.PUBLIC_SECURITY: (father,),
            Agency.DISABLED_FEDERATION: (father, mother),
        }
        for agency, record in seen.records.items():
            if number_length(record) == 18 and has_sound_number(record):
                assert clean_number_text(str(record["guardian_id"]))[:14] in expected[agency]


def test_the_number_in_the_childs_field_is_that_of_the_offices_own_guardian(population: list[Seen]) -> None:
    for seen in with_parents(population):
        record = seen.records.get(Agency.EDUCATION)
        if record is not None and record["citizen_id"]:
            number = clean_number_text(str(record["citizen_id"]))
            others = {adult.citizen_id for adult in seen.adults if adult is not seen.household.mother}
            assert number not in others


def test_old_numbers_of_guardians(population: list[Seen]) -> None:
    for agencies, scale in ((USUAL, 1.0), ((Agency.PUBLIC_SECURITY,), 1 / 3)):
        numbered = [s for s in population if any(a in s.records and number_length(s.records[a]) for a in agencies)]
        old, _ = count(numbered, agencies, lambda s, a, r: number_length(r) == 15)
        total, _ = count(numbered, agencies, lambda s, a, r: number_length(r) > 0)
        assert_rate(old, total, 0.018 * scale)


def test_names_of_guardians_are_misspelt_too(population: list[Seen]) -> None:
    def is_misspelt(seen: Seen, record: Record) -> bool:
        return record["guardian_name"] not in {None, *(adult.name.text for adult in seen.adults)}

    known = [s for s in with_parents(population) if s.household.mother.name.is_han]
    for agencies, scale in (((Agency.EDUCATION,), 1.0), ((Agency.PUBLIC_SECURITY,), 1 / 3)):
        named, _ = count(known, agencies, lambda s, a, r: r["guardian_name"] is not None)
        wrong, _ = count(known, agencies, lambda s, a, r: is_misspelt(s, r))
        assert_rate(wrong, named, (0.030 + 0.016 + 0.010 + 0.020) * scale, slack=0.2)


@pytest.mark.parametrize("agency", [Agency.EDUCATION, Agency.PUBLIC_SECURITY])
def test_phones_differ(population: list[Seen], agency: Agency) -> None:
    def true_phone(seen: Seen) -> str:
        adult = seen.household.mother if agency is Agency.EDUCATION else seen.household.father
        return adult.phone

    known = with_parents(population)
    recorded, _ = count(known, (agency,), lambda s, a, r: r["guardian_phone"] is not None)
    differing, _ = count(known, (agency,), lambda s, a, r: r["guardian_phone"] not in {None, true_phone(s)})
    assert_rate(differing, recorded, 0.30, slack=0)


@pytest.mark.parametrize("agency", list(Agency))
def test_regions_differ_for_those_who_moved_and_for_nobody_else(population: list[Seen], agency: Agency) -> None:
    field = HUKOU_FIELDS[agency]
    moved = [s for s in population if s.household.home.has_moved]
    old, total = count(moved, (agency,), lambda s, a, r: s.household.home.former_hukou.startswith(str(r[field])))
    assert_rate(old, total, 0.5, slack=0.06)
    stayed = [s for s in population if not s.household.home.has_moved]
    wrong, _ = count(stayed, (agency,), lambda s, a, r: not s.household.home.hukou.startswith(str(r[field])))
    assert wrong == 0
