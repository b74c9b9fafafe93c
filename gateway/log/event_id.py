"""Event ids: UUID version 7 (RFC 9562 section 5.7), so that they sort roughly by time."""

import re
from datetime import datetime
from typing import Final

from schemas.randomness import RandomSource

_UUID7 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_VERSION: Final = 7 << 76
_VARIANT: Final = 2 << 62
_RANDOM_A: Final = ((1 << 12) - 1) << 64
_RANDOM_B: Final = (1 << 62) - 1


def make_event_id(now: datetime, random: RandomSource) -> str:
    """Return a new UUIDv7 for the aware time `now`, with 74 random bits."""
    milliseconds = int(now.timestamp() * 1000)
    noise = int.from_bytes(random(10), "big")
    return _format(f"{milliseconds << 80 | _VERSION | _VARIANT | noise & (_RANDOM_A | _RANDOM_B):032x}")


def parse_event_id(text: str) -> bytes:
    """Return the 16 bytes of the UUIDv7 `text`.

    Raises:
        ValueError: not a UUIDv7 in lower-case canonical form.
    """
    if not _UUID7.fullmatch(text):
        raise ValueError("not a UUIDv7")
    return bytes.fromhex(text.replace("-", ""))


def format_event_id(data: bytes) -> str:
    """Return the text of an event id of 16 bytes."""
    return _format(data.hex())


def _format(digits: str) -> str:
    """Return 32 hexadecimal digits in groups; uuid.UUID takes four times as long for it."""
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
