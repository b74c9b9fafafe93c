"""Links that are known to be right, for measuring a rehearsal: a CSV file (RFC 4180) with the columns a and b."""

import csv
import io
from pathlib import Path
from typing import Final

from schemas.faults import Wording

MAX_LINKS_BYTES: Final = 64 * 1024 * 1024
MAX_LINKS: Final = 2_000_000
MAX_LOCATOR_CHARACTERS: Final = 200

_HEADER = ["a", "b"]

_SENTENCES: Final = {
    "missing": Wording("找不到真值文件", "there is no such file of links"),
    "too_large": Wording("真值文件过大", "the file of links is too large"),
    "header": Wording("真值文件第一行应为 a,b", "the first line of the file of links is a,b"),
    "malformed": Wording("真值文件写法有误", "the file of links is malformed"),
    "twice": Wording("真值文件有重复的行", "a link stands twice in the file of links"),
    "not_there": Wording("真值文件指向数据中没有的行", "the file of links names a row that is not in the data"),
}


class LinksError(Exception):
    """A file of links can't be used; names its line, never what stands in it.

    Attributes:
        code: why.
        line: record of the file, from 1; None when the whole is meant.
    """

    def __init__(self, code: str, line: int | None = None) -> None:
        self.code = code
        self.line = line
        sentence = _SENTENCES[code]
        place = ("", "") if line is None else (f"第{line}行：", f"row {line}: ")
        super().__init__(f"{place[0]}{sentence.zh} / {place[1]}{sentence.en}")


def read_links(path: Path) -> tuple[tuple[str, str], ...]:
    """Return the links: the locator of a row of file A and that of the row of file B that is the same child.

    A locator is the row number in a file, and the primary key in a database. A byte order mark is allowed.

    Raises:
        LinksError: `missing`, `too_large`, `header`, `malformed`, `twice`.
    """
    header, *records = _records(path) or [[]]
    if header != _HEADER:
        raise LinksError("header")
    if len(records) > MAX_LINKS:
        raise LinksError("too_large")
    links: dict[tuple[str, str], None] = {}
    for line, cells in enumerate(records, 2):
        if len(cells) != len(_HEADER) or not all(0 < len(cell) <= MAX_LOCATOR_CHARACTERS for cell in cells):
            raise LinksError("malformed", line)
        if (cells[0], cells[1]) in links:
            raise LinksError("twice", line)
        links[cells[0], cells[1]] = None
    return tuple(links)


def _records(path: Path) -> list[list[str]]:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_LINKS_BYTES + 1)
    except OSError:
        raise LinksError("missing") from None
    if len(data) > MAX_LINKS_BYTES:
        raise LinksError("too_large")
    try:
        return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error):
        raise LinksError("malformed") from None
