"""Draws households one after the other: the truth, of which every agency sees a part."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from demo.province.adults import draw_parents
from demo.province.births import MEAN_CHILDREN, Birth, draw_births
from demo.province.identity_numbers import NumberOffice
from demo.province.names import FamilyNames, HanFamilyNames, RecentNames, draw_family_names
from demo.province.people import Child, Disability, Home, Household, Name, Sex
from demo.province.regions import draw_township
from schemas.regions import county_of

MIGRANT: Final = 0.15
LEFT_BEHIND: Final = 0.25
MOVED: Final = 0.12
LUNAR_FAMILIES: Final = 0.06
ABANDONED: Final = 0.006
UNREGISTERED: Final = 0.03
NAMESAKES: Final = 0.01
RENAMED: Final = 0.015
DISABLED: Final = 0.24
"""Share of children with a disability certificate: those whom the federation holds."""

DIED: Final = 0.008
BOYS: Final = 0.545

_NAMESAKE_HOUSEHOLD = NAMESAKES * MEAN_CHILDREN
_CLASSES = {1: 0.09, 2: 0.12, 3: 0.06, 4: 0.30, 5: 0.27, 6: 0.10, 7: 0.06}
_GRADES = {1: 0.20, 2: 0.28, 3: 0.28, 4: 0.24}


@dataclass(slots=True)
class Registry:
    """What outlives one household: numbers handed out, recent names, and how far the counting is."""

    today: date
    numbers: NumberOffice = field(default_factory=NumberOffice)
    names: RecentNames = field(default_factory=RecentNames)
    households: int = 0
    children: int = 0


def draw_households(seed: int, children: int, today: date) -> Iterator[tuple[Household, random.Random]]:
    """Yield households with `children` children in all, each with the random source of its own seed."""
    registry = Registry(today)
    while registry.children < children:
        registry.households += 1
        rng = random.Random(f"{seed}/{registry.households}")  # noqa: S311 - the same seed must give the same data
        yield _draw_household(registry, rng, at_most=children - registry.children), rng


def _draw_household(registry: Registry, rng: random.Random, *, at_most: int) -> Household:
    home, is_left_behind = _draw_home(rng)
    county = county_of(home.former_hukou)
    births = draw_births(registry.today, rng, at_most=at_most)
    namesake = registry.names.find(county, rng) if rng.random() < _NAMESAKE_HOUSEHOLD else None
    names = HanFamilyNames(rng, namesake[0].first) if namesake else draw_family_names(rng)
    oldest_on = min(birth.born_on for birth in births)
    parents = draw_parents(names, oldest_on, county, registry.households, registry.numbers, rng)
    named = [_draw_name(names, parents.father.name, rng) for _ in births]
    if namesake:
        named[0] = namesake
    children = tuple(
        _draw_child(birth, name, sex, names, county, registry, rng)
        for birth, (name, sex) in zip(births, named, strict=True)
    )
    is_known = rng.random() >= ABANDONED
    return Household(
        number=registry.households,
        home=home,
        is_left_behind=is_left_behind,
        counts_in_lunar_dates=rng.random() < LUNAR_FAMILIES,
        father=parents.father if is_known else None,
        mother=parents.mother if is_known else None,
        grandmother=parents.grandmother if is_known else None,
        children=children,
    )


def _draw_home(rng: random.Random) -> tuple[Home, bool]:
    """Return where a family lives and whether the parents are away; migrants live outside their county."""
    hukou = draw_township(rng)
    former = draw_township(rng, outside=county_of(hukou)) if rng.random() < MOVED else hukou
    kind = rng.random()
    residence = draw_township(rng, outside=county_of(hukou)) if kind < MIGRANT else hukou
    return Home(hukou, former, residence), MIGRANT <= kind < MIGRANT + LEFT_BEHIND


def _draw_name(names: FamilyNames, father: Name, rng: random.Random) -> tuple[Name, Sex]:
    sex = "男" if rng.random() < BOYS else "女"
    return names.child(sex, father), sex


def _draw_child(
    birth: Birth, name: Name, sex: Sex, names: FamilyNames, county: str, registry: Registry, rng: random.Random
) -> Child:
    registry.children += 1
    registry.names.remember(county, name, sex)
    is_registered = rng.random() >= UNREGISTERED
    return Child(
        number=registry.children,
        name=name,
        former_name=names.child(sex, name) if rng.random() < RENAMED else None,
        sex=sex,
        born_on=birth.born_on,
        citizen_id=registry.numbers.issue(county, birth.born_on, sex) if is_registered else None,
        in_difficulty=birth.in_difficulty,
        died_on=_draw_day(birth.born_on, registry.today, rng) if rng.random() < DIED else None,
        disability=_draw_disability(rng) if rng.random() < DISABLED else None,
    )


def _draw_disability(rng: random.Random) -> Disability:
    disability_class = rng.choices(list(_CLASSES), list(_CLASSES.values()))[0]
    return Disability(disability_class, rng.choices(list(_GRADES), list(_GRADES.values()))[0])


def _draw_day(first_on: date, last_on: date, rng: random.Random) -> date:
    return date.fromordinal(rng.randint(first_on.toordinal(), last_on.toordinal()))
