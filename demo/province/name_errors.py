"""What goes wrong with names: each error is one function; where it can't apply the name stays as it is."""

import random
from collections.abc import Callable
from functools import lru_cache
from typing import Final

from demo.province.data_files import read_words
from demo.province.name_pools import given_characters
from demo.province.people import MIDDLE_DOT, Name
from schemas.character_readings import toneless_reading

Misspelling = Callable[[Name, random.Random], str]

DOT_VARIANTS: Final = (" ", "•", ".", "．", "‧", "・", "-", "")
DOT_CHANGED: Final = 0.35
"""Share of the names that have a middle dot."""


def homophone(name: Name, rng: random.Random) -> str:
    """Put a character in that sounds the same, tones aside."""
    return _replace_one(name, _homophones(), rng)


def look_alike(name: Name, rng: random.Random) -> str:
    """Put a character in that looks nearly the same."""
    return _replace_one(name, _look_alikes(), rng)


def nickname(name: Name, rng: random.Random) -> str:
    """Write what a Han child is called at home."""
    if not name.is_han:
        return name.text
    last = name.last[-1]
    return rng.choice([f"{name.first}{last}{last}", f"小{last}", f"{name.first}小{last}"])


def mothers_surname(name: Name, _rng: random.Random) -> str:
    """Write the child under the mother's surname."""
    return f"{name.maternal_surname or name.first}{name.separator}{name.last}"


def dropped_or_swapped_character(name: Name, rng: random.Random) -> str:
    """Leave one given character out, or swap the first two."""
    given = name.last
    if len(given) < 2:
        return name.text
    at = rng.randrange(len(given))
    kept = given[:at] + given[at + 1 :]
    changed = kept if rng.random() < 0.5 else given[1] + given[0] + given[2:]
    return f"{name.first}{name.separator}{changed}"


def traditional(name: Name, _rng: random.Random) -> str:
    """Write the whole name in traditional characters."""
    return name.text.translate(_traditional())


NAME_ERRORS: Final[tuple[tuple[float, Misspelling], ...]] = (
    (0.030 / 0.88, homophone),
    (0.016 / 0.96, look_alike),
    (0.012 / 0.90, nickname),
    (0.012 / 0.83, mothers_surname),
    (0.010 / 0.95, dropped_or_swapped_character),
    (0.020 / 0.68, traditional),
)
"""Share of records with each error, over the share of names that it can change."""

ADULTS_NAME_ERRORS: Final = tuple(
    (share, error) for share, error in NAME_ERRORS if error not in {nickname, mothers_surname}
)
"""What goes wrong with the names of guardians."""


def vary_middle_dot(text: str, rng: random.Random, scale: float) -> str:
    """Write the middle dot in another way, or leave it out."""
    if MIDDLE_DOT in text and rng.random() < DOT_CHANGED * scale:
        return text.replace(MIDDLE_DOT, rng.choice(DOT_VARIANTS))
    return text


def _replace_one(name: Name, others: dict[str, str], rng: random.Random) -> str:
    text = name.text
    start = 1 if name.is_han else 0
    places = [at for at in range(start, len(text)) if text[at] in others]
    if not places:
        return text
    at = rng.choice(places)
    return text[:at] + rng.choice(others[text[at]]) + text[at + 1 :]


@lru_cache(maxsize=1)
def _homophones() -> dict[str, str]:
    """Return for each given-name character the others that sound the same."""
    by_sound: dict[str, str] = {}
    for character in sorted(given_characters()):
        sound = toneless_reading(character) or character
        by_sound[sound] = by_sound.get(sound, "") + character
    return {
        character: group.replace(character, "") for group in by_sound.values() if len(group) > 1 for character in group
    }


@lru_cache(maxsize=1)
def _look_alikes() -> dict[str, str]:
    return {pair[0]: pair[1] for pair in read_words("look_alikes.txt")}


@lru_cache(maxsize=1)
def _traditional() -> dict[int, str]:
    return {ord(pair[0]): pair[1] for pair in read_words("traditional.txt")}
