"""Files of hashed records in parts, each of which is read by itself, and what of a part takes part in matching."""

from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from linkage.hash_table import HashTable
from linkage.masks import evidence_mask, of_mask
from schemas.key_set import KeySet


class PartReader(Protocol):
    """Reads one part of a file, in whichever process it is asked."""

    def __call__(self, part: int) -> HashTable:
        """Return the records of a part, numbered from 0 within it."""


@dataclass(frozen=True, slots=True)
class SplitFile:
    """One file in parts; every record has entries.

    Attributes:
        read: reads a part.
        starts: for each part the number of its first record in the file, and at the end how many records there are.
    """

    read: PartReader
    starts: tuple[int, ...]

    @property
    def parts(self) -> int:
        """How many parts there are."""
        return len(self.starts) - 1

    @property
    def records(self) -> int:
        """How many records there are."""
        return self.starts[-1]

    def numbers(self, part: int) -> NDArray[np.int32]:
        """Return the number in the file of each record of a part."""
        return np.arange(self.starts[part], self.starts[part + 1], dtype=np.int32)


@dataclass(frozen=True, slots=True)
class Roster:
    """The file that asks, of which some rows are left to be scored.

    Attributes:
        file: the file.
        number: int32, for each of its records the number of the row or child that is scored, or -1.
    """

    file: SplitFile
    number: NDArray[np.int32] = field(repr=False)

    def read(self, part: int, key_set: KeySet) -> tuple[HashTable, NDArray[np.int32]]:
        """Return the rows of a part with their evidence alone, and the number of each."""
        number = self.number[self.file.starts[part] : self.file.starts[part + 1]]
        is_scored = number >= 0
        place = np.where(is_scored, np.cumsum(is_scored) - 1, -1).astype(np.int32)
        return _evidence(self.file.read(part), key_set).renumbered(place, int(is_scored.sum())), number[is_scored]


@dataclass(frozen=True, slots=True)
class Index:
    """The file that is looked up in, as it would be published.

    Attributes:
        file: the file.
        is_repeated: for each of its records whether an earlier one is the same in all hashes: it is left out.
        common: uint64, hashes that too many records share: they are left out too.
    """

    file: SplitFile
    is_repeated: NDArray[np.bool_] = field(repr=False)
    common: NDArray[np.uint64] = field(repr=False)

    @property
    def records(self) -> int:
        """How many records are not left out."""
        return int((~self.is_repeated).sum())

    def read(self, part: int, key_set: KeySet) -> tuple[HashTable, NDArray[np.int32]]:
        """Return the records of a part with their evidence alone, and the number of each in the file."""
        numbers = self.file.numbers(part)
        is_there = ~self.is_repeated[numbers]
        place = np.where(is_there, np.cumsum(is_there) - 1, -1).astype(np.int32)
        table = _evidence(self.file.read(part), key_set).renumbered(place, int(is_there.sum()))
        return table.entries(~np.isin(table.index_hash, self.common)), numbers[is_there]


def _evidence(table: HashTable, key_set: KeySet) -> HashTable:
    return table.entries(of_mask(table.key_type, evidence_mask(key_set)))
