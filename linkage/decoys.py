"""How many pairs of different children are to be expected across two files, from such pairs within each of them."""

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from linkage.comparison import Cells, Comparer
from linkage.profile import IndexProfile

Floats = NDArray[np.float64]

SPREAD_DECOYS: Final = 3.0
"""So many decoys are spread over all patterns of what both records hold, as pairs at random have them."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a run's pairs look like, beside what pairs of different children look like; one item a cell.

    Attributes:
        levels: int8 [cells, components], the comparison vector.
        available: uint32, what both records hold.
        observed: pairs across the two files.
        decoys: weighted pairs within the two files.
        decoys_available: weighted decoys of all cells with the same `available`.
        scale: how many pairs across the files a decoy stands for.
    """

    levels: NDArray[np.int8] = field(repr=False)
    available: NDArray[np.uint32] = field(repr=False)
    observed: Floats = field(repr=False)
    decoys: Floats = field(repr=False)
    decoys_available: Floats = field(repr=False)
    scale: float


def weigh_decoys(
    cross: Cells, asked: IndexProfile, index: IndexProfile, free: NDArray[np.int64], comparer: Comparer
) -> tuple[Evidence, NDArray[np.int64]]:
    """Return the evidence of a run, and the place of each cross cell in it.

    Args:
        cross: cells of the pairs across the files.
        asked: profile of the asked records that are scored.
        index: profile of the index.
        free: how many records of the index that can still be matched hold each of `index.holds`.
        comparer: of the key set of all of them.
    """
    across = _pairs_across(asked, index, free, comparer)
    within = _pairs_within(asked, comparer) + _pairs_within(index, comparer)
    scale = across.sum() / max(within.sum(), 1.0)
    weight = np.divide(across, scale * within, out=np.zeros_like(across), where=within > 0) if scale else across
    rows = [
        np.column_stack([cells.levels.astype(np.int64), cells.available])
        for cells in (cross, asked.decoys, index.decoys)
    ]
    vectors, place = np.unique(np.concatenate(rows), axis=0, return_inverse=True)
    available = vectors[:, -1].astype(np.uint32)
    observed = _sums(place[: len(cross)], cross.count, len(vectors))
    counts = np.concatenate([asked.decoys.count, index.decoys.count])
    decoys = _sums(place[len(cross) :], counts, len(vectors)) * weight[available]
    spread = SPREAD_DECOYS * across / max(across.sum(), 1.0)
    totals = _sums(available, decoys, len(across)) + spread
    evidence = Evidence(vectors[:, :-1].astype(np.int8), available, observed, decoys, totals[available], scale)
    return evidence, place[: len(cross)]


def _pairs_across(asked: IndexProfile, index: IndexProfile, free: NDArray[np.int64], comparer: Comparer) -> Floats:
    """Return for each pattern of availability how many pairs of an asked and an index record have it."""
    return _pairs(comparer.available(asked.holds), asked.holders, comparer.available(index.holds), free, comparer)


def _pairs_within(file: IndexProfile, comparer: Comparer) -> Floats:
    """Return for each pattern of availability how many pairs of two records of the file have it."""
    available = comparer.available(file.holds)
    ordered = _pairs(available, file.holders, available, file.holders, comparer)
    itself = _sums(available, file.holders, len(ordered))
    return (ordered - itself) / 2


def _pairs(
    left: NDArray[np.uint32],
    left_records: NDArray[np.int64],
    right: NDArray[np.uint32],
    right_records: NDArray[np.int64],
    comparer: Comparer,
) -> Floats:
    both = (left[:, None] & right[None, :]).ravel()
    count = np.outer(left_records.astype(np.float64), right_records.astype(np.float64)).ravel()
    return _sums(both, count, comparer.patterns)


def _sums(place: NDArray[np.int64] | NDArray[np.uint32], value: NDArray[np.int64] | Floats, places: int) -> Floats:
    return np.bincount(place, value, places).astype(np.float64)
