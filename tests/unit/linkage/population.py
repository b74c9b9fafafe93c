"""Made-up children as two offices hold them, as hash tables: numbers instead of names, drawn from a seed."""

import hashlib
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from linkage.hash_table import HashTable, build_table
from linkage.run import Found, settled
from schemas.key_set import load_key_set
from schemas.messages.index import FLAGGED

KEY_SET = load_key_set("G")
CODES = {defined.name: defined.code for defined in KEY_SET.key_types}

COUNTIES = 6
SURNAMES, GIVEN_NAMES = 60, 300
YEARS = range(2012, 2020)

Key = tuple[str, str]
"""A key type, flagged as `type!flag`, and what its hash is made of."""


@dataclass(frozen=True, slots=True)
class Person:
    """A child, as it is or as an office holds it; None is what the office doesn't hold."""

    child: int
    number: int | None
    surname: int
    given: int
    character: int
    year: int
    month: int
    day: int
    sex: int
    county: int
    guardian: int | None


def draw_children(count: int, seed: int) -> list[Person]:
    """Return children of families of one to three; a few are twins."""
    rng = random.Random(seed)
    children: list[Person] = []
    while len(children) < count:
        family, surname, county = len(children), int(rng.paretovariate(0.7)) % SURNAMES, rng.randrange(COUNTIES)
        year, month, day = rng.choice(YEARS), rng.randint(1, 12), rng.randint(1, 28)
        for _ in range(rng.choice([1, 1, 2, 2, 3])):
            if rng.random() > 0.05:
                year, month, day = rng.choice(YEARS), rng.randint(1, 12), rng.randint(1, 28)
            given, character, number = rng.randrange(GIVEN_NAMES), rng.randrange(2), len(children)
            children.append(
                Person(number, number, surname, given, character, year, month, day, rng.randrange(2), county, family)
            )
    return children[:count]


def observe(person: Person, rng: random.Random, missing: float = 0.3) -> Person:
    """Return what a careless office holds of a child; `missing` of them without a number."""
    if rng.random() < missing:
        person = replace(person, number=None)
    if rng.random() < 0.05:
        person = replace(person, character=person.character + 4)
    if rng.random() < 0.03:
        person = replace(person, day=rng.randint(1, 28))
    if rng.random() < 0.02:
        person = replace(person, given=rng.randrange(GIVEN_NAMES))
    if rng.random() < 0.08:
        person = replace(person, county=rng.randrange(COUNTIES))
    if rng.random() < 0.3:
        person = replace(person, guardian=None)
    return person


def keys_of(person: Person) -> Iterable[Key]:
    """Yield the keys of key set G that a record has."""
    on, name = f"{person.year}-{person.month}-{person.day}", f"{person.surname}.{person.given}"
    prefecture = person.county // 3
    if person.number is not None:
        yield "id", str(person.number)
    yield "p.d", f"{name} {on}"
    yield "g.d", f"{person.given} {on}"
    yield "s1.d.r4", f"{person.surname} {on} {prefecture}"
    yield "p.ym", f"{name} {person.year}-{person.month}"
    yield "p.md", f"{name} {person.month}-{person.day}"
    yield "n.y.r4", f"{name}.{person.character} {person.year} {prefecture}"
    yield "n.r6", f"{name}.{person.character} {person.county}"
    yield "r6.d.x", f"{person.county} {on} {person.sex}"
    if person.guardian is not None:
        yield from (("gi.d", f"{person.guardian} {on}"), ("gn.p", f"{person.guardian} {name}"))
        yield "gn.d", f"{person.guardian} {on}"


def table_of(*records: Iterable[Key]) -> HashTable:
    """Return the hash table of records, each given by its keys."""
    entries = [(record, *key) for record, keys in enumerate(records) for key in keys]
    return build_table(
        len(records),
        [record for record, _, _ in entries],
        [CODES[name.split("!")[0]] | (FLAGGED if "!" in name else 0) for _, name, _ in entries],
        [hash_of(name.split("!")[0], text) for _, name, text in entries],
    )


def hash_of(name: str, text: str) -> bytes:
    """Return what stands in for an index hash."""
    return hashlib.blake2b(f"{name} {text}".encode(), digest_size=16).digest()


def file_of(people: Sequence[Person]) -> HashTable:
    """Return the hash table of people."""
    return table_of(*map(keys_of, people))


def look_up(asked: HashTable, index: HashTable) -> tuple[Found, np.ndarray]:
    """Return what a gateway finds for a question, and each found record's number in the index."""
    shared = index.entries(np.isin(index.index_hash, asked.index_hash))
    records = np.unique(shared.record)
    number = np.full(index.records, -1, np.int32)
    number[records] = np.arange(len(records), dtype=np.int32)
    return Found(shared.renumbered(number, len(records)), index.holds()[records]), records


def sent(asked: HashTable, index: HashTable) -> HashTable:
    """Return what a requester sends: of rows that are settled nothing but the keys that settle them."""
    settling = np.isin(asked.key_type, [CODES[name] for name in KEY_SET.settled_by])
    first = asked.entries(settling)
    is_settled = settled(first, look_up(first, index)[0], KEY_SET)
    return asked.entries(settling | ~is_settled[asked.record])
