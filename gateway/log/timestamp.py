"""Times in leaves: RFC 3339, UTC, exactly three decimals and `Z`, so that text order is time order."""

import re
from datetime import UTC, datetime
from functools import lru_cache

_TIMESTAMP = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z")


@lru_cache(maxsize=16)  # one transaction asks for the same time with each of its leaves
def format_timestamp(at: datetime) -> str:
    """Return the aware time `at` as text, cut to milliseconds.

    Raises:
        ValueError: `at` has no time zone.
    """
    if at.tzinfo is None:
        raise ValueError("a time without a zone")
    return at.astimezone(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


def parse_timestamp(text: str) -> datetime:
    """Return the aware UTC time that `text` states.

    Raises:
        ValueError: not in the one accepted form, or no such time.
    """
    if not _TIMESTAMP.fullmatch(text):
        raise ValueError("not a timestamp")
    return datetime.fromisoformat(text)
