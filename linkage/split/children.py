"""Which open rows are certainly one child, and what every record holds."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial

import numpy as np
from numpy.typing import NDArray

from linkage.duplicates import children_of, mark_all, mark_settling, neighbours
from linkage.split.files import Index, Roster
from linkage.split.flow import Engine, Piece
from linkage.split.pieces import HELD, LINK, MARK, here, rows_of, spread, unpack
from schemas.key_set import KeySet

_MARKED, _SAME, _ASKED_HOLDS, _INDEX_HOLDS = b"m", b"s", b"a", b"i"


@dataclass(frozen=True, slots=True)
class Children:
    """The children whom open rows name, and what records hold.

    Attributes:
        children: how many children there are.
        child: int32, the child of each open row.
        asked_holds: uint32, what each child holds, as `linkage.hash_table.HashTable.holds`.
        index_holds: uint32, what each record of the index's file holds; nothing where it is left out.
    """

    children: int
    child: NDArray[np.int32] = field(repr=False)
    asked_holds: NDArray[np.uint32] = field(repr=False)
    index_holds: NDArray[np.uint32] = field(repr=False)


def find_children(
    engine: Engine, roster: Roster, open_rows: int, index: Index, key_set: KeySet, buckets: int
) -> Children:
    """Bring together the open rows that are certainly one child.

    Args:
        engine: runs it.
        roster: the open rows.
        open_rows: how many there are.
        index: what is looked up in.
        key_set: by which both were hashed.
        buckets: over so many addresses marks are spread.
    """
    flow = engine.start(roster.file.parts + index.file.parts, partial(_mark_and_hold, roster, index, key_set, buckets))
    pieces = [data for _, data in flow.regroup(_same).collect()]
    same = unpack(_SAME, LINK, pieces)
    children, child = children_of(open_rows, same["left"], same["right"])
    asked_holds = np.zeros(children, np.uint32)
    held = unpack(_ASKED_HOLDS, HELD, pieces)
    np.bitwise_or.at(asked_holds, child[held["record"]], held["held"])
    index_holds = np.zeros(index.file.records, np.uint32)
    held = unpack(_INDEX_HOLDS, HELD, pieces)
    index_holds[held["record"]] = held["held"]
    return Children(children, child, asked_holds, index_holds)


def _mark_and_hold(roster: Roster, index: Index, key_set: KeySet, buckets: int, part: int) -> Iterator[Piece]:
    if part >= roster.file.parts:
        table, numbers = index.read(part - roster.file.parts, key_set)
        yield from here(_INDEX_HOLDS, rows_of(HELD, numbers, table.holds()))
        return
    table, numbers = roster.read(part, key_set)
    yield from here(_ASKED_HOLDS, rows_of(HELD, numbers, table.holds()))
    for kind, (record, mark) in enumerate((mark_all(table), mark_settling(table, key_set))):
        yield from spread(_MARKED, rows_of(MARK, numbers[record], mark), mark, buckets, kind * buckets)


def _same(_address: int, pieces: list[bytes]) -> Iterator[Piece]:
    rows = unpack(_MARKED, MARK, pieces)
    yield from here(_SAME, rows_of(LINK, *neighbours(rows["record"], rows["mark"])))
