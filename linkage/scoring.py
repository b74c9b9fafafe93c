"""How much each comparison vector speaks for one child, learnt from the run's own pairs without labels."""

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from linkage.decoys import Evidence
from linkage.mixture import Mixture, Vocabulary, fit_mixture, mixture_of, random_classes

Floats = NDArray[np.float64]

DECOY_CLASSES: Final = 12
DECOY_ROUNDS: Final = 100
MATCH_CLASSES: Final = 5
MATCH_ROUNDS: Final = 60
MATCH_STARTS: Final = 4
BLEND_ROUNDS: Final = 60
PSEUDO_COUNT: Final = 3.0
"""A mixture's expectation for a cell counts for as much as this many pairs seen in it."""

_LEAST: Final = 1e-300


@dataclass(frozen=True, slots=True)
class Scored:
    """What fitting a run comes to.

    Attributes:
        log_odds: of each cell of the evidence, that a pair in it is one child.
        decoys: mixture of pairs of different children.
        matches: mixture of pairs of one child.
        rate: matches expected for each expected pair of different children.
    """

    log_odds: Floats = field(repr=False)
    decoys: Mixture = field(repr=False)
    matches: Mixture = field(repr=False)
    rate: float


def score(evidence: Evidence, vocabulary: Vocabulary) -> Scored:
    """Fit both mixtures to a run's evidence and return the log odds of its cells."""
    indicators = vocabulary.indicators(evidence.levels)
    decoys = fit_mixture(vocabulary, indicators, evidence.decoys, DECOY_CLASSES, DECOY_ROUNDS)
    different = evidence.scale * _blend(evidence.decoys_available * decoys.density(indicators), evidence.decoys)
    starts = [_fit_matches(evidence, vocabulary, indicators, different, seed) for seed in range(MATCH_STARTS)]
    matches, rate, _ = max(starts, key=lambda fitted: fitted[2])
    return Scored(_blended_log_odds(evidence, different, matches.density(indicators), rate), decoys, matches, rate)


def _blend(expected: Floats, seen: Floats) -> Floats:
    """Shrink what was seen in a cell towards what the mixture expects there."""
    return expected * (PSEUDO_COUNT + seen) / (PSEUDO_COUNT + expected)


def _fit_matches(
    evidence: Evidence, vocabulary: Vocabulary, indicators: Floats, different: Floats, seed: int
) -> tuple[Mixture, float, float]:
    """Return the mixture of matches, their rate and the fit's log likelihood."""
    everywhere = evidence.scale * evidence.decoys_available
    share = np.clip(1 - different / np.maximum(evidence.observed, 1), 0.01, 0.99)
    classes = random_classes(len(share), MATCH_CLASSES, seed)
    for _ in range(MATCH_ROUNDS):
        mixture = mixture_of(vocabulary, indicators, evidence.observed * share, classes)
        rate = _rate(evidence, share)
        same = rate * everywhere * mixture.density(indicators) + _LEAST
        share, classes = same / (same + different), mixture.classes_of(indicators)
    likelihood = float((evidence.observed * np.log(same + different)).sum())
    return mixture, rate, likelihood


def _rate(evidence: Evidence, share: Floats) -> float:
    _, first = np.unique(evidence.available, return_index=True)
    return float((evidence.observed * share).sum() / (evidence.scale * evidence.decoys_available[first].sum()))


def _blended_log_odds(evidence: Evidence, different: Floats, density: Floats, rate: float) -> Floats:
    """Let what was seen in each cell correct the mixture, and the other way round, until they agree."""
    everywhere = evidence.scale * evidence.decoys_available * density
    share = rate * everywhere / (rate * everywhere + different)
    for _ in range(BLEND_ROUNDS):
        same = _blend(rate * everywhere, evidence.observed * share) + _LEAST
        share = same / (same + different)
        rate = _rate(evidence, share)
    return np.asarray(np.log(same) - np.log(different))
