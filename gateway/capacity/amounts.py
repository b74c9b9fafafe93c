"""Numbers as people read them: with separators, and in the unit that leaves few digits."""

from typing import Final

_BYTES: Final = ("B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB")
_STEP: Final = 1_024
_FEW: Final = 10
_LEAST: Final = 0.01


def count_text(count: float) -> str:
    """Return a count; below ten with two digits that count, unless it is whole."""
    if count >= _FEW or count == int(count):
        return f"{count:,.0f}"
    return f"{count:.2g}" if count >= _LEAST else f"< {_LEAST}"


def bytes_text(size: float) -> str:
    """Return a size in binary units."""
    for unit in _BYTES[:-1]:
        if size < _STEP:
            return f"{size:,.0f} {unit}" if unit in _BYTES[:2] else f"{size:,.1f} {unit}"
        size /= _STEP
    return f"{size:,.1f} {_BYTES[-1]}"


def hours_text(hours: float) -> str:
    """Return a time in hours, or in minutes or seconds where it is short."""
    if hours >= 1:
        return f"{hours:,.1f} h"
    minutes = 60 * hours
    return f"{minutes:.1f} min" if minutes >= 1 else f"{60 * minutes:.1f} s"
