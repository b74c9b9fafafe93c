"""The tables of characters and dates beside the code, read once."""

from importlib import resources
from typing import Any, Final

from schemas.own_yaml import parse_own_yaml

_FOLDER: Final = resources.files("demo.province") / "data"


def read_lines(name: str) -> list[str]:
    """Return the lines of a table without its comments."""
    lines = (_FOLDER / name).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def read_words(name: str) -> list[str]:
    """Return the words of a table, in order."""
    return [word for line in read_lines(name) for word in line.split()]


def read_yaml(name: str) -> dict[str, Any]:
    """Return a table of named word lists."""
    loaded: dict[str, Any] = parse_own_yaml((_FOLDER / name).read_text(encoding="utf-8"))
    return loaded
