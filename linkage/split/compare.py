"""The second stage on split files: pairs across and within the files, and how they look."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from linkage.agreement import Pairs, share_across, share_within
from linkage.comparison import Cells, Comparer, merge
from linkage.masks import settling_mask
from linkage.split.children import Children
from linkage.split.files import Index, Roster
from linkage.split.flow import HERE, Engine, Piece
from linkage.split.pairs import pairs_of, shared_rows
from linkage.split.pieces import ENTRY, PAIR, RECORD, entries_of, here, pack, rows_of, spread, table_of, unpack
from schemas.key_set import KeySet

_ASKED, _INDEXED, _SHARED = b"a", b"i", b"s"
ACROSS, WITHIN_ASKED, WITHIN_INDEX = range(3)
_COMPARED: Final = (b"x", b"y", b"z")
_REPEATED: Final = (b"", b"r", b"q")
_COUNT_BYTES: Final = 4


@dataclass(frozen=True, slots=True)
class Compared:
    """What comparing came to.

    Attributes:
        pairs: pairs of a child and a record of the index that nobody settled on, in the order of left and right.
        cells: how they look.
        cell: int64, the cell of each pair.
        decoys: how pairs within the children and within the index look, certain repetitions left out.
        repeated: how many children and how many records of the index certainly repeat another one.
    """

    pairs: Pairs = field(repr=False)
    cells: Cells = field(repr=False)
    cell: NDArray[np.int64] = field(repr=False)
    decoys: tuple[Cells, Cells] = field(repr=False)
    repeated: tuple[int, int]


@dataclass(frozen=True, slots=True)
class ComparingStage:
    """Both files, with the asked rows numbered by child, and how their hashes are spread.

    Attributes:
        roster: the children.
        index: the records.
        found: who is one child, and who holds what.
        is_free: for each record of the index's file whether nobody settled on it.
        key_set: by which both were hashed.
        buckets: over so many addresses hashes and pairs are spread.
    """

    roster: Roster
    index: Index
    found: Children
    is_free: NDArray[np.bool_] = field(repr=False)
    key_set: KeySet = field(repr=False)
    buckets: int

    @property
    def records(self) -> tuple[int, int]:
        """How many numbers of children and of records there are."""
        return self.found.children, self.index.file.records

    def run(self, engine: Engine) -> Compared:
        """Compare everything that shares a hash."""
        flow = engine.start(self.roster.file.parts + self.index.file.parts, partial(_entries, self))
        pieces = [data for _, data in flow.regroup(partial(_share, self)).regroup(partial(_compare, self)).collect()]
        components = Comparer(self.key_set).components
        across, of_asked, of_index = (_gather(tag, components, pieces) for tag in _COMPARED)
        rows = across[1][np.lexsort((across[1]["right"], across[1]["left"]))]
        left, right, agreed = (np.ascontiguousarray(rows[name]) for name in ("left", "right", "agreed"))
        pairs = Pairs(left, right, agreed, np.zeros(len(rows), np.int32))
        repeated = [len(np.unique(unpack(_REPEATED[kind], RECORD, pieces))) for kind in (WITHIN_ASKED, WITHIN_INDEX)]
        decoys = of_asked[0], of_index[0]
        return Compared(pairs, across[0], rows["cell"].astype(np.int64), decoys, (repeated[0], repeated[1]))


def _entries(stage: ComparingStage, part: int) -> Iterator[Piece]:
    is_asked = part < stage.roster.file.parts
    if is_asked:
        table, numbers = stage.roster.read(part, stage.key_set)
    else:
        table, numbers = stage.index.read(part - stage.roster.file.parts, stage.key_set)
    tag = _ASKED if is_asked else _INDEXED
    yield from spread(tag, entries_of(table, numbers), table.index_hash, stage.buckets)


def _share(stage: ComparingStage, _address: int, pieces: list[bytes]) -> Iterator[Piece]:
    children, records = stage.records
    asked = table_of(unpack(_ASKED, ENTRY, pieces), children)
    index = table_of(unpack(_INDEXED, ENTRY, pieces), records)
    free = index.entries(stage.is_free[index.record])
    key_set = stage.key_set
    for kind, rows in (
        (ACROSS, shared_rows(share_across(asked, free, key_set), records)),
        (WITHIN_ASKED, shared_rows(share_within(asked, key_set), children)),
        (WITHIN_INDEX, shared_rows(share_within(index, key_set), records)),
    ):
        yield from spread(_SHARED, rows, rows["left"], stage.buckets, kind * stage.buckets)


def _compare(stage: ComparingStage, address: int, pieces: list[bytes]) -> Iterator[Piece]:
    kind = address // stage.buckets
    holds = stage.found.asked_holds, stage.found.index_holds
    left = holds[kind == WITHIN_INDEX]
    right = holds[kind != WITHIN_ASKED]
    pairs = pairs_of(pieces, _SHARED, len(right), stage.key_set)
    if kind != ACROSS:
        settling = np.uint64(settling_mask(stage.key_set))
        certain = (pairs.agreed & settling) == settling
        yield from here(_REPEATED[kind], np.unique(pairs.right[certain]))
        pairs = pairs.chosen(~certain)
    lefts, left_place = np.unique(pairs.left, return_inverse=True)
    rights, right_place = np.unique(pairs.right, return_inverse=True)
    placed = Pairs(left_place.astype(np.int32), right_place.astype(np.int32), pairs.agreed, pairs.group)
    cells, cell = Comparer(stage.key_set).cells(placed, left[lefts], right[rights], within=kind != ACROSS)
    told = rows_of(PAIR, pairs.left, pairs.right, pairs.agreed, cell) if kind == ACROSS else np.empty(0, PAIR)
    yield HERE, pack(_COMPARED[kind], np.array([len(cells)], "<u4")) + _cell_rows(cells).tobytes() + told.tobytes()


def _gather(tag: bytes, components: int, pieces: Iterable[bytes]) -> tuple[Cells, NDArray[Any]]:
    """Bring together what the addresses made: the cells, and the pairs with their place among them."""
    layout = _cell_layout(components)
    cells, pairs, start = [np.empty(0, layout)], [np.empty(0, PAIR)], 0
    for piece in (memoryview(piece)[1:] for piece in pieces if piece.startswith(tag)):
        count = int(np.frombuffer(piece[:_COUNT_BYTES], "<u4")[0])
        end = _COUNT_BYTES + count * layout.itemsize
        cells.append(np.frombuffer(piece[_COUNT_BYTES:end], layout))
        rows = np.frombuffer(piece[end:], PAIR).copy()
        rows["cell"] += start
        pairs.append(rows)
        start += count
    all_cells, all_pairs = np.concatenate(cells), np.concatenate(pairs)
    merged, place = merge(Cells(all_cells["levels"], all_cells["available"], all_cells["count"]))
    all_pairs["cell"] = place[all_pairs["cell"]]
    return merged, all_pairs


def _cell_layout(components: int) -> np.dtype[Any]:
    return np.dtype([("levels", "i1", (components,)), ("available", "<u4"), ("count", "<i8")])


def _cell_rows(cells: Cells) -> NDArray[Any]:
    return rows_of(_cell_layout(cells.levels.shape[1]), cells.levels, cells.available, cells.count)
