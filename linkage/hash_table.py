"""One file as the matcher sees it: which record has which hash under which key type, and nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from schemas.messages.index import FLAGGED

HASH_BYTES = 8
"""So much of an index hash is compared in arrays: among 10^8 hashes a chance equality is rarer than 1 in 1,000."""


@dataclass(frozen=True, slots=True)
class HashTable:
    """Entries of `records` records, numbered from 0; a record may have none.

    Attributes:
        records: how many records there are.
        record: int32, the record of each entry.
        key_type: uint8, its key type's code, without a flag.
        is_flagged: bool, whether the key was flagged.
        index_hash: uint64, the first 8 bytes of the index hash, big-endian.
    """

    records: int
    record: NDArray[np.int32] = field(repr=False)
    key_type: NDArray[np.uint8] = field(repr=False)
    is_flagged: NDArray[np.bool_] = field(repr=False)
    index_hash: NDArray[np.uint64] = field(repr=False)

    def __post_init__(self) -> None:
        if len({len(self.record), len(self.key_type), len(self.is_flagged), len(self.index_hash)}) != 1:
            raise ValueError("columns of different lengths")
        if len(self.record) and not 0 <= self.record.min() <= self.record.max() < self.records:
            raise ValueError("an entry of a record that is not there")

    def entries(self, chosen: NDArray[np.bool_]) -> "HashTable":
        """Return the table of the same records with the chosen entries alone."""
        return HashTable(
            self.records, self.record[chosen], self.key_type[chosen], self.is_flagged[chosen], self.index_hash[chosen]
        )

    def renumbered(self, number: NDArray[np.int32], records: int) -> "HashTable":
        """Return the table with record i called `number[i]`; records of a negative number are left out.

        Several records of one number become one record with all their entries.
        """
        record = number[self.record]
        there = record >= 0
        return HashTable(records, record[there], self.key_type[there], self.is_flagged[there], self.index_hash[there])

    def holds(self) -> NDArray[np.uint32]:
        """Return for each record the bits `1 << code` of the key types that it has, flagged or not."""
        held = np.zeros(self.records, np.uint32)
        for code in np.unique(self.key_type):
            held[self.record[self.key_type == code]] |= np.uint32(1 << int(code))
        return held


def build_table(
    records: int, record: Sequence[int], key_type_code: Sequence[int], index_hash: Sequence[bytes]
) -> HashTable:
    """Return the table of entries as they stand in messages and databases.

    Args:
        records: how many records there are, those without an entry included.
        record: the record of each entry, from 0.
        key_type_code: its code; bit `FLAGGED` stands for the flagged form.
        index_hash: its index hash, of which the first `HASH_BYTES` are kept.

    Raises:
        ValueError: the columns have different lengths, a hash is too short, a record or a code is out of range.
    """
    if any(len(one) < HASH_BYTES for one in index_hash):
        raise ValueError("an index hash is too short")
    code = np.array(key_type_code, dtype=np.int64)
    if len(code) and not 0 <= code.min() <= code.max() < 2 * FLAGGED:
        raise ValueError("a key type code is out of range")
    return HashTable(
        records,
        np.array(record, dtype=np.int32),
        (code & (FLAGGED - 1)).astype(np.uint8),
        (code & FLAGGED).astype(np.bool_),
        np.frombuffer(b"".join(one[:HASH_BYTES] for one in index_hash), dtype=">u8").astype(np.uint64),
    )
