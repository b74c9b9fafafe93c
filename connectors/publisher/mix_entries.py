"""Brings the entries of an index into the order of their handles, which are random.

In the register's own order, whoever receives two indexes of one agency could lay one beside the other and see which
handles are one child. All entries are held until then, packed, because a mixed part alone would still tell from which
stretch of the register it comes.
"""

from collections.abc import Iterable, Iterator

from schemas.formats import ENTRY_BYTES, HANDLE_BYTES, INDEX_HASH_BYTES
from schemas.messages.index import IndexEntry, pack_entry

_HASH_BYTES = 1 + INDEX_HASH_BYTES
_HEAD_BYTES = ENTRY_BYTES - _HASH_BYTES


class EntryMixer:
    """Takes the entries of one record after the other, gives them back by handle; one-shot.

    A record's handle and county are held once, which halves what a record of key set G takes.
    """

    def __init__(self) -> None:
        self._records: list[bytes] = []

    def add(self, entries: Iterable[IndexEntry]) -> None:
        """Keep the entries of one record until all are there; within a record they lose their order too."""
        packed = sorted(map(pack_entry, entries))
        if packed:
            self._records.append(packed[0][:_HEAD_BYTES] + b"".join(entry[_HEAD_BYTES:] for entry in packed))

    def packed_parts(self, entries_a_part: int) -> Iterator[bytes]:
        """Yield all entries in the order of their handles, packed, so many at a time."""
        part_bytes = entries_a_part * ENTRY_BYTES
        waiting = bytearray()
        self._records.sort(key=_handle_of, reverse=True)
        while self._records:
            waiting += _unpacked(self._records.pop())
            while len(waiting) >= part_bytes:
                yield bytes(waiting[:part_bytes])
                del waiting[:part_bytes]
        if waiting:
            yield bytes(waiting)


def _handle_of(record: bytes) -> bytes:
    return record[:HANDLE_BYTES]


def _unpacked(record: bytes) -> bytes:
    head = record[:_HEAD_BYTES]
    return b"".join(
        head + record[start : start + _HASH_BYTES] for start in range(_HEAD_BYTES, len(record), _HASH_BYTES)
    )
