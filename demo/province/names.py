"""Draws the names of one family: Han names with generation characters, and names with middle dots."""

import random
from collections import deque
from typing import Final, Protocol

from demo.province.name_pools import (
    People,
    draw_generation_character,
    draw_given_character,
    draw_surname,
    peoples,
)
from demo.province.people import MIDDLE_DOT, Name, Sex

FATHERS_SURNAME: Final = 0.93
"""Share of Han families whose children have the father's surname."""

ONE_GIVEN_CHARACTER: Final = 0.08
"""Share of Han given names with one character; such names have two syllables."""

GENERATION_CHARACTER: Final = 0.35
"""Share of Han families whose children share the first given character."""

REMEMBERED_NAMES: Final = 50
"""So many recent names of each county can be given to a namesake."""


class FamilyNames(Protocol):
    """Draws names that fit into one family."""

    def father(self) -> Name:
        """Draw the father's name."""

    def mother(self) -> Name:
        """Draw the mother's name."""

    def grandmother(self) -> Name:
        """Draw the name of the father's mother."""

    def child(self, sex: Sex, father: Name) -> Name:
        """Draw the name of one of the children."""


def draw_family_names(rng: random.Random) -> FamilyNames:
    """Return the names of a family of any people."""
    left = rng.random()
    for people in peoples().values():
        left -= people.share
        if left < 0:
            return OtherFamilyNames(rng, people)
    return HanFamilyNames(rng, draw_surname(rng))


class HanFamilyNames:
    """A Han family: a surname from either side, perhaps a generation character."""

    def __init__(self, rng: random.Random, surname: str) -> None:
        self._rng = rng
        self._surname = surname
        self._mothers_surname = draw_surname(rng)
        self._childrens_surname = surname if rng.random() < FATHERS_SURNAME else self._mothers_surname
        has_generation = rng.random() < GENERATION_CHARACTER
        self._generation = draw_generation_character(rng) if has_generation else ""

    def father(self) -> Name:
        """Draw the father's name."""
        return Name(self._surname, self._given("男"))

    def mother(self) -> Name:
        """Draw the mother's name."""
        return Name(self._mothers_surname, self._given("女"))

    def grandmother(self) -> Name:
        """Draw the name of the father's mother."""
        return Name(draw_surname(self._rng), self._given("女"))

    def child(self, sex: Sex, father: Name) -> Name:  # noqa: ARG002 - Uyghur families need the father
        """Draw the name of one of the children."""
        given = self._generation + draw_given_character(sex, self._rng) if self._generation else self._given(sex)
        return Name(self._childrens_surname, given, maternal_surname=self._mothers_surname)

    def _given(self, sex: Sex) -> str:
        first = draw_given_character(sex, self._rng)
        if self._rng.random() < ONE_GIVEN_CHARACTER:
            return first
        return first + draw_given_character(sex, self._rng)


class OtherFamilyNames:
    """A family of another people; among Uyghurs, who have no first parts, the father's name follows one's own."""

    def __init__(self, rng: random.Random, people: People) -> None:
        self._rng = rng
        self._people = people
        self._first = people.draw_first(rng)
        self._separator = MIDDLE_DOT if rng.random() < people.dot else ""

    def father(self) -> Name:
        """Draw the father's name."""
        return self._adult("男", self._first)

    def mother(self) -> Name:
        """Draw the mother's name."""
        return self._adult("女", self._people.draw_first(self._rng))

    def grandmother(self) -> Name:
        """Draw the name of the father's mother."""
        return self.mother()

    def child(self, sex: Sex, father: Name) -> Name:
        """Draw the name of one of the children."""
        given = self._people.draw_given(sex, self._rng)
        return self._name(self._first, given) if self._first else self._name(given, father.first)

    def _adult(self, sex: Sex, first: str) -> Name:
        given = self._people.draw_given(sex, self._rng)
        return self._name(first, given) if first else self._name(given, self._people.draw_given("男", self._rng))

    def _name(self, first: str, last: str) -> Name:
        return Name(first, last, separator=self._separator, is_han=False)


class RecentNames:
    """Remembers recent Han names of each county, so that namesakes can be planted in bounded memory."""

    def __init__(self) -> None:
        self._names: dict[str, deque[tuple[Name, Sex]]] = {}

    def remember(self, county: str, name: Name, sex: Sex) -> None:
        """Keep a child's name in place of the oldest."""
        if name.is_han:
            self._names.setdefault(county, deque(maxlen=REMEMBERED_NAMES)).append((name, sex))

    def find(self, county: str, rng: random.Random) -> tuple[Name, Sex] | None:
        """Return the name and sex of some child of the county, if there is one yet."""
        names = self._names.get(county)
        return rng.choice(names) if names else None
