"""The rule on parental status: the published numbers of combinations, and every gap in the data against an oracle."""

from collections.abc import Iterator
from datetime import date
from functools import cache
from itertools import chain, combinations, combinations_with_replacement, product

import pytest
from pydantic import ValidationError

from schemas.agency_kinds import AgencyKind
from schemas.attribute_catalogue import ReleasableAttribute, load_attributes
from schemas.catalogue_files import CatalogueError
from schemas.parental_status import (
    Coverage,
    ParentalClass,
    ParentStatus,
    StatusAnswer,
    answer_of,
    answers_by_status,
    class_of,
    possible_answers,
)
from schemas.purpose_catalogue import load_purposes
from schemas.rule_packs.parental_rules import (
    Offices,
    ParentalRules,
    TooFewOfficesError,
    load_parental_rules,
    rules_on,
)

COUNTY = "990101"
NONE, CIRCUMSTANCE, DEAD = ParentStatus
RULES = list(load_parental_rules().values())


def statuses_by_code(rules: ParentalRules) -> dict[str | None, ParentStatus]:
    circumstances = {ground.code: CIRCUMSTANCE for ground in rules.circumstances}
    return {None: NONE, **circumstances, **{ground.code: DEAD for ground in rules.dead_or_missing}}


def subsets(kinds: frozenset[AgencyKind]) -> Iterator[frozenset[AgencyKind]]:
    ordered = sorted(kinds)
    sizes = range(len(ordered) + 1)
    return map(frozenset, chain.from_iterable(combinations(ordered, size) for size in sizes))


@cache
def coverage_by(rules: ParentalRules, covering: frozenset[AgencyKind]) -> Coverage:
    """Return the coverage of a county that only these offices cover; the others cover another one."""
    regions = {kind: [COUNTY if kind in covering else "990202"] for kind in rules.offices()}
    return Offices(rules, regions).coverage(COUNTY)


@pytest.mark.parametrize(("version", "combinations_of_grounds"), [("2019", 33), ("2020", 52)])
def test_as_many_combinations_of_grounds_are_de_facto_unattended_as_published(version, combinations_of_grounds):
    statuses = statuses_by_code(load_parental_rules()[version])
    pairs = combinations_with_replacement(statuses, 2)
    found = [pair for pair in pairs if class_of(*map(statuses.__getitem__, pair)) is ParentalClass.DE_FACTO_UNATTENDED]
    assert len(found) == combinations_of_grounds


@pytest.mark.parametrize("version", ["2019", "2020"])
def test_orphans_are_those_with_both_parents_dead_or_missing(version):
    statuses = statuses_by_code(load_parental_rules()[version])
    orphans = {pair for pair in product(statuses, repeat=2) if class_of(*map(statuses.get, pair)) == "orphan"}
    assert orphans == set(product(["D1", "D2"], repeat=2))


def test_one_parent_who_can_care_is_enough():
    for one in ParentStatus:
        assert class_of(one, NONE) is class_of(NONE, one) is ParentalClass.NOT


@cache
def statuses_that_could_be(rules: ParentalRules, stated: ParentStatus, covering: frozenset[AgencyKind]):
    """Return what a parent's status could be once the needed offices that are missing had spoken; by enumeration."""
    grounds = [(ground, DEAD) for ground in rules.dead_or_missing]
    grounds += [(ground, CIRCUMSTANCE) for ground in rules.circumstances]
    words = [{NONE, *(status for ground, status in grounds if kind in ground.needs)}
             for kind in rules.offices() - covering]  # fmt: skip
    return {max(stated, *said, NONE) for said in product(*words)}


@pytest.mark.parametrize("rules", RULES, ids=lambda rules: rules.id)
def test_insufficient_is_said_exactly_when_a_missing_office_could_change_the_class(rules):
    settled = 0
    for of_father, of_mother in product(subsets(rules.offices()), repeat=2):
        coverages = (coverage_by(rules, of_father), coverage_by(rules, of_mother))
        if not all(one.is_enough and one.tells_dead for one in coverages):
            continue
        for father, mother in product(ParentStatus, repeat=2):
            could_be = product(
                statuses_that_could_be(rules, father, of_father), statuses_that_could_be(rules, mother, of_mother)
            )
            classes = {class_of(*pair) for pair in could_be}
            answer = answer_of(father, mother, coverages)
            if len(classes) == 1:
                settled += 1
                assert answer == StatusAnswer(*classes)
            else:
                assert answer.parental_class is ParentalClass.INSUFFICIENT
                assert answer.lacking == rules.needed() - (of_father & of_mother)
    assert settled > 100


@pytest.mark.parametrize("rules", RULES, ids=lambda rules: rules.id)
def test_with_fewer_than_three_offices_on_a_parent_the_answer_does_not_depend_on_what_they_state(rules):
    everybody = coverage_by(rules, rules.offices())
    for covering in subsets(rules.offices()):
        if len(covering) < 3:
            answers = set(answers_by_status(everybody, coverage_by(rules, covering)))
            assert [answer.parental_class for answer in answers] == [ParentalClass.INSUFFICIENT]


@pytest.mark.parametrize("rules", RULES, ids=lambda rules: rules.id)
def test_an_orphan_is_never_said_on_the_word_of_a_single_office(rules):
    for covering in subsets(rules.offices()):
        coverage = coverage_by(rules, covering)
        who_can_say_dead = covering & {AgencyKind.PUBLIC_SECURITY, AgencyKind.HEALTH, AgencyKind.COURT}
        if len(who_can_say_dead) < 2:
            everybody = coverage_by(rules, rules.offices())
            answers = answers_by_status(coverage, everybody) + answers_by_status(everybody, coverage)
            assert ParentalClass.ORPHAN not in {answer.parental_class for answer in answers}


def test_all_offices_have_data_then_the_class_is_said():
    coverage = coverage_by(RULES[0], RULES[0].offices())
    for place, answer in enumerate(answers_by_status(coverage, coverage)):
        father, mother = ParentStatus(place % 3), ParentStatus(place // 3)
        assert answer == StatusAnswer(class_of(father, mother))


def test_a_parent_whom_nobody_could_name_makes_the_answer_insufficient_for_want_of_the_resolver():
    rules = RULES[-1]
    offices = Offices(rules, {kind: [COUNTY] for kind in rules.offices()})
    answers = set(answers_by_status(offices.coverage(COUNTY), offices.coverage(None)))
    assert answers == {StatusAnswer(ParentalClass.INSUFFICIENT, frozenset({AgencyKind.PUBLIC_SECURITY}))}


def test_fewer_than_three_offices_are_refused():
    rules = RULES[-1]
    two = {AgencyKind.PUBLIC_SECURITY: [COUNTY], AgencyKind.COURT: [COUNTY]}
    for regions in ({}, two, {**two, AgencyKind.HEALTH: []}, {**two, AgencyKind.EDUCATION: [COUNTY]}):
        with pytest.raises(TooFewOfficesError):
            Offices(rules, regions)
    assert Offices(rules, {**two, AgencyKind.HEALTH: [COUNTY]})


def test_regions_that_an_office_covers_are_subtrees():
    rules = RULES[-1]
    offices = Offices(rules, {kind: ["9901"] for kind in rules.offices()})
    assert offices.coverage("990102").lacking == frozenset()
    assert offices.coverage("990202").lacking == rules.needed()


def test_every_answer_is_among_the_possible_ones_and_has_a_form_of_its_own():
    rules = RULES[-1]
    possible = possible_answers(rules.needed())
    assert len({answer.to_bytes() for answer in possible}) == len(possible) == 3 + 2 ** len(rules.needed())
    coverages = [coverage_by(rules, covering) for covering in subsets(rules.offices())]
    for father, mother in product(coverages, repeat=2):
        assert set(answers_by_status(father, mother)) <= set(possible)


def test_only_an_insufficient_answer_says_which_data_is_lacking():
    rules = RULES[-1]
    for covering in subsets(rules.offices()):
        coverage = coverage_by(rules, covering)
        for answer in answers_by_status(coverage, coverage):
            assert bool(answer.lacking) == (answer.parental_class is ParentalClass.INSUFFICIENT)


def test_classes_and_kinds_are_those_of_the_catalogues():
    attribute = load_attributes()["parental_status_class"]
    assert isinstance(attribute, ReleasableAttribute)
    assert [code.code for code in attribute.codes] == [one.value for one in ParentalClass]
    for rules in RULES:
        assert rules.offices() == set(load_purposes()["P03"].provider_agencies)
        assert rules.least_offices == load_purposes()["P03"].min_live_providers


def test_the_newest_version_in_force_is_taken():
    assert rules_on(date(2020, 1, 1), COUNTY).id == "2019"
    assert rules_on(date(2020, 12, 31), COUNTY).id == "2019"
    assert rules_on(date(2021, 1, 1), COUNTY).id == "2020"
    with pytest.raises(CatalogueError):
        rules_on(date(2019, 12, 31), COUNTY)


def test_the_rule_of_2020_adds_two_circumstances():
    codes = [[ground.code for ground in rules.circumstances] for rules in RULES]
    assert codes == [[f"C{number}" for number in range(1, 7)], [f"C{number}" for number in range(1, 9)]]


@pytest.mark.parametrize(
    "change",
    [
        {"least_offices": 2},
        {"resolver": "women's federation"},
        {"resolver": "education"},
        {"circumstances": []},
        {"dead_or_missing": [{"code": "C1", "name_zh": "死亡", "name_en": "dead", "needs": ["court"]}]},
        {"dead_or_missing": [{"code": "D1", "name_zh": "死亡", "name_en": "dead", "needs": ["education"]}]},
        {"notes": "unknown"},
    ],
)
def test_unsound_rules_are_refused(change):
    entry = RULES[0].model_dump()
    assert ParentalRules.model_validate(entry) == RULES[0]
    with pytest.raises(ValidationError):
        ParentalRules.model_validate({**entry, **change})
