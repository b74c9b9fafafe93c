"""Find the header of a ledger by its content, in one to three rows, under titles and unit lines. Pure."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from connectors.sources.errors import SourceError
from connectors.sources.source import CellValue, ColumnNames

Grid = Sequence[Sequence[CellValue]]
"""Rows of cells; a row may be shorter than the others."""

Merge = tuple[int, int, int, int]
"""A merged range: first row, first column, last row, last column; counted from 0, ends included."""

MAX_HEADER_SEARCH: Final = 20
"""The header begins in one of these first rows."""

MAX_HEADER_DEPTH: Final = 3

MIN_FOUND: Final = 3
"""So many mapped columns make a header (all of them, where fewer are mapped)."""

_NOTE_AT_END = re.compile(r"\([^()]*\)$")


@dataclass(frozen=True, slots=True)
class Header:
    """Where the mapped columns stand, and in which rows header and data begin (counted from 0)."""

    positions: Mapping[str, int]
    first_data_row: int
    first_row: int = 0


@dataclass(frozen=True, slots=True)
class _Found:
    positions: Mapping[str, int]
    ambiguous: tuple[str, ...]


def plain_label(value: CellValue) -> str:
    """Return a header cell for comparing: NFKC, without blanks, marks at its ends and a note in brackets."""
    if not isinstance(value, str):
        return ""
    text = "".join(unicodedata.normalize("NFKC", value).split()).strip("*:")
    return _NOTE_AT_END.sub("", text) or text


def find_header(grid: Grid, wanted: Sequence[ColumnNames], merges: Sequence[Merge] = ()) -> Header:
    """Return the first header in `grid`.

    A column under a group header is called `group/name`. A mapped name fits a column whose name ends in it;
    of several the one with the fewest groups counts, so that `姓名` is the child's and not `父亲/姓名`.

    Raises:
        SourceError: `header_not_found`, or `column_ambiguous` with the mapped name.
    """
    pieces = {piece for names in wanted for name in names for piece in _pieces(name)}
    for start in range(min(len(grid), MAX_HEADER_SEARCH)):
        if not any(plain_label(cell) in pieces for cell in grid[start]):
            continue
        depth, found = _deepen(grid, start, wanted, merges)
        top = start
        if found.ambiguous and start > 0:
            above = _resolve(_paths(grid[start - 1 : start + depth], start - 1, merges), wanted)
            found, top = (above, start - 1) if not above.ambiguous else (found, start)
        if _fields_found(found, wanted) >= min(MIN_FOUND, len(wanted)):
            if found.ambiguous:
                raise SourceError("column_ambiguous", column=found.ambiguous[0])
            return Header(found.positions, start + depth, top)
    raise SourceError("header_not_found")


def read_labels(grid: Grid, header: Header, merges: Sequence[Merge] = ()) -> tuple[str, ...]:
    """Return what the header calls each column, as `group/name`; nothing for a column without a name."""
    block = grid[header.first_row : header.first_data_row]
    return tuple("/".join(path) for path in _paths(block, header.first_row, merges))


def find_columns(labels: Sequence[str], wanted: Sequence[ColumnNames]) -> Mapping[str, int]:
    """Return where the wanted names stand among labels of `read_labels`; ambiguous ones are left out."""
    return _resolve([_pieces(label) for label in labels], wanted).positions


def _deepen(grid: Grid, start: int, wanted: Sequence[ColumnNames], merges: Sequence[Merge]) -> tuple[int, _Found]:
    """Take a further row into the header while a merged cell reaches into it or it names more columns."""
    depth = 1
    found = _resolve(_paths(grid[start : start + 1], start, merges), wanted)
    while depth < MAX_HEADER_DEPTH and start + depth < len(grid):
        reached = any(start <= top < start + depth <= bottom for top, _, bottom, _ in merges)
        deeper = _resolve(_paths(grid[start : start + depth + 1], start, merges), wanted)
        if not reached and _fields_found(deeper, wanted) <= _fields_found(found, wanted):
            break
        depth, found = depth + 1, deeper
    return depth, found


def _fields_found(found: _Found, wanted: Sequence[ColumnNames]) -> int:
    return sum(any(name in found.positions or name in found.ambiguous for name in names) for names in wanted)


def _pieces(name: str) -> tuple[str, ...]:
    return tuple(piece for piece in map(plain_label, name.split("/")) if piece)


def _paths(block: Grid, top: int, merges: Sequence[Merge]) -> list[tuple[str, ...]]:
    """Return for each column its labels from the outermost group down."""
    width = max((len(row) for row in block), default=0)
    labels = [[plain_label(cell) for cell in row] + [""] * (width - len(row)) for row in block]
    _spread_groups(labels, top, merges)
    return [tuple(p for row in labels for p in _pieces(row[column])) for column in range(width)]


def _spread_groups(labels: list[list[str]], top: int, merges: Sequence[Merge]) -> None:
    """Write a group's label over every column of the group, in place."""
    inside = [m for m in merges if top <= m[0] < top + len(labels)]
    for first_row, first_column, _, last_column in inside:
        row = labels[first_row - top]
        if first_column < len(row):
            row[first_column : last_column + 1] = [row[first_column]] * len(row[first_column : last_column + 1])
    if inside:
        return
    # Without merged cells (CSV) a group runs on over empty cells that have a label below them.
    for row, below in pairwise(labels):
        for column in range(1, len(row)):
            if not row[column] and below[column]:
                row[column] = row[column - 1]


def _resolve(paths: Sequence[tuple[str, ...]], wanted: Sequence[ColumnNames]) -> _Found:
    positions: dict[str, int] = {}
    ambiguous: list[str] = []
    for name in (name for names in wanted for name in names):
        pieces = _pieces(name)
        fitting = [c for c, path in enumerate(paths) if pieces and path[-len(pieces) :] == pieces]
        fewest = min((len(paths[c]) for c in fitting), default=0)
        fitting = [c for c in fitting if len(paths[c]) == fewest]
        if len(fitting) == 1:
            positions[name] = fitting[0]
        elif fitting:
            ambiguous.append(name)
    return _Found(positions, tuple(ambiguous))
