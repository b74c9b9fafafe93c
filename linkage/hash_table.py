"""One file as the matcher sees it: which record has which hash under which key type, and nothing else."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

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
