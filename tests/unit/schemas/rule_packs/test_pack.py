"""Rule packs: which holds in a region on a day, and that overlaps, gaps and unknown regions are found at load."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from schemas.catalogue_files import CATALOGUE_VARIABLE, CatalogueError
from schemas.codes import DisabilityClass, DisabilityGrade
from schemas.rule_packs.left_behind import load_left_behind
from schemas.rule_packs.pack import RulePacks, load_packs
from schemas.rule_packs.rehabilitation_ages import RehabilitationAges, load_rehabilitation_ages
from schemas.rule_packs.student_aid import load_student_aid
from schemas.rule_packs.subsidies import load_subsidy_rules

FIRST = date(2020, 1, 1)


def pack(region: str = "00", begins: date = FIRST, ends: date | None = None, last_age: int = 6) -> RehabilitationAges:
    return RehabilitationAges.model_validate(
        {
            "region": region, "version": 1, "effective_from": begins, "effective_until": ends, "name_zh": "名",
            "name_en": "name", "basis": "proposed", "first_age": 0, "last_age": last_age,
        }
    )  # fmt: skip


def test_the_nearest_region_s_newest_pack_holds() -> None:
    later = FIRST + timedelta(days=365)
    packs = RulePacks([pack(), pack(begins=later, last_age=7), pack("2102", last_age=16), pack("21", last_age=14)])
    for region, on, last_age in (
        (None, FIRST, 6), ("990101", FIRST, 6), ("990101", later, 7), ("210203", later, 16), ("210203001", FIRST, 16),
        ("210101", later, 14), ("21", FIRST, 14), ("110101", later, 7),
    ):  # fmt: skip
        found = packs.in_force(region, on)
        assert found is not None
        assert found.last_age == last_age
    assert packs.in_force("210203", FIRST - timedelta(days=1)) is None


def test_where_a_region_s_pack_has_ended_the_one_around_it_holds() -> None:
    packs = RulePacks([pack(), pack("2102", ends=FIRST + timedelta(days=9), last_age=16)])
    assert [found.last_age for day in (9, 10) if (found := packs.in_force("210203", FIRST + timedelta(days=day)))] == [
        16,
        6,
    ]


@pytest.mark.parametrize(
    ("packs", "said"),
    [
        ([], "no pack for the whole country"),
        ([pack("21")], "no pack for the whole country"),
        ([pack(), pack()], "two packs hold"),
        ([pack(), pack("21"), pack("21")], "two packs hold"),
        ([pack(), pack("21", ends=FIRST + timedelta(days=9)), pack("21", FIRST + timedelta(days=9))], "two packs hold"),
        ([pack(ends=FIRST)], "no pack holds after"),
        ([pack(ends=FIRST), pack(begins=FIRST + timedelta(days=2))], "no pack holds after"),
    ],
)
def test_packs_that_do_not_fit_together_do_not_load(packs: list[RehabilitationAges], said: str) -> None:
    with pytest.raises(CatalogueError, match=said):
        RulePacks(packs)


@pytest.mark.parametrize("region", ["98", "9", "0", "000000", "211", "219900", "aa", "2102001", "88"])
def test_an_unknown_region_does_not_load(region: str) -> None:
    with pytest.raises(ValidationError):
        pack(region)


@pytest.mark.parametrize("region", ["00", "21", "2102", "210203", "310151", "99", "9901", "990101"])
def test_regions_of_the_table_and_those_of_tests_load(region: str) -> None:
    assert pack(region).region == region


@pytest.mark.parametrize(
    "change",
    [{"effective_until": date(2019, 12, 31)}, {"basis": "published"}, {"first_age": 7}, {"last_age": 18},
     {"surplus": 1}, {"sources": [{"instrument": "x", "verified": False}]}],
)  # fmt: skip
def test_a_pack_that_contradicts_itself_does_not_load(change: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        RehabilitationAges.model_validate({**pack().model_dump(), **change})


@given(
    days=st.lists(st.integers(0, 5_000), min_size=1, max_size=6, unique=True),
    on=st.integers(-10, 6_000),
    region=st.sampled_from([None, "990101", "210203"]),
)
def test_every_day_from_the_first_has_exactly_the_pack_that_began_last(
    days: list[int], on: int, region: str | None
) -> None:
    packs = RulePacks([pack(begins=FIRST + timedelta(days=day), last_age=n) for n, day in enumerate(days)])
    found = packs.in_force(region, FIRST + timedelta(days=on))
    begun = [day for day in days if day <= on]
    assert (None if found is None else (found.effective_from - FIRST).days) == max(begun, default=None)


LOADS: list[Callable[[], RulePacks[Any]]] = [
    load_subsidy_rules, load_rehabilitation_ages, load_left_behind, load_student_aid,
]  # fmt: skip


@pytest.mark.parametrize("load", LOADS)
def test_the_package_s_own_packs_load_and_hold_today(load: Callable[[], RulePacks[Any]]) -> None:
    assert load().in_force("510107", date(2026, 3, 1)) is not None
    assert all(found.sources or found.basis == "proposed" for found in load())


def test_what_the_law_and_the_documents_say() -> None:
    care = load_subsidy_rules().in_force("510107", date(2026, 3, 1))
    assert care is not None
    assert (care.grades, care.any_grade_of) == (
        frozenset({DisabilityGrade.ONE, DisabilityGrade.TWO}),
        frozenset({DisabilityClass.INTELLECTUAL, DisabilityClass.MENTAL}),
    )
    for region, ages in (("510107", range(7)), ("210203", range(17))):
        found = load_rehabilitation_ages().in_force(region, date(2026, 3, 1))
        assert found is not None
        assert [age for age in range(30) if found.includes(age)] == list(ages)
        assert not found.includes(None)


LOCAL = """
region: "990101"
version: 1
effective_from: 2026-01-01
name_zh: 童安县康复救助年龄
name_en: Ages of rehabilitation aid in Tong'an County
basis: published
sources: [{instrument: 童安县文件, verified: false}]
first_age: 0
last_age: 14
"""


def test_a_county_adds_its_own_rule_as_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "rule_packs" / "rehabilitation_ages"
    folder.mkdir(parents=True)
    (folder / "990101-2026-01-01.yaml").write_text(LOCAL, "utf-8")
    monkeypatch.setenv(CATALOGUE_VARIABLE, str(tmp_path))
    packs = load_packs("rehabilitation_ages", RehabilitationAges)
    for region, on, last_age in (
        ("990101", date(2026, 1, 1), 14),
        ("990101", date(2025, 12, 31), 6),
        ("990102", date(2026, 1, 1), 6),
    ):
        found = packs.in_force(region, on)
        assert found is not None
        assert found.last_age == last_age
    (folder / "990101-2026-02-01.yaml").write_text(LOCAL, "utf-8")
    with pytest.raises(CatalogueError, match="not its region and first day"):
        load_packs("rehabilitation_ages", RehabilitationAges)
