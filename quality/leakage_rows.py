"""What an index of many records gives away, as rows of a table."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from connectors.publisher.common_keys import MAX_GROUP_PUBLISHED
from linkage.hash_table import HashTable
from quality.holdings import hash_table
from quality.leakage import SINGLE_ATTRIBUTES, Leakage, measure_leakage, single_attributes, without_common
from quality.provinces import HeldRow
from quality.results import LeakageResult, LeakageRow
from schemas.key_set import load_key_set
from schemas.linkage_keys import linkage_keys

MAX_RECORDS: Final = 200_000
_TIE_SEED: Final = 1


def measure_index(seen: Sequence[HeldRow], known: Sequence[HeldRow], local_key: bytes) -> LeakageResult:
    """Return what an index of `seen` gives away to a gateway that has the plaintext of `known`."""
    seen, known = seen[:MAX_RECORDS], known[:MAX_RECORDS]
    names = {defined.code: defined.name for defined in load_key_set("G").evidence}
    index, plaintext = (hash_table((linkage_keys(row.identity) for row in rows), local_key) for rows in (seen, known))
    single, single_known = (single_attributes((row.identity for row in rows), local_key) for rows in (seen, known))

    def leakage(table: HashTable, other: HashTable, codes: dict[int, str]) -> Leakage:
        return measure_leakage(table, other, codes, np.random.default_rng(_TIE_SEED))

    published = leakage(without_common(index, MAX_GROUP_PUBLISHED), plaintext, names)
    return LeakageResult(
        records=len(seen),
        known_records=len(known),
        published=_rows(published),
        everything=_rows(leakage(index, plaintext, names)),
        single_attributes=_rows(leakage(single, single_known, SINGLE_ATTRIBUTES)),
        own_signature=published.own_signature,
    )


def _rows(leakage: Leakage) -> tuple[LeakageRow, ...]:
    return tuple(
        LeakageRow(key_type=name, hashes=one.hashes, once=one.once, largest=one.largest, named=one.named)
        for name, one in leakage.key_types.items()
    )
