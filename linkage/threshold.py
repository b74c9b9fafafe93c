"""From which probability on a pair is a match, and how right the matches will be, both estimated without labels."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

SETTLED_PROBABILITY: Final = 0.9999
"""Number, name and birth date agree with this record alone."""

LEAST_PRECISION: Final = 0.95
"""A run whose matches are estimated to be right less often than this is withheld."""

LEAST_MATCH: Final = 0.500001
"""What is not more likely than all its rivals together is no match; exactly tied candidates never are."""

LEAST_POSSIBLE_MATCH: Final = 0.1
"""A reviewer should look at what is less likely than a match, but not at what is hardly ever one."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """Share of right matches and share of the true matches found; None where there are none."""

    precision: float | None
    recall: float | None


NO_ESTIMATE: Final = Estimate(None, None)


def sum_of(values: Floats) -> float:
    """Return the sum of values, equal to the last bit whatever order they are in."""
    return float(np.sort(values).sum())


def best_threshold(links: Floats, expected: float, settled: int) -> float:
    """Return the probability from which on taking links as matches gives the highest expected F1.

    Args:
        links: probability of each pair that may be a match, in any order.
        expected: how many of all candidate pairs are expected to be matches.
        settled: matches that are made already.
    """
    falling = np.sort(links[links >= LEAST_MATCH])[::-1]
    if not len(falling):
        return LEAST_MATCH
    right = settled * SETTLED_PROBABILITY + np.cumsum(falling)
    made = settled + np.arange(1, len(falling) + 1)
    expected_f1 = 2 * right / (made + settled * SETTLED_PROBABILITY + expected)
    return float(falling[int(np.argmax(expected_f1))])


def estimate(taken: Floats, expected: float, settled: int) -> Estimate:
    """Return what it comes to when links of these probabilities and the settled ones are the matches.

    Args:
        taken: probability of each match, in any order.
        expected: how many of all candidate pairs are expected to be matches.
        settled: matches that are made already.
    """
    right = settled * SETTLED_PROBABILITY + sum_of(taken)
    made = settled + len(taken)
    everything = settled * SETTLED_PROBABILITY + expected
    return Estimate(right / made if made else None, right / everything if everything else None)
