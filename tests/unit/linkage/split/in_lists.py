"""Runs a split linkage in one process, with everything pickled on its way as between machines."""

import pickle
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from linkage.hash_table import HashTable
from linkage.split.files import SplitFile
from linkage.split.flow import HERE, Piece, Work


@dataclass(frozen=True)
class ListFlow:
    pieces: list[Piece]

    def regroup(self, work: Work) -> "ListFlow":
        groups = defaultdict(list)
        for address, data in self.pieces:
            groups[address].append(data)
        done = [(HERE, data) for data in groups.pop(HERE, [])]
        for address in sorted(groups, reverse=True):
            done += sent(work)(address, groups[address][::-1])
        return ListFlow(done)

    def collect(self) -> Iterator[Piece]:
        return iter(self.pieces)


class ListEngine:
    """Works through parts and addresses backwards: no step may count on an order."""

    def start(self, parts: int, work: Callable[[int], Iterable[Piece]]) -> ListFlow:
        return ListFlow([piece for part in reversed(range(parts)) for piece in sent(work)(part)])


def sent(work):
    """Return work as it comes out at another machine."""
    return pickle.loads(pickle.dumps(work))


@dataclass(frozen=True)
class TableReader:
    tables: tuple[HashTable, ...]

    def __call__(self, part: int) -> HashTable:
        return self.tables[part]


def split(table: HashTable, starts: list[int]) -> SplitFile:
    """Cut a table before these records."""
    cuts = [0, *starts, table.records]
    tables = []
    for start, end in pairwise(cuts):
        number = np.full(table.records, -1, np.int32)
        number[start:end] = np.arange(end - start)
        tables.append(table.renumbered(number, end - start))
    return SplitFile(TableReader(tuple(tables)), tuple(cuts))
