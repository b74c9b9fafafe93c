"""Pages whose words are written by hand; figures are put between markers, so that the words stay as they were."""

import re
from collections.abc import Iterable, Mapping, Sequence

_MARKED = re.compile(r"(<!-- begin: (?P<name>[a-z_-]+) -->\n).*?(<!-- end: (?P=name) -->)", re.DOTALL)


class PageError(Exception):
    """The page and the figures don't fit: a marker is missing, stands twice or is unknown; the message names it."""


def fill(text: str, content: Mapping[str, str]) -> str:
    """Return a page with what stands between its markers replaced.

    Raises:
        PageError: a name has no markers or several, or markers have a name of their own.
    """
    names = [found["name"] for found in _MARKED.finditer(text)]
    for name in {*content, *names}:
        if names.count(name) != 1 or name not in content:
            raise PageError(name)
    return _MARKED.sub(lambda found: f"{found[1]}{content[found['name']]}\n{found[3]}", text)


def figure_table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table in Markdown; every column but the first is set to the right."""
    lines = [_line(heads), _line(["---", *["--:"] * (len(heads) - 1)])]
    return "\n".join([*lines, *(_line(row) for row in rows)])


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
