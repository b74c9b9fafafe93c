"""Records of the index that are the same in all their hashes as an earlier one: such a child stands in it once."""

from collections.abc import Iterator
from functools import partial

import numpy as np
from numpy.typing import NDArray

from linkage.duplicates import mark_hashes
from linkage.split.files import SplitFile
from linkage.split.flow import Engine, Piece
from linkage.split.pieces import MARK, RECORD, here, rows_of, spread, unpack

_MARKED, _REPEATED = b"m", b"r"


def find_repeated(engine: Engine, file: SplitFile, buckets: int) -> NDArray[np.bool_]:
    """Return for each record of a file whether it repeats an earlier one."""
    flow = engine.start(file.parts, partial(_mark, file, buckets)).regroup(_later_ones)
    is_repeated = np.zeros(file.records, np.bool_)
    is_repeated[unpack(_REPEATED, RECORD, (data for _, data in flow.collect()))] = True
    return is_repeated


def _mark(file: SplitFile, buckets: int, part: int) -> Iterator[Piece]:
    mark = mark_hashes(file.read(part))
    yield from spread(_MARKED, rows_of(MARK, file.numbers(part), mark), mark, buckets)


def _later_ones(_address: int, pieces: list[bytes]) -> Iterator[Piece]:
    rows = unpack(_MARKED, MARK, pieces)
    rows = rows[np.lexsort((rows["record"], rows["mark"]))]
    yield from here(_REPEATED, np.ascontiguousarray(rows["record"][1:][rows["mark"][1:] == rows["mark"][:-1]]))
