"""How single Han characters are read, without tones (pypinyin's table)."""

import os
from collections.abc import Callable
from functools import cache, partial

# Readings are asked for one character at a time; its dictionary of phrases would cost every process half a second.
os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")
os.environ.setdefault("PYPINYIN_NO_DICT_COPY", "true")


def toneless_reading(character: str) -> str | None:
    """Return the commonest reading of one Han character as a toneless syllable, None where none is known."""
    reading = _reader()(character)[0]
    return None if reading == character else reading


@cache
def _reader() -> Callable[[str], list[str]]:
    """Return pypinyin's reader; it is loaded when a name is read, for most programs and commands read none."""
    from pypinyin import Style, lazy_pinyin

    return partial(lazy_pinyin, style=Style.NORMAL)
