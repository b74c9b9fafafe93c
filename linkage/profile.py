"""What matching must know of a whole file: how many records, who holds what, and its pairs of different children."""

from dataclasses import dataclass, field
from typing import Annotated, Final, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from linkage.agreement import within_pairs
from linkage.comparison import Cells, Comparer
from linkage.hash_table import HashTable
from linkage.masks import evidence_mask, settling_mask
from schemas.key_set import KeySet
from schemas.message import Message

MAX_PROFILE_BYTES: Final = 8 * 1024 * 1024
MAX_PROFILE_CELLS: Final = 200_000
MAX_COMPONENTS: Final = 32
MAX_COUNT: Final = 2**53 - 1

_Count = Annotated[int, Field(ge=1, le=MAX_COUNT)]
_Mask = Annotated[int, Field(ge=0, lt=2**32)]
_Level = Annotated[int, Field(ge=-1, le=15)]


@dataclass(frozen=True, slots=True)
class IndexProfile:
    """What matching must know of a whole index; computed once for each generation of it.

    Attributes:
        key_set: id of the key set.
        records: how many records the index has.
        duplicates: records that certainly repeat another one; pairs of them are not among the decoys.
        holds: uint32, what a record can hold, as bits `1 << code`, in ascending order.
        holders: int64, how many records hold just that.
        decoys: pairs of records that share a hash: nearly all of them are two children.
    """

    key_set: str
    records: int
    duplicates: int
    holds: NDArray[np.uint32] = field(repr=False)
    holders: NDArray[np.int64] = field(repr=False)
    decoys: Cells = field(repr=False)

    def to_json(self) -> bytes:
        """Return the one canonical form (RFC 8785)."""
        return _StoredProfile(
            key_set=self.key_set,
            records=self.records,
            duplicates=self.duplicates,
            holders=tuple(zip(self.holds.tolist(), self.holders.tolist(), strict=True)),
            available=tuple(self.decoys.available.tolist()),
            counts=tuple(self.decoys.count.tolist()),
            components=self.decoys.levels.shape[1],
            levels=tuple(map(tuple, self.decoys.levels.tolist())),
        ).to_bytes()

    @classmethod
    def from_json(cls, body: bytes) -> Self:
        """Return the profile that `to_json` wrote.

        Raises:
            schemas.message.MessageError: it is too large, malformed or not canonical.
        """
        stored = _StoredProfile.from_bytes(body, MAX_PROFILE_BYTES)
        levels = np.array(stored.levels, np.int8).reshape(len(stored.counts), stored.components)
        return cls(
            stored.key_set,
            stored.records,
            stored.duplicates,
            np.array([held for held, _ in stored.holders], np.uint32),
            np.array([count for _, count in stored.holders], np.int64),
            Cells(levels, np.array(stored.available, np.uint32), np.array(stored.counts, np.int64)),
        )


class _StoredProfile(Message):
    key_set: str
    records: Annotated[int, Field(ge=0, le=MAX_COUNT)]
    duplicates: Annotated[int, Field(ge=0, le=MAX_COUNT)]
    holders: tuple[tuple[_Mask, _Count], ...]
    available: Annotated[tuple[_Mask, ...], Field(max_length=MAX_PROFILE_CELLS)]
    counts: tuple[_Count, ...]
    components: Annotated[int, Field(ge=1, le=MAX_COMPONENTS)]
    levels: tuple[tuple[_Level, ...], ...]

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if sum(count for _, count in self.holders) != self.records or self.duplicates > self.records:
            raise ValueError("the numbers of records don't agree")
        if not len(self.available) == len(self.counts) == len(self.levels):
            raise ValueError("the columns of the cells have different lengths")
        if not {self.components}.issuperset(map(len, self.levels)):
            raise ValueError("a comparison vector has another length")
        return self


def profile_of(table: HashTable, key_set: KeySet) -> IndexProfile:
    """Return the profile of a file, of whose records all hashes are given."""
    pairs = within_pairs(table, key_set)
    settling = np.uint64(settling_mask(key_set))
    certain = (pairs.agreed & settling) == settling
    held = table.holds() & np.uint32(evidence_mask(key_set))
    decoys, _ = Comparer(key_set).cells(pairs.chosen(~certain), held, held, within=True)
    holds, holders = np.unique(held, return_counts=True)
    repeated = len(np.unique(pairs.right[certain]))
    return IndexProfile(key_set.id, table.records, repeated, holds, holders.astype(np.int64), decoys)
