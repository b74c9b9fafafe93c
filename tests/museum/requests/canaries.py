"""Marked identifiers that bad inputs carry, each exhibit its own: where one turns up, it names who let it through."""

import base64
import binascii
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from schemas.check_digit import complete_citizen_id

PREFIX = "99019920150307"
"""Region (never issued) and birth date of every marked ID number; the serial names the exhibit."""

NAME = "欧阳雀儿"
PHONE_PREFIX = "100-0990-"
"""No telephone number in China begins with 100."""

SETTLED_SECONDS = 2
"""Two writes that follow each other closely may leave the same time of change: such a file is looked into again."""

_FIRST_SERIAL = 100


@dataclass(frozen=True)
class Canary:
    """What one exhibit carries."""

    citizen_id: str
    name: str
    phone: str

    @classmethod
    def numbered(cls, number: int) -> "Canary":
        """Return the canary of exhibit `number`, at most 899."""
        citizen_id = complete_citizen_id(f"{PREFIX}{_FIRST_SERIAL + number}")
        return cls(citizen_id, NAME, f"{PHONE_PREFIX}{number:04}")

    def fill(self, text: str) -> str:
        """Put the identifiers in the places marked for them."""
        return text.replace("<ID>", self.citizen_id).replace("<NAME>", self.name).replace("<PHONE>", self.phone)


def find_canaries(data: bytes) -> list[str]:
    """Return what was found of marked identifiers in `data`, in any of the forms in which text is kept or sent."""
    in_small = data.lower() if b"%" in data else b""  # percent-encoded text may have small and capital digits
    return [form for form, pattern in _PATTERNS if pattern in (in_small if b"%" in pattern else data)]


def find_in_folder(folder: Path, but_not: Path) -> list[str]:
    """Return `file: form` for each marked identifier in any file below `folder`, databases and logs included."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file() and but_not not in path.parents)
    return [f"{path.relative_to(folder)}: {form}" for path in files for form in _find_in_file(path)]


def _find_in_file(path: Path) -> list[str]:
    """Look into a file, unless nothing was in it before and nobody has written to it since."""
    status = path.stat()
    version = (status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
    if _clean.get(path) == version:
        return []
    found = find_canaries(path.read_bytes())
    if not found and time.time() - status.st_mtime > SETTLED_SECONDS:
        _clean[path] = version
    return found


_clean: dict[Path, tuple[int, ...]] = {}


def _forms(text: str) -> Iterator[tuple[str, bytes]]:
    for encoding in ("utf-8", "utf-16-le", "utf-16-be", "gb18030"):
        encoded = text.encode(encoding)
        yield encoding, encoded
        yield f"{encoding} in hex", binascii.hexlify(encoded)
        for skipped in range(3):
            # Whatever stands before it, one of three alignments of base64 shows the middle of the text.
            padded = base64.urlsafe_b64encode(b"\0" * skipped + encoded).rstrip(b"=")
            yield f"{encoding} in base64", padded[4:-2]
    yield "escaped", text.encode("ascii", "backslashreplace")
    yield "percent-encoded", "".join(f"%{byte:02X}" for byte in text.encode()).encode("ascii")


_PATTERNS = [
    (f"{what} as {form}", pattern.lower() if b"%" in pattern else pattern)
    for what, text in (("ID number", PREFIX), ("name", NAME), ("telephone", PHONE_PREFIX))
    for form, pattern in dict(_forms(text)).items()
]
