"""Matching one record on equal index hashes: the rule for the key types `id` and `p.d`, as a decision table.

| candidates                                                                             | outcome        |
|----------------------------------------------------------------------------------------|----------------|
| none agrees on anything                                                                | non_match      |
| exactly one agrees on both `id` and `p.d`                                              | match          |
| a single one, on `p.d`; county equal and known; no `id` hash on one of the two sides   | match          |
| all else                                                                               | possible_match |

An equal `id` alone is never a match: whoever knows a child's county and birth date has only 1,000 numbers to try.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from schemas.linkage_keys import KeyType
from schemas.messages.match import Outcome

_BOTH = frozenset({KeyType.ID, KeyType.P_D})
_NAME_AND_DATE = frozenset({KeyType.P_D})


@dataclass(frozen=True, slots=True)
class AskedRecord:
    """One record of the requester: its index hashes by key type, and its county, None if unknown."""

    hashes: Mapping[KeyType, frozenset[bytes]] = field(repr=False)
    county: int | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Candidate:
    """One record of the index that shares a hash: which key types agree, its county, whether it has an ID at all."""

    handle: bytes = field(repr=False)
    agreed: frozenset[KeyType]
    county: int | None = field(repr=False)
    has_id: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """The outcome; a handle stands for a match only. `agreed` is in the order of `KeyType`."""

    outcome: Outcome
    handle: bytes | None = field(default=None, repr=False)
    agreed: tuple[KeyType, ...] = ()


def judge(record: AskedRecord, candidates: Mapping[bytes, Candidate]) -> Verdict:
    """Return what `candidates`, by handle, say about `record`. Their order does not matter."""
    if not candidates:
        return Verdict(Outcome.NON_MATCH)
    found = _certain(record, tuple(candidates.values()))
    if found is not None:
        return Verdict(Outcome.MATCH, found.handle, _ordered(found.agreed))
    agreed = frozenset[KeyType]().union(*(candidate.agreed for candidate in candidates.values()))
    return Verdict(Outcome.POSSIBLE_MATCH, agreed=_ordered(agreed))


def _certain(record: AskedRecord, candidates: tuple[Candidate, ...]) -> Candidate | None:
    on_both = [candidate for candidate in candidates if candidate.agreed == _BOTH]
    if len(on_both) == 1:
        return on_both[0]
    if len(candidates) == 1 and _agrees_without_id(record, candidates[0]):
        return candidates[0]
    return None


def _agrees_without_id(record: AskedRecord, candidate: Candidate) -> bool:
    same_county = record.county is not None and record.county == candidate.county
    id_absent = not record.hashes.get(KeyType.ID) or not candidate.has_id
    return candidate.agreed == _NAME_AND_DATE and same_county and id_absent


def _ordered(agreed: frozenset[KeyType]) -> tuple[KeyType, ...]:
    return tuple(key_type for key_type in KeyType if key_type in agreed)
