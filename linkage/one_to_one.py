"""A child stands in each file once: what a pair's probability becomes when its rivals are looked at."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from linkage.agreement import Pairs

Floats = NDArray[np.float64]

ROUNDS: Final = 12
MAX_LOG_ODDS: Final = 300.0


@dataclass(frozen=True, slots=True)
class Files:
    """How many records of each file can be linked; `overlap`: the share of asked ones with a match, if it is known."""

    asked: int
    index: int
    overlap: float | None = None


def probabilities(pairs: Pairs, log_odds: Floats, files: Files) -> Floats:
    """Return for each pair the probability that it is one child, given that each record has at most one partner.

    Sums are taken in the order of the values, so that the order of the records changes no bit of the result.
    """
    order = np.argsort(log_odds, kind="stable")
    left, right, odds = pairs.left[order], pairs.right[order], np.clip(log_odds[order], -MAX_LOG_ODDS, MAX_LOG_ODDS)
    matches = 0.0 if files.overlap is None else files.overlap * files.asked
    for _ in range(ROUNDS):
        likely = np.exp(odds + _freed(files, matches))
        rivals = np.bincount(left, likely)[left] + np.bincount(right, likely)[right]
        probability = likely / (1 + np.maximum(rivals - likely, likely))
        if files.overlap is None:
            matches = float(np.sort(probability).sum())
    result: Floats = np.empty_like(probability)
    result[order] = probability
    return result


def _freed(files: Files, matches: float) -> float:
    """Return by how much the log odds rise since records that are matched already are no rivals."""
    asked_left = max(files.asked - matches, 0.0) + 1
    index_left = max(files.index - matches, 0.0) + 1
    return float(np.log(files.asked / asked_left) + np.log(max(files.index, 1) / index_left))
