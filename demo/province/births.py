"""Draws the births of one household: spaced siblings and twins."""

import random
from dataclasses import dataclass
from datetime import date
from typing import Final

from demo.province.ages import IN_DIFFICULTY, OTHERS, draw_birth

CHILDREN_PER_HOUSEHOLD: Final = {1: 0.50, 2: 0.37, 3: 0.10, 4: 0.03}
MEAN_CHILDREN: Final = sum(count * share for count, share in CHILDREN_PER_HOUSEHOLD.items())

TWINS: Final = 0.025
"""Share of children who are one of two twins."""

IN_DIFFICULTY_SHARE: Final = 0.42
"""Share of children in difficulty: those whom civil affairs has on its register."""

MIN_DAYS_BETWEEN_SIBLINGS: Final = 300

# A twin birth makes two twins, and only households with two children can have one.
_TWIN_BIRTH = TWINS * MEAN_CHILDREN / (2 * (1 - CHILDREN_PER_HOUSEHOLD[1]))
_MAX_TRIES = 20


@dataclass(frozen=True, slots=True, repr=False)
class Birth:
    """When a child was born, and whether it is in difficulty."""

    born_on: date
    in_difficulty: bool


def draw_births(today: date, rng: random.Random, *, at_most: int) -> list[Birth]:
    """Return the births of one household, 1 to 4 and `at_most` so many; twins come first and are equal."""
    size = min(rng.choices(list(CHILDREN_PER_HOUSEHOLD), list(CHILDREN_PER_HOUSEHOLD.values()))[0], at_most)
    has_twins = size > 1 and rng.random() < _TWIN_BIRTH
    births = [_draw_spaced(today, [], rng)]
    if has_twins:
        births.append(births[0])
    while len(births) < size:
        births.append(_draw_spaced(today, births, rng))
    return births


def _draw_spaced(today: date, births: list[Birth], rng: random.Random) -> Birth:
    in_difficulty = rng.random() < IN_DIFFICULTY_SHARE
    bands = IN_DIFFICULTY if in_difficulty else OTHERS
    born_on = draw_birth(rng, today, bands)
    for _ in range(_MAX_TRIES):
        if all(abs((born_on - other.born_on).days) >= MIN_DAYS_BETWEEN_SIBLINGS for other in births):
            break
        born_on = draw_birth(rng, today, bands)
    return Birth(born_on, in_difficulty)
