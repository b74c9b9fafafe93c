"""What a bad bundle in the museum is: its fault for a name, how it is made, and how it must be refused."""

import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from gateway.log.bundle_errors import BundleFault
from tests.museum.bundles.forge import Files, described, pack
from tests.museum.bundles.honest import SIZE, Honest

Kind = Literal["log", "evidence"]
BOTH: tuple[Kind, Kind] = ("log", "evidence")
Maker = Callable[[Honest, Kind], bytes]


@dataclass(frozen=True)
class Exhibit:
    """One bad bundle.

    Attributes:
        name: what is wrong with it.
        of: the kind of bundle that it is, or pretends to be.
        make: makes its bytes from the good bundles, for this kind.
        code, file, entry, offset: how it must be refused and where; an `offset` of None is not looked at.
    """

    name: str
    of: Kind
    make: Maker
    code: BundleFault
    file: str
    entry: int | None = None
    offset: int | None = None

    @property
    def file_name(self) -> str:
        """The name under which it is written to a folder."""
        return f"{self.of}-{self.name.replace(' ', '-')}.zip"


def both(name: str, make: Maker, code: BundleFault, file: str) -> tuple[Exhibit, Exhibit]:
    """Return the exhibit of a fault that bundles of either kind may have."""
    return Exhibit(name, "log", make, code, file), Exhibit(name, "evidence", make, code, file)


def files_of(honest: Honest, of: Kind) -> Files:
    """Return the files of the good bundle of a kind."""
    return honest.log_files if of == "log" else honest.evidence_files


def bundle_of(honest: Honest, of: Kind) -> bytes:
    """Return the good bundle of a kind."""
    return honest.log if of == "log" else honest.evidence


def changed(honest: Honest, of: Kind, path: str, change: Callable[[bytes], bytes]) -> bytes:
    """Return the good bundle with one file changed and a manifest that fits."""
    files = files_of(honest, of)
    return pack(described(files | {path: change(files[path])}, SIZE))


def with_files(honest: Honest, of: Kind, files: Files) -> bytes:
    """Return the good bundle with other files in the place of its own, and a manifest that fits."""
    return pack(described(files_of(honest, of) | files, SIZE))


def flip(data: bytes, offset: int) -> bytes:
    """Return the data with one bit of one byte changed."""
    return data[:offset] + bytes([data[offset] ^ 1]) + data[offset + 1 :]


def place_of_entry(data: bytes, number: int) -> int:
    """Return where the `number`-th entry begins in a file of entries."""
    offset = 0
    for _ in range(number):
        offset += 2 + struct.unpack_from(">H", data, offset)[0]
    return offset
