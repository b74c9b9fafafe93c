"""One generated population for all tests of the province, and one small province on disk."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from math import sqrt

import pytest

from demo.province import ProvinceSummary, generate_province
from demo.province.agencies import Agencies, Agency
from demo.province.households import draw_households
from demo.province.people import Adult, Child, Household
from demo.province.record import Record

TODAY = date(2026, 11, 21)
SMALL = 1_200
USUAL = (Agency.CIVIL_AFFAIRS, Agency.EDUCATION, Agency.DISABLED_FEDERATION)
"""The agencies that err as often as one another; public security errs a third as often."""


@dataclass(frozen=True, repr=False)
class Seen:
    """A child with its household and what the agencies hold."""

    child: Child
    household: Household
    records: dict[Agency, Record]

    @property
    def adults(self) -> list[Adult]:
        adults = (self.household.father, self.household.mother, self.household.grandmother)
        return [adult for adult in adults if adult is not None]


def assert_rate(wrong: int, total: int, expected: float, slack: float = 0.15) -> None:
    """Within four standard deviations and `slack` of the rate, for errors that can hit the same value by chance."""
    bound = 4 * sqrt(expected * (1 - expected) / total) + slack * expected
    assert wrong / total == pytest.approx(expected, abs=bound)


def count(population: list[Seen], agencies: tuple[Agency, ...], is_wrong) -> tuple[int, int]:
    held = [(s, a, s.records[a]) for s in population for a in agencies if a in s.records]
    return sum(is_wrong(s, a, record) for s, a, record in held), len(held)


def draw_population(children: int, seed: int = 1) -> Iterator[Seen]:
    agencies = Agencies(TODAY)
    for household, rng in draw_households(seed, children, TODAY):
        for child in household.children:
            yield Seen(child, household, agencies.draw_records(child, household, rng))


@pytest.fixture(scope="session")
def population() -> list[Seen]:
    return list(draw_population(20_000))


@pytest.fixture(scope="session")
def small_province(tmp_path_factory: pytest.TempPathFactory) -> ProvinceSummary:
    return generate_province(tmp_path_factory.mktemp("province"), SMALL, seed=5, today=TODAY)


@pytest.fixture
def rng() -> random.Random:
    return random.Random(7)
