"""The first stage of the cascade on split files: what an index leaves out, and which rows are settled."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial

import numpy as np
from numpy.typing import NDArray

from linkage.agreement import share_across
from linkage.judgement import NO_CANDIDATE
from linkage.masks import of_mask, settling_mask
from linkage.settling import only_ones
from linkage.split.files import Index, SplitFile
from linkage.split.flow import Engine, Piece
from linkage.split.pairs import pairs_of, shared_rows
from linkage.split.pieces import ENTRY, HASH, LINK, entries_of, here, rows_of, spread, table_of, unpack
from schemas.key_set import KeySet

_ASKED, _INDEXED, _COMMON, _SHARED, _SETTLED = b"a", b"i", b"c", b"s", b"t"


@dataclass(frozen=True, slots=True)
class SettlingStage:
    """Both files and how their hashes are spread.

    Attributes:
        asked: the file that asks.
        index: the file that is looked up in, with what it repeats; what is common is found here.
        key_set: by which both were hashed.
        most_shared: so many records of an index may share a hash that is published.
        buckets: over so many addresses the hashes are spread.
    """

    asked: SplitFile
    index: Index
    key_set: KeySet = field(repr=False)
    most_shared: int
    buckets: int

    def run(self, engine: Engine) -> tuple[NDArray[np.int32], NDArray[np.uint64]]:
        """Return for each asked record the one that settles it, or `NO_CANDIDATE`, and the hashes that are common."""
        flow = engine.start(self.index.file.parts + self.asked.parts, partial(_entries, self))
        pieces = [data for _, data in flow.regroup(partial(_share, self)).regroup(partial(_settle, self)).collect()]
        settled_on = np.full(self.asked.records, NO_CANDIDATE, np.int32)
        settled = unpack(_SETTLED, LINK, pieces)
        settled_on[settled["left"]] = settled["right"]
        return settled_on, np.sort(unpack(_COMMON, HASH, pieces))


def _entries(stage: SettlingStage, part: int) -> Iterator[Piece]:
    if part < stage.index.file.parts:
        table, numbers = stage.index.read(part, stage.key_set)
        tag = _INDEXED
    else:
        own = part - stage.index.file.parts
        table, numbers = stage.asked.read(own), stage.asked.numbers(own)
        table = table.entries(of_mask(table.key_type, settling_mask(stage.key_set)))
        tag = _ASKED
    yield from spread(tag, entries_of(table, numbers), table.index_hash, stage.buckets)


def _share(stage: SettlingStage, _address: int, pieces: list[bytes]) -> Iterator[Piece]:
    asked, indexed = unpack(_ASKED, ENTRY, pieces), unpack(_INDEXED, ENTRY, pieces)
    hashes, place, count = np.unique(indexed["index_hash"], return_inverse=True, return_counts=True)
    yield from here(_COMMON, hashes[count > stage.most_shared])
    is_settling = of_mask(indexed["key_type"], settling_mask(stage.key_set))
    indexed = indexed[(count[place] <= stage.most_shared) & is_settling]
    shared = share_across(
        table_of(asked, stage.asked.records), table_of(indexed, stage.index.file.records), stage.key_set
    )
    rows = shared_rows(shared, stage.index.file.records)
    yield from spread(_SHARED, rows, rows["left"], stage.buckets)


def _settle(stage: SettlingStage, _address: int, pieces: list[bytes]) -> Iterator[Piece]:
    pairs = pairs_of(pieces, _SHARED, stage.index.file.records, stage.key_set)
    yield from here(_SETTLED, rows_of(LINK, *only_ones(pairs, stage.key_set)))
