"""Brings the entries of an index into the order of their handles, which are random.

In the register's own order, whoever receives two indexes of one agency could lay one beside the other and see which
handles are one child. All entries are held, packed at 36 bytes each, because a mixed part alone would still tell from
which stretch of the register it comes.
"""

from collections.abc import Iterable, Iterator

from schemas.formats import ENTRY_BYTES
from schemas.messages.index import IndexEntry, pack_entry

_FIRST_BYTES = 256


class EntryMixer:
    """Takes entries in any order, gives them back by handle; one-shot."""

    def __init__(self) -> None:
        self._buckets = [bytearray() for _ in range(_FIRST_BYTES)]

    def add(self, entries: Iterable[IndexEntry]) -> None:
        """Keep some entries until all are there."""
        for entry in entries:
            self._buckets[entry.handle[0]] += pack_entry(entry)

    def packed_parts(self, entries_a_part: int) -> Iterator[bytes]:
        """Yield all entries in the order of their handles, packed, so many at a time."""
        part_bytes = entries_a_part * ENTRY_BYTES
        waiting = bytearray()
        for bucket in self._buckets:
            waiting += b"".join(sorted(bytes(bucket[start : start + ENTRY_BYTES]) for start in _starts(bucket)))
            bucket.clear()
            while len(waiting) >= part_bytes:
                yield bytes(waiting[:part_bytes])
                del waiting[:part_bytes]
        if waiting:
            yield bytes(waiting)


def _starts(packed: bytearray) -> range:
    return range(0, len(packed), ENTRY_BYTES)
