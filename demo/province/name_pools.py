"""Pools of surnames, given-name characters and name parts, weighted by how common they are."""

import random
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from typing import Final

from demo.province.data_files import read_words, read_yaml
from demo.province.people import Sex

_POOL_OF_SEX: Final = {"男": "boys", "女": "girls"}
# Words are weighed by 1 / (rank + offset), as a Zipf law would have it.
_SURNAME_OFFSET: Final = 3
_GIVEN_OFFSET: Final = 8


@dataclass(frozen=True, slots=True)
class People:
    """How a people other than the Han writes names.

    Attributes:
        share: share of families.
        dot: share of families that write a middle dot.
        first: first parts, or Yi surnames; empty where a name is one's own and the father's.
    """

    share: float
    dot: float
    first: tuple[str, ...]
    boys: tuple[str, ...]
    girls: tuple[str, ...]

    def draw_first(self, rng: random.Random) -> str:
        """Return a first part."""
        return rng.choice(self.first) if self.first else ""

    def draw_given(self, sex: Sex, rng: random.Random) -> str:
        """Return a given name."""
        return rng.choice(self.boys if sex == "男" else self.girls)


def draw_surname(rng: random.Random) -> str:
    """Return a Han surname."""
    words, weights = _surnames()
    return rng.choices(words, cum_weights=weights)[0]


def draw_given_character(sex: Sex, rng: random.Random) -> str:
    """Return one character of a Han given name."""
    return _draw_from(_POOL_OF_SEX[sex], rng)


def draw_generation_character(rng: random.Random) -> str:
    """Return a character that all children of a generation share."""
    return _draw_from("generation", rng)


def given_characters() -> frozenset[str]:
    """Return every character that stands in a Han given name."""
    return frozenset(character for words, _ in _han_pools().values() for character in words)


@lru_cache(maxsize=1)
def peoples() -> dict[str, People]:
    """Return the peoples other than the Han by name."""
    return {
        name: People(
            share=parts["share"],
            dot=parts["dot"],
            first=tuple(parts.get("first", "").split()),
            boys=tuple(parts["boys"].split()),
            girls=tuple(parts["girls"].split()),
        )
        for name, parts in read_yaml("other_given.yaml").items()
    }


def _draw_from(pool: str, rng: random.Random) -> str:
    words, weights = _han_pools()[pool]
    return rng.choices(words, cum_weights=weights)[0]


_Weighted = tuple[list[str], list[float]]


def _common_first(words: list[str], offset: int) -> _Weighted:
    return words, list(accumulate(1 / (rank + offset) for rank in range(len(words))))


@lru_cache(maxsize=1)
def _surnames() -> _Weighted:
    return _common_first(read_words("surnames.txt"), _SURNAME_OFFSET)


@lru_cache(maxsize=1)
def _han_pools() -> dict[str, _Weighted]:
    return {pool: _common_first(text.split(), _GIVEN_OFFSET) for pool, text in read_yaml("han_given.yaml").items()}
