"""What the matcher could learn from how often index hashes occur: the frequency-rank attack, and signatures of records.

The attacker at the gateway has the whole plaintext of another agency, knows every key type and counts how many records
hold each hash. It gives the most frequent hash the most frequent plaintext key, the second the second, and so on;
and a hash whose frequency no other hash has the plaintext key of that frequency, if no other has it.

Both files are given as tables under one key. The attack looks at frequencies alone; that equal keys have equal values
in both tables serves to tell whether a guess is right.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from linkage.hash_table import HASH_BYTES, HashTable, build_table
from schemas.identity import ChildIdentity
from schemas.key_attributes import key_attributes

SURNAME: Final = 1
COUNTY: Final = 2
SINGLE_ATTRIBUTES: Final = {SURNAME: "surname", COUNTY: "county"}
"""Hashes that the system never makes; they show what single attributes would give away."""

Hashes = NDArray[np.uint64]
Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class KeyTypeLeakage:
    """What the hashes of one key type give away.

    Attributes:
        hashes: how many different ones there are.
        once: share of them that one record alone has.
        largest: records that have the commonest one.
        named: how many of them the attacker names rightly.
    """

    hashes: int
    once: float
    largest: int
    named: int

    @property
    def named_share(self) -> float:
        """Share of the different hashes that the attacker names rightly."""
        return self.named / self.hashes if self.hashes else 0.0


@dataclass(frozen=True, slots=True)
class Leakage:
    """What a whole index gives away.

    Attributes:
        key_types: by the key type's name.
        own_signature: share of records whose group sizes, taken together, no other record has.
    """

    key_types: Mapping[str, KeyTypeLeakage]
    own_signature: float

    @property
    def named_share(self) -> float:
        """Share of all different hashes that the attacker names rightly."""
        hashes = sum(one.hashes for one in self.key_types.values())
        return sum(one.named for one in self.key_types.values()) / hashes if hashes else 0.0


def measure_leakage(
    seen: HashTable, known: HashTable, names: Mapping[int, str], random: np.random.Generator
) -> Leakage:
    """Return what the index `seen` gives away to somebody who has the plaintext of `known`.

    Args:
        seen: what the gateway holds.
        known: the other agency's keys.
        names: code of each key type that is measured, with its name.
        random: decides ties, of which the attacker can't know the order.
    """
    key_types = {}
    for code, name in names.items():
        hashes, counts = np.unique(seen.index_hash[seen.key_type == code], return_counts=True)
        own, own_counts = np.unique(known.index_hash[known.key_type == code], return_counts=True)
        named = by_rank(hashes, counts, own, own_counts, random) | by_own_frequency(hashes, counts, own, own_counts)
        key_types[name] = KeyTypeLeakage(
            hashes=len(hashes),
            once=float(np.mean(counts == 1)) if len(counts) else 0.0,
            largest=int(counts.max(initial=0)),
            named=int(named.sum()),
        )
    return Leakage(key_types, _own_signatures(seen))


def without_common(table: HashTable, most: int) -> HashTable:
    """Return the table without hashes that more than `most` records have: what a connector publishes."""
    return table.entries(_group_sizes(table) <= most)


def by_rank(
    hashes: Hashes, counts: Counts, own: Hashes, own_counts: Counts, random: np.random.Generator
) -> NDArray[np.bool_]:
    """Return which hashes are named rightly when frequencies are aligned by rank."""
    ranked = np.lexsort((random.permutation(len(hashes)), -counts))
    guesses = own[np.lexsort((random.permutation(len(own)), -own_counts))]
    both = min(len(hashes), len(own))
    named = np.zeros(len(hashes), np.bool_)
    named[ranked[:both]] = hashes[ranked[:both]] == guesses[:both]
    return named


def by_own_frequency(hashes: Hashes, counts: Counts, own: Hashes, own_counts: Counts) -> NDArray[np.bool_]:
    """Return which hashes are named rightly when a frequency that is one hash's alone is that of one key alone."""
    frequencies, place, times = np.unique(counts, return_index=True, return_counts=True)
    own_frequencies, own_place, own_times = np.unique(own_counts, return_index=True, return_counts=True)
    _, one, other = np.intersect1d(frequencies[times == 1], own_frequencies[own_times == 1], return_indices=True)
    guessed = place[times == 1][one]
    named = np.zeros(len(hashes), np.bool_)
    named[guessed] = hashes[guessed] == own[own_place[own_times == 1][other]]
    return named


def single_attributes(identities: Iterable[ChildIdentity], local_key: bytes) -> HashTable:
    """Return hashes of single attributes, `SINGLE_ATTRIBUTES`, for contrast; made here and nowhere else."""
    entries = [
        (number, code, hashlib.blake2b(text.encode(), digest_size=HASH_BYTES, key=local_key).digest())
        for number, identity in enumerate(identities)
        for code, text in _attributes(identity)
    ]
    records = entries[-1][0] + 1 if entries else 0
    return build_table(
        records, [number for number, _, _ in entries], [code for _, code, _ in entries], [one for *_, one in entries]
    )


def _attributes(identity: ChildIdentity) -> Iterator[tuple[int, str]]:
    record = key_attributes(identity)
    if record.surname:
        yield SURNAME, record.surname
    yield from ((COUNTY, county) for county in record.counties)


def _group_sizes(table: HashTable) -> Counts:
    """Return for each entry how many entries have its hash under its key type."""
    sizes = np.zeros(len(table.record), np.int64)
    for code in np.unique(table.key_type):
        chosen = table.key_type == code
        _, place, counts = np.unique(table.index_hash[chosen], return_inverse=True, return_counts=True)
        sizes[chosen] = counts[place]
    return sizes


def _own_signatures(seen: HashTable) -> float:
    """Return the share of records with a signature of their own: the sizes of all their groups, by key type."""
    if seen.records == 0:
        return 0.0
    sizes = _group_sizes(seen)
    entry = np.lexsort((sizes, seen.key_type, seen.record))
    record, signature = seen.record[entry], np.stack([seen.key_type[entry], sizes[entry]], axis=1).astype(np.uint32)
    ends = np.searchsorted(record, np.arange(seen.records + 1))
    times = Counter(signature[first:end].tobytes() for first, end in pairwise(ends))
    return sum(count == 1 for count in times.values()) / seen.records
