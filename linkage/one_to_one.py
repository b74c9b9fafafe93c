"""A child stands in each file once: what a pair's probability becomes when its rivals are looked at."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from linkage.agreement import Pairs
from linkage.threshold import sum_of

Floats = NDArray[np.float64]

ROUNDS: Final = 12
MAX_LOG_ODDS: Final = 300.0
PRIOR_RECORDS: Final = 50
"""What an earlier run taught about the share of matches counts for as much as this many asked records."""


@dataclass(frozen=True, slots=True)
class Files:
    """How many records of each file can be linked.

    Attributes:
        asked: asked records.
        index: records of the index.
        overlap: share of the asked records with a match in the run that the log odds come from; None if it is this.
    """

    asked: int
    index: int
    overlap: float | None = None


def probabilities(pairs: Pairs, log_odds: Floats, files: Files) -> Floats:
    """Return for each pair the probability that it is one child, given that each record has at most one partner.

    With o the odds of a pair it is o / (1 + the odds of all pairs of either record). Odds rise by what the expected
    matches leave free of each file, so they are found in rounds. Sums are taken in the order of the odds, so that
    the order of the records changes no bit of the result.
    """
    if not len(pairs):
        return np.empty(0)
    order = np.argsort(log_odds, kind="stable")
    left, right = pairs.left[order], pairs.right[order]
    odds = np.clip(log_odds[order], -MAX_LOG_ODDS, MAX_LOG_ODDS)
    matches = 0.0
    for _ in range(ROUNDS):
        likely = np.exp(odds + _correction(files, matches))
        rivals = np.bincount(left, likely)[left] + np.bincount(right, likely)[right]
        probability = likely / (1 + np.maximum(rivals - likely, likely))
        matches = sum_of(probability)
    result: Floats = np.empty_like(probability)
    result[order] = probability
    return result


def _correction(files: Files, matches: float) -> float:
    """Return what is to be added to all log odds when so many matches are expected."""
    prior = PRIOR_RECORDS if files.overlap else 0
    overlap = ((files.overlap or 0.0) * prior + matches) / (files.asked + prior)
    shift = np.log(overlap / files.overlap) if files.overlap else 0.0
    asked_free = 1 - overlap + 1 / (files.asked + prior)
    index_free = (files.index - matches + 1) / files.index
    return float(shift - np.log(asked_free) - np.log(index_free))
