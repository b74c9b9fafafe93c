"""Which rows of a part need no scoring: the rule of `linkage.settling`, for the few entries of one request.

Arrays pay for whole runs; a part of one record would spend most of its time on making them.
"""

import struct
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from linkage.agreement import MAX_GROUP_PAIRS
from linkage.masks import settling_mask
from schemas.key_set import KeySet
from schemas.messages.index import FLAGGED

ROW_BYTES: Final = 4
"""Of a stored row, big-endian: `gateway.domain.entry_arrays.ASKED_ROW`."""

_ENTRY: Final = struct.Struct(">IB16s")  # row, key type code, index hash: as `schemas.messages.match.pack_asked` packs

Key = tuple[int, bytes]
"""A key type's code without a flag, and an index hash."""


@dataclass(frozen=True, slots=True)
class AskedKeys:
    """The keys of a part that can settle a row: who asks for each, and whether with the flagged form alone."""

    settling: int
    askers: Mapping[Key, Mapping[int, bool]] = field(repr=False)

    def hashes(self) -> dict[int, bytes]:
        """Return the index hashes by key type code, each once and in order, one after the other."""
        by_code: defaultdict[int, list[bytes]] = defaultdict(list)
        for code, index_hash in sorted(self.askers):
            by_code[code].append(index_hash)
        return {code: b"".join(hashes) for code, hashes in by_code.items()}


def stated(entries: bytes) -> tuple[set[int], set[int]]:
    """Return the rows that a part's packed entries name, and their key type codes, flagged ones as they are."""
    rows, codes = set(), set()
    for row, code, _ in _ENTRY.iter_unpack(entries):
        rows.add(row)
        codes.add(code)
    return rows, codes


def asked_keys(entries: bytes, key_set: KeySet) -> AskedKeys:
    """Return the keys among a part's packed entries that can settle a row."""
    settling = settling_mask(key_set)
    askers: defaultdict[Key, dict[int, bool]] = defaultdict(dict)
    for row, flagged_code, index_hash in _ENTRY.iter_unpack(entries):
        code = flagged_code % FLAGGED
        if settling >> code & 1:
            of_key = askers[code, index_hash]
            of_key[row] = of_key.get(row, True) and flagged_code >= FLAGGED
    return AskedKeys(settling, askers)


def settled_rows(asked: AskedKeys, found: Iterable[Sequence[Any]]) -> tuple[int, ...]:
    """Return, in order, the rows that agree with exactly one record on all settling keys, unflagged on both sides.

    Args:
        asked: the part's keys.
        found: handle, generation, key type code, whether flagged, index hash of each index entry that shares a hash.
    """
    held: defaultdict[Key, list[tuple[tuple[bytes, int], bool]]] = defaultdict(list)
    for handle, generation, code, is_flagged, index_hash, *_ in found:
        held[code, index_hash].append(((handle, generation), is_flagged))
    agreed: defaultdict[int, defaultdict[tuple[bytes, int], int]] = defaultdict(lambda: defaultdict(int))
    for (code, index_hash), holders in held.items():
        askers = asked.askers[code, index_hash]
        if len(askers) * len(holders) <= MAX_GROUP_PAIRS:
            for row in (row for row, is_flagged in askers.items() if not is_flagged):
                for record in (record for record, is_flagged in holders if not is_flagged):
                    agreed[row][record] |= 1 << code
    return tuple(sorted(row for row, masks in agreed.items() if [*masks.values()].count(asked.settling) == 1))
