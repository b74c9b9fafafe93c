"""One character for each way to write it: simplified for traditional (OpenCC), the usual one for a variant.

Conversion is by character, never by phrase: what stands for a character doesn't depend on its neighbours.
"""

from functools import cache
from importlib.resources import files

from opencc import OpenCC


class _PlainCharacters(dict[int, str]):
    """Code point to plain character, filled as characters are met: characters are kept, never names."""

    def __missing__(self, code: int) -> str:
        found = self[code] = _plain_character(chr(code))
        return found


_PLAIN = _PlainCharacters()


def make_plain(text: str) -> str:
    """Return `text` with each character replaced by the plain one that stands for it; a plain text stays as it is."""
    return text.translate(_PLAIN)


def traditional_form(character: str) -> str:
    """Return the traditional character of a simplified one, or the character itself."""
    traditional: str = _converter("s2t").convert(character)
    return traditional


def _plain_character(character: str) -> str:
    """Convert until nothing changes: a variant may be traditional, and stand for a character that has a variant."""
    variants = _variants()
    plain = variants.get(character) or _converter("t2s").convert(character)
    return character if plain == character else _plain_character(plain)


@cache
def _converter(direction: str) -> OpenCC:
    return OpenCC(direction)


@cache
def _variants() -> dict[str, str]:
    """Return variant → plain character of `names/variants.txt`."""
    lines = files("schemas").joinpath("names", "variants.txt").read_text(encoding="utf-8").splitlines()
    return {pair[0]: pair[1] for line in lines if not line.startswith("#") for pair in line.split()}
