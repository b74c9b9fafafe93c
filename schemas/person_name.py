"""Names of people: normalised for comparing, and as toneless pinyin syllables.

Part of key set G, version 1: NFKC, Han characters and Latin letters alone (blanks, middle dots, masks and digits drop
out), lower case without accents, plain characters (`schemas/plain_characters.py`). The vowel u-umlaut is written `v`
(pinyin input style), so 吕 is `lv`.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import ClassVar, Final

from schemas.character_readings import toneless_reading
from schemas.faults import FaultError, Wording
from schemas.plain_characters import make_plain, traditional_form
from schemas.surname_readings import COMPOUND_SURNAMES, SURNAMES

MAX_NAME_LENGTH: Final = 50
"""Characters, as in the ledgers' own column width."""

# Han: the unified ideographs with their extensions, and U+3007, the zero that stands in names. The compatibility
# ideographs (U+F900, U+2F800) are left out: NFKC turns them into unified ones.
_HAN: Final = "\u3007\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0002f7ff\U00030000-\U000323af"
_HAN_ONLY = re.compile(f"[{_HAN}]+")
_DROPPED = re.compile(f"[^a-z{_HAN}]")
_SYLLABLE = re.compile(f"[a-z]+|[{_HAN}]")
_U_UMLAUT: Final = "u\u0308"


class PersonNameFault(StrEnum):
    """Codes of `PersonNameError`."""

    EMPTY = "empty"
    TOO_LONG = "too_long"
    NO_LETTERS = "no_letters"


class PersonNameError(FaultError):
    """A name can't be compared."""

    wordings: ClassVar[Mapping[StrEnum, Wording]] = {
        PersonNameFault.EMPTY: Wording("没有填写姓名。", "No name was given."),
        PersonNameFault.TOO_LONG: Wording("姓名超过50个字符。", "The name has more than 50 characters."),
        PersonNameFault.NO_LETTERS: Wording(
            "姓名中没有汉字或拉丁字母。", "The name holds no Han character and no Latin letter."
        ),
    }


@dataclass(frozen=True, slots=True)
class NormalisedName:
    """Plain Han characters and lower-case Latin letters only; made by `normalise_name`. Its repr shows nothing."""

    text: str = field(repr=False)


def normalise_name(text: str | None) -> NormalisedName:
    """Return the name in NFKC without blanks, middle dots, masks and marks, in plain characters and lower case.

    Raises:
        PersonNameError: with a `PersonNameFault` as code.
    """
    if text is None or not text.strip():
        raise PersonNameError(PersonNameFault.EMPTY)
    if len(text) > MAX_NAME_LENGTH:
        raise PersonNameError(PersonNameFault.TOO_LONG)
    if _HAN_ONLY.fullmatch(text):
        return NormalisedName(make_plain(text))
    kept = _DROPPED.sub("", _fold_latin(text))
    if not kept:
        raise PersonNameError(PersonNameFault.NO_LETTERS)
    if len(kept) > MAX_NAME_LENGTH:
        raise PersonNameError(PersonNameFault.TOO_LONG)
    return NormalisedName(make_plain(kept))


def pinyin_syllables(name: NormalisedName) -> tuple[str, ...]:
    """Return toneless syllables: one for each Han character, one for each run of Latin letters.

    A surname at the front is read as a surname. A character that has no known reading is its own syllable.
    """
    text = name.text
    compound = COMPOUND_SURNAMES.get(text[:2])
    if compound is not None:
        return *compound, *_plain_syllables(text[2:])
    surname = SURNAMES.get(text[0])
    if surname is not None:
        return surname, *_plain_syllables(text[1:])
    return tuple(_plain_syllables(text))


def _fold_latin(text: str) -> str:
    """Return `text` in NFKC and lower case with u-umlaut as `v` and other accents taken off the letters."""
    folded = unicodedata.normalize("NFKC", text).lower()
    decomposed = unicodedata.normalize("NFD", folded)
    return folded if decomposed == folded else decomposed.replace(_U_UMLAUT, "v")


def _plain_syllables(text: str) -> list[str]:
    return [part if part.isascii() else _reading(part) for part in _SYLLABLE.findall(text)]


@lru_cache(maxsize=65_536)
def _reading(character: str) -> str:
    # Single characters are cached, never names: what stays in memory says nothing about a person.
    return toneless_reading(character) or toneless_reading(traditional_form(character)) or character
