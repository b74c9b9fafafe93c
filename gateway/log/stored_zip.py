"""A ZIP archive in one form only: members stored, no times, no extras, no gaps (PKWARE APPNOTE 4.3).

The bytes follow from the members' names and data alone, so two exports of one log are the same file, and a reader can
account for each byte: nothing is hidden before, between or behind the members, and nothing can be inflated.
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final, Protocol

MAX_MEMBERS: Final = 65_534  # one more stands for ZIP64
MAX_ARCHIVE_BYTES: Final = 2**31
MAX_NAME_BYTES: Final = 128

_LOCAL: Final = struct.Struct("<4s5H3L2H")
_CENTRAL: Final = struct.Struct("<4s6H3L5H2L")
_END: Final = struct.Struct("<4s4H2LH")
_LOCAL_MAGIC, _CENTRAL_MAGIC, _END_MAGIC = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
_VERSION: Final = 20
_MADE_ON_UNIX: Final = 3 << 8 | _VERSION
_DATE: Final = 1 << 5 | 1  # 1 January 1980, the format's first day
_MODE: Final = 0o100644 << 16


class ArchiveError(ValueError):
    """The archive is not in its one form; says at which byte."""

    def __init__(self, offset: int, reason: str) -> None:
        super().__init__(f"{reason}, at byte {offset}")
        self.offset = offset


class Sink(Protocol):
    """What an archive is written to."""

    def write(self, data: bytes, /) -> object:
        """Take the next bytes."""


@dataclass(frozen=True, slots=True)
class ArchiveMember:
    """A file in the archive: its name, its CRC-32, its size in bytes and where its header begins."""

    name: str
    crc: int
    size: int
    offset: int

    @property
    def data_offset(self) -> int:
        """Where the data begins."""
        return self.offset + _LOCAL.size + len(self.name)

    def local_header(self) -> bytes:
        """Return the bytes before the data."""
        fields = (_LOCAL_MAGIC, _VERSION, 0, 0, 0, _DATE, self.crc, self.size, self.size, len(self.name), 0)
        return _LOCAL.pack(*fields) + self.name.encode("ascii")

    def central_header(self) -> bytes:
        """Return the member's record in the central directory."""
        described = (_VERSION, 0, 0, 0, _DATE, self.crc, self.size, self.size, len(self.name), 0, 0, 0, 0)
        packed = _CENTRAL.pack(_CENTRAL_MAGIC, _MADE_ON_UNIX, *described, _MODE, self.offset)
        return packed + self.name.encode("ascii")


class ArchiveWriter:
    """Writes members one after the other; `finish` ends the archive."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._members: list[ArchiveMember] = []
        self._offset = 0

    def add(self, name: str, data: bytes) -> None:
        """Add the file `name`, ASCII.

        Raises:
            ArchiveError: the archive would become too large.
        """
        member = ArchiveMember(name, zlib.crc32(data), len(data), self._offset)
        end = member.data_offset + member.size
        if end > MAX_ARCHIVE_BYTES or len(self._members) == MAX_MEMBERS:
            raise ArchiveError(self._offset, "the archive would be too large")
        self._sink.write(member.local_header())
        self._sink.write(data)
        self._members.append(member)
        self._offset = end

    def finish(self) -> None:
        """Write the directory."""
        self._sink.write(_directory(self._members, self._offset))


class StoredArchive:
    """An archive whose every byte is accounted for. Whoever reads the data compares `ArchiveMember.crc`.

    Raises:
        ArchiveError: not in its one form.
    """

    def __init__(self, source: BinaryIO, size: int) -> None:
        self._source = source
        self.members = tuple(self._walk(size))
        end = self.members[-1].data_offset + self.members[-1].size if self.members else 0
        directory = _directory(self.members, end)
        if self._at(end, size - end) != directory:
            raise ArchiveError(end, "the directory is not that of the members")

    def read(self, member: ArchiveMember) -> bytes:
        """Return the member's data."""
        return self._at(member.data_offset, member.size)

    def _walk(self, size: int) -> Iterator[ArchiveMember]:
        offset = count = 0
        while self._at(offset, 4) == _LOCAL_MAGIC:
            member = self._member_at(offset)
            if count == MAX_MEMBERS or member.data_offset + member.size > size:
                raise ArchiveError(offset, "a member goes beyond the archive")
            yield member
            offset = member.data_offset + member.size
            count += 1

    def _member_at(self, offset: int) -> ArchiveMember:
        packed = self._at(offset, _LOCAL.size)
        if len(packed) < _LOCAL.size:
            raise ArchiveError(offset, "a member's header is cut short")
        _, _, _, _, _, _, crc, size, _, name_bytes, _ = _LOCAL.unpack(packed)
        name = self._at(offset + _LOCAL.size, min(name_bytes, MAX_NAME_BYTES))
        if not name.isascii():
            raise ArchiveError(offset, "a member's name is not ASCII")
        member = ArchiveMember(name.decode("ascii"), crc, size, offset)
        if member.local_header() != packed + name:
            raise ArchiveError(offset, "a member's header is not in its one form")
        return member

    def _at(self, offset: int, size: int) -> bytes:
        self._source.seek(offset)
        return self._source.read(size)


def _directory(members: tuple[ArchiveMember, ...] | list[ArchiveMember], offset: int) -> bytes:
    records = b"".join(member.central_header() for member in members)
    return records + _END.pack(_END_MAGIC, 0, 0, len(members), len(members), len(records), offset, 0)
