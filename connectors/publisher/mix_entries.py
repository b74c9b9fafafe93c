"""Holds an index until all of it is there, leaves out what too many records share, and mixes the rest.

Entries come out in the order of their handles, which are random. In the register's own order, whoever receives two
indexes of one agency could lay one beside the other and see which handles are one child. All entries are held until
then, packed, because a mixed part alone would still tell from which stretch of the register it comes.
"""

from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from schemas.formats import ENTRY_BYTES, HANDLE_BYTES

LEFT_OUT: Final = 0
"""The mark of a key that is not published; of the others it is their key type code."""

_RECORDS_A_SLICE: Final = 5_000
_RECORD_BITS: Final = 13
"""A slice's records are told apart by so many bits."""

_CODE_BITS: Final = 8
_PLACE_BITS: Final = _RECORD_BITS + _CODE_BITS
_COUNTY_BYTES: Final = 3
_WORD: Final = np.dtype(">u8")
_HASH: Final = np.dtype((_WORD, 2))
_HEAD: Final = np.dtype([("handle", _HASH), ("county", f"V{_COUNTY_BYTES}")])
# As bytes: what has columns of its own numpy copies column by column, ten times as slowly.
_OPAQUE_HEAD: Final = np.dtype(f"V{_HEAD.itemsize}")
_OPAQUE_HASH: Final = np.dtype(f"V{_HASH.itemsize}")
_ENTRY: Final = np.dtype([("head", _OPAQUE_HEAD), ("code", "u1"), ("hash", _OPAQUE_HASH)])
_ROW: Final = np.dtype(f"V{_ENTRY.itemsize}")


class EntryMixer:
    """Takes the records of an index one after the other; they are numbered from 0."""

    def __init__(self) -> None:
        self._heads = bytearray()
        self._marks = bytearray()
        self._keys = array("I")
        self._places = array("I")
        self._hashes = bytearray()

    def add(self, handle: bytes, county: int, marks: bytes, places: Iterable[int]) -> None:
        """Keep one record.

        Args:
            handle: 16 random bytes.
            county: the county by which it is covered.
            marks: of each of its keys.
            places: for each key that is not left out, which of all hashes is its own, from 0; equal keys share one.
        """
        self._heads += handle + county.to_bytes(_COUNTY_BYTES, "big")
        self._marks += marks
        self._keys.append(len(marks))
        self._places.extend(places)

    def add_hashes(self, packed: bytes) -> None:
        """Keep some more index hashes, in the order of their places."""
        self._hashes += packed

    def mix(self, max_group: int) -> "MixedIndex":
        """Return the index without the hashes that more than `max_group` records share."""
        marks = np.frombuffer(self._marks, np.uint8).copy()
        hashes = np.frombuffer(self._hashes, _WORD).reshape(-1, 2)
        places = np.frombuffer(self._places, np.uint32)
        is_common = _is_common(hashes[:, 0].astype(np.uint64)[places], max_group)
        marks[np.flatnonzero(marks)[is_common]] = LEFT_OUT
        first = np.concatenate(([0], np.cumsum(np.frombuffer(self._keys, np.uint32), dtype=np.int64)))
        heads = np.frombuffer(self._heads, _HEAD)
        return MixedIndex(
            heads=heads,
            marks=marks,
            first_mark=first,
            hashes=hashes,
            places=places[~is_common] if is_common.any() else places,
            first_hash=np.concatenate(([0], np.cumsum(marks != LEFT_OUT)))[first],
            too_common=int(is_common.sum()),
            order=np.lexsort((heads["handle"][:, 1], heads["handle"][:, 0])),
        )


@dataclass(frozen=True, slots=True)
class MixedIndex:
    """All records of an index.

    Attributes:
        heads: handle and county of each record.
        marks: uint8, the marks of all keys, record after record.
        first_mark: int64, where the marks of each record begin, and where the last one's end.
        hashes: all index hashes, in the order of their places.
        places: uint32, where among `hashes` that of each mark lies which is not `LEFT_OUT`.
        first_hash: int64, where the places of each record begin, and where the last one's end.
        too_common: how many hashes were left out here.
        order: int64, the records in the order of their handles.
    """

    heads: NDArray[np.void] = field(repr=False)
    marks: NDArray[np.uint8] = field(repr=False)
    first_mark: NDArray[np.int64] = field(repr=False)
    hashes: NDArray[np.uint64] = field(repr=False)
    places: NDArray[np.uint32] = field(repr=False)
    first_hash: NDArray[np.int64] = field(repr=False)
    too_common: int
    order: NDArray[np.int64] = field(repr=False)

    def records(self) -> Iterator[tuple[int, bytes, bytes]]:
        """Yield number, handle and marks of each record, in the order of the handles."""
        marks, first = self.marks.tobytes(), self.first_mark.tolist()
        handles = self.heads["handle"][self.order].tobytes()
        for place, number in enumerate(self.order.tolist()):
            handle = handles[place * HANDLE_BYTES : (place + 1) * HANDLE_BYTES]
            yield number, handle, marks[first[number] : first[number + 1]]

    def packed_parts(self, entries_a_part: int) -> Iterator[bytes]:
        """Yield all entries in the order of their handles, packed, so many at a time."""
        part_bytes = entries_a_part * ENTRY_BYTES
        waiting = bytearray()
        for start in range(0, len(self.order), _RECORDS_A_SLICE):
            waiting += self._pack(self.order[start : start + _RECORDS_A_SLICE])
            while len(waiting) >= part_bytes:
                yield bytes(waiting[:part_bytes])
                del waiting[:part_bytes]
        if waiting:
            yield bytes(waiting)

    def _pack(self, records: NDArray[np.int64]) -> bytes:
        """Return the entries of some records; within a record they lose their order too."""
        hashes, record = _ranges(self.first_hash, records)
        marks = self.marks[_ranges(self.first_mark, records)[0]]
        entries = np.empty(len(hashes), _ENTRY)
        entries["head"] = self.heads.view(_OPAQUE_HEAD)[records][record]
        entries["code"] = marks[marks != LEFT_OUT]
        index_hash = self.hashes[self.places[hashes]]
        entries["hash"] = index_hash.view(_OPAQUE_HASH).ravel()
        order = _order(record, entries["code"], index_hash[:, 0].astype(np.uint64))
        return entries.view(_ROW)[order].tobytes()


def _is_common(hashes: NDArray[np.uint64], max_group: int) -> NDArray[np.bool_]:
    """Tell which hashes occur more often; of each hash, which is random, its first 8 bytes are looked at."""
    ordered = np.sort(hashes)
    ends = ordered[max_group:]
    starts = ordered[: len(ends)]
    common = np.unique(starts[starts == ends])
    if len(common) == 0:
        return np.zeros(len(hashes), np.bool_)
    nearest = np.minimum(np.searchsorted(common, hashes), len(common) - 1)
    is_common: NDArray[np.bool_] = common[nearest] == hashes
    return is_common


def _order(record: NDArray[np.int64], code: NDArray[np.uint8], index_hash: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Return the order by record, code and hash: one word of all three, into which nearly all of the hash goes."""
    place = record.astype(np.uint64) << np.uint64(_CODE_BITS) | code
    return np.argsort(place << np.uint64(64 - _PLACE_BITS) | index_hash >> np.uint64(_PLACE_BITS))


def _ranges(first: NDArray[np.int64], records: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return what lies in the records' ranges, one after the other, and the place among `records` of each of it."""
    counts = first[records + 1] - first[records]
    place = np.repeat(np.arange(len(records)), counts)
    within = np.arange(len(place)) - np.repeat(np.cumsum(counts) - counts, counts)
    return first[records][place] + within, place
