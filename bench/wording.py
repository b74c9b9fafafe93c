"""Chinese beside the English names of what was measured: phrase by phrase, with the numbers left out."""

import re
from functools import cache
from pathlib import Path
from typing import Any, Final

from schemas.own_yaml import parse_own_yaml

_WORDING: Final = Path(__file__).with_name("wording.yaml")
_BETWEEN: Final = re.compile(r"(, |: )")
_NUMBER: Final = re.compile(r"[0-9]+(?:,[0-9]{3})*(?:\.[0-9]+)?")
_STOPS: Final = {", ": "，", ": ": "："}


def titles() -> dict[str, tuple[str, str]]:
    """Return zh and en of each benchmark's title."""
    return {name: (title["zh"], title["en"]) for name, title in _wording()["titles"].items()}


def in_chinese(name: str) -> str:
    """Return the Chinese for the name of a result.

    Raises:
        KeyError: a phrase has no wording; it is the error's argument.
    """
    phrases: dict[str, str] = _wording()["phrases"]
    return "".join(_STOPS.get(part) or _translated(part, phrases) for part in _BETWEEN.split(name))


def _translated(phrase: str, phrases: dict[str, str]) -> str:
    return phrases[_NUMBER.sub("{}", phrase)].format(*_NUMBER.findall(phrase))


@cache
def _wording() -> dict[str, Any]:
    wording: dict[str, Any] = parse_own_yaml(_WORDING.read_bytes())
    return wording
