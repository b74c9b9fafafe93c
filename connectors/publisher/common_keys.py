"""Finds the linkage keys that too many records of an index share: their hashes are not published.

Such a key says little about which child a record is, and how often it occurs is what could betray its value. Of the
rarity of a name only the last level loses pairs: the others end at groups of less than half this size. Of a full index
all keys are hashed, and equal hashes counted. Before `changes`, which hash few records, a first pass over the register
counts, knowing only digests of 8 bytes under a key that is drawn for the pass and thrown away.

Groups grow and shrink between publications. `changes` treat a record for which another choice of keys is published
now as changed: it is removed, and added under a new handle. So an index with changes applied is always the one that a
full publication would make; a group that crosses the limit costs about `MAX_GROUP_PUBLISHED` records once.
"""

from array import array
from collections.abc import Iterable
from hashlib import blake2b
from typing import Final

import numpy as np

from schemas.randomness import RandomSource

MAX_GROUP_PUBLISHED: Final = 20
"""Records of an index that may share a hash."""

_DIGEST_BYTES: Final = 8
_SECRET_BYTES: Final = 32


class CommonKeys:
    """The keys that more records share than may be published, as inputs of the VOPRF."""

    def __init__(self, secret: bytes, digests: frozenset[bytes]) -> None:
        self._secret = secret
        self._digests = digests

    def __len__(self) -> int:
        return len(self._digests)

    def __contains__(self, key: bytes) -> bool:
        return _digest(self._secret, key) in self._digests


class KeyCounter:
    """Counts in how many records each key occurs: 8 bytes an occurrence; one-shot."""

    def __init__(self, random: RandomSource) -> None:
        self._secret = random(_SECRET_BYTES)
        self._digests = array("Q")

    def add(self, keys: Iterable[bytes]) -> None:
        """Count the keys of one record, as inputs of the VOPRF; each stands in it once."""
        for key in keys:
            self._digests.frombytes(_digest(self._secret, key))

    def find_common(self) -> CommonKeys:
        """Return the keys of more than `MAX_GROUP_PUBLISHED` records."""
        digests = np.frombuffer(self._digests, np.uint64)
        digests.sort()
        ends = digests[MAX_GROUP_PUBLISHED:]
        starts = digests[: len(ends)]
        return CommonKeys(self._secret, frozenset(one.tobytes() for one in np.unique(starts[starts == ends])))


def _digest(secret: bytes, key: bytes) -> bytes:
    return blake2b(key, key=secret, digest_size=_DIGEST_BYTES).digest()
