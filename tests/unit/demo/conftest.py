"""One generated population for all tests of the province, and one small province on disk."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import pytest

from demo.province import ProvinceSummary, generate_province
from demo.province.agencies import Agencies, Agency
from demo.province.households import draw_households
from demo.province.people import Child, Household
from demo.province.record import Record

TODAY = date(2026, 11, 21)
SMALL = 1_200


@dataclass(frozen=True, repr=False)
class Seen:
    """A child with its household and what the agencies hold."""

    child: Child
    household: Household
    records: dict[Agency, Record]


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
