"""How many pairs of different children are to be expected across two files, from such pairs within each of them."""

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from linkage.candidates import Candidates
from linkage.comparison import Comparer
from linkage.profile import IndexProfile

Floats = NDArray[np.float64]

SPREAD_DECOYS: Final = 3.0
"""So many decoys are spread over all patterns of what both records hold, as pairs at random have them."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a run's pairs look like, beside what pairs of different children look like; one item a cell.

    Attributes:
        levels: int8 [cells, components], the comparison vector.
        available: uint32, the pattern of availability: what both records hold.
        could_settle: whether that is enough to settle a row.
        observed: pairs across the two files.
        decoys: weighted pairs within the two files.
        decoys_available: weighted decoys of all cells of the same pattern.
        scale: how many pairs across the files a weighted decoy stands for.
    """

    levels: NDArray[np.int8] = field(repr=False)
    available: NDArray[np.uint32] = field(repr=False)
    could_settle: NDArray[np.bool_] = field(repr=False)
    observed: Floats = field(repr=False)
    decoys: Floats = field(repr=False)
    decoys_available: Floats = field(repr=False)
    scale: float


def weigh_decoys(candidates: Candidates, comparer: Comparer) -> tuple[Evidence, NDArray[np.int64]]:
    """Return the evidence of a run, and the place in it of each of the candidates' cells.

    A pattern of availability may be rarer across the files than within them; decoys are weighted by the ratio, which
    follows exactly from who holds what.
    """
    asked, index, cross = candidates.asked, candidates.index, candidates.cells
    across = _pairs(comparer, asked.holds, asked.holders, index.holds, candidates.free)
    within = _pairs_within(comparer, asked) + _pairs_within(comparer, index)
    scale = float(across.sum() / within.sum())
    weight = np.divide(across, scale * within, out=np.zeros_like(across), where=within > 0)
    files = cross, asked.decoys, index.decoys
    rows = np.concatenate([np.column_stack([cells.levels.astype(np.int64), cells.available]) for cells in files])
    vectors, place = np.unique(rows, axis=0, return_inverse=True)
    available = vectors[:, -1].astype(np.uint32)
    observed = _sums(place[: len(cross)], cross.count, len(vectors))
    counts = np.concatenate([asked.decoys.count, index.decoys.count])
    decoys = _sums(place[len(cross) :], counts, len(vectors)) * weight[available]
    totals = _sums(available, decoys, len(across)) + SPREAD_DECOYS * across / across.sum()
    evidence = Evidence(
        levels=vectors[:, :-1].astype(np.int8),
        available=available,
        could_settle=comparer.could_settle(available),
        observed=observed,
        decoys=decoys,
        decoys_available=totals[available],
        scale=scale,
    )
    return evidence, place[: len(cross)]


def _pairs_within(comparer: Comparer, file: IndexProfile) -> Floats:
    """Return for each pattern of availability how many pairs of two records of the file have it."""
    ordered = _pairs(comparer, file.holds, file.holders, file.holds, file.holders)
    itself = _sums(comparer.available(file.holds), file.holders, len(ordered))
    return (ordered - itself) / 2


def _pairs(
    comparer: Comparer,
    left: NDArray[np.uint32],
    left_holders: NDArray[np.int64],
    right: NDArray[np.uint32],
    right_holders: NDArray[np.int64],
) -> Floats:
    """Return for each pattern of availability how many pairs of a left and a right record have it."""
    both = comparer.available(left)[:, None] & comparer.available(right)[None, :]
    count = np.outer(left_holders.astype(np.float64), right_holders.astype(np.float64))
    return _sums(both.ravel(), count.ravel(), comparer.patterns)


def _sums(place: NDArray[np.int64] | NDArray[np.uint32], value: NDArray[np.int64] | Floats, places: int) -> Floats:
    return np.bincount(place, value, places).astype(np.float64)
