"""How single Han characters are read, without tones (pypinyin's table)."""

import os

# Readings are asked for one character at a time; its dictionary of phrases would cost every process half a second.
os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")
os.environ.setdefault("PYPINYIN_NO_DICT_COPY", "true")

from pypinyin import Style, lazy_pinyin


def toneless_reading(character: str) -> str | None:
    """Return the commonest reading of one Han character as a toneless syllable, None where none is known."""
    reading: str = lazy_pinyin(character, style=Style.NORMAL)[0]
    return None if reading == character else reading
