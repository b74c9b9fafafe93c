"""Links two split files as `linkage.run` links two tables: the same outcomes and probabilities, to the last bit."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from linkage.candidates import Candidates, free_holders, number_chosen
from linkage.comparison import Cells
from linkage.judgement import NO_CANDIDATE, Judgement
from linkage.masks import evidence_mask
from linkage.profile import IndexProfile
from linkage.run import judge_candidates
from linkage.split.children import find_children
from linkage.split.compare import ComparingStage
from linkage.split.files import Index, Roster, SplitFile
from linkage.split.flow import Engine
from linkage.split.repeats import find_repeated
from linkage.split.settle import SettlingStage
from schemas.key_set import KeySet

NO_HASHES: Final = np.empty(0, np.uint64)


@dataclass(frozen=True, slots=True)
class SplitLinked:
    """What linking came to; the judgement's candidates are record numbers of the index's file.

    Attributes:
        judgement: of each asked record.
        repeated: records of the index's file that were left out since they repeat another in everything.
        pairs: how many pairs were scored.
    """

    judgement: Judgement
    repeated: int
    pairs: int


@dataclass(frozen=True, slots=True)
class Spread:
    """How the work is spread.

    Attributes:
        buckets: over so many addresses.
        most_shared: so many records of an index may share a hash that is published.
    """

    buckets: int
    most_shared: int


def link_split(engine: Engine, asked: SplitFile, index_file: SplitFile, key_set: KeySet, spread: Spread) -> SplitLinked:
    """Link the records of two files that were hashed under one key; no model of another run is used."""
    is_repeated = find_repeated(engine, index_file, spread.buckets)
    unlimited = Index(index_file, is_repeated, NO_HASHES)
    settling = SettlingStage(asked, unlimited, key_set, spread.most_shared, spread.buckets)
    settled_on, common = settling.run(engine)
    index = Index(index_file, is_repeated, common)
    candidates = _find_candidates(engine, asked, index, settled_on, key_set, spread.buckets)
    judgement, _ = judge_candidates(candidates, key_set, None)
    return SplitLinked(judgement, int(is_repeated.sum()), len(candidates.pairs))


def _find_candidates(
    engine: Engine, asked: SplitFile, index: Index, settled_on: NDArray[np.int32], key_set: KeySet, buckets: int
) -> Candidates:
    """Find the same as `linkage.candidates.find_candidates`, with the records of the index numbered as in its file."""
    is_open = settled_on == NO_CANDIDATE
    found = find_children(engine, Roster(asked, number_chosen(is_open)), int(is_open.sum()), index, key_set, buckets)
    child = np.full(asked.records, NO_CANDIDATE, np.int32)
    child[is_open] = found.child
    is_free = ~index.is_repeated
    taken = np.unique(settled_on[~is_open])
    is_free[taken] = False
    compared = ComparingStage(Roster(asked, child), index, found, is_free, key_set, buckets).run(engine)
    (asked_decoys, index_decoys), (asked_repeated, index_repeated) = compared.decoys, compared.repeated
    index_profile = _profile(key_set, found.index_holds[~index.is_repeated], index_repeated, index_decoys)
    return Candidates(
        settled_on=settled_on,
        child=child,
        pairs=compared.pairs,
        cells=compared.cells,
        cell=compared.cell,
        asked=_profile(key_set, found.asked_holds, asked_repeated, asked_decoys),
        index=index_profile,
        free=free_holders(index_profile, found.index_holds[taken] & np.uint32(evidence_mask(key_set))),
    )


def _profile(key_set: KeySet, held: NDArray[np.uint32], repeated: int, decoys: Cells) -> IndexProfile:
    holds, holders = np.unique(held, return_counts=True)
    return IndexProfile(key_set.id, len(held), repeated, holds, holders.astype(np.int64), decoys)
