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
        prior: of each cell, the log odds without what both mixtures say about its vector; one value a pattern.
        same: mixture of pairs of one child.
        different: mixture of pairs of different children.
    """

    log_odds: Floats = field(repr=False)
    prior: Floats = field(repr=False)
    same: Mixture = field(repr=False)
    different: Mixture = field(repr=False)


def score(evidence: Evidence, vocabulary: Vocabulary) -> Scored:
    """Fit both mixtures to a run's evidence and return the log odds of its cells."""
    indicators = vocabulary.indicators(evidence.levels)
    different = fit_mixture(vocabulary, indicators, evidence.decoys, DECOY_CLASSES, DECOY_ROUNDS)
    decoys = _spread(evidence, different.density(indicators), evidence.decoys_available)
    expected = evidence.scale * _blend(decoys, evidence.decoys) + _LEAST
    starts = [_fit_matches(evidence, vocabulary, indicators, expected, seed) for seed in range(MATCH_STARTS)]
    same, share, _ = max(starts, key=lambda fitted: fitted[2])
    matches, blended = _blend_matches(evidence, expected, same.density(indicators), share)
    log_odds = np.log(blended) - np.log(expected)
    unblended = np.log(matches + _LEAST) - np.log(evidence.scale * decoys + _LEAST)
    prior = unblended - np.log(same.density(indicators)) + np.log(different.density(indicators))
    return Scored(log_odds, prior, same, different)


def _spread(evidence: Evidence, density: Floats, total: Floats) -> Floats:
    """Spread the total of each pattern of availability over its cells, in proportion to a density."""
    return np.asarray(total * density / np.bincount(evidence.available, density)[evidence.available])


def _blend(expected: Floats, seen: Floats) -> Floats:
    """Shrink what was seen in a cell towards what a mixture expects there."""
    return expected * (PSEUDO_COUNT + seen) / (PSEUDO_COUNT + expected)


def _fit_matches(
    evidence: Evidence, vocabulary: Vocabulary, indicators: Floats, expected: Floats, seed: int
) -> tuple[Mixture, Floats, float]:
    """Return the mixture of matches, the share of them in each cell and the log likelihood.

    Args:
        evidence: of the run.
        vocabulary: of its vectors.
        indicators: its vectors.
        expected: pairs of different children to be expected in each cell.
        seed: of the start.
    """
    share = np.clip(1 - expected / np.maximum(evidence.observed, 1), 0.01, 0.99)
    classes = random_classes(len(share), MATCH_CLASSES, seed)
    for _ in range(MATCH_ROUNDS):
        mixture = mixture_of(vocabulary, indicators, evidence.observed * share, classes)
        matches = _spread(evidence, mixture.density(indicators), _matches_available(evidence, share)) + _LEAST
        share, classes = matches / (matches + expected), mixture.classes_of(indicators)
    return mixture, share, float((evidence.observed * np.log(matches + expected)).sum())


def _matches_available(evidence: Evidence, share: Floats) -> Floats:
    """Return for each cell how many matches there are in all cells of its pattern of availability."""
    found = evidence.observed * share
    _, first = np.unique(evidence.available, return_index=True)
    rate = found.sum() / evidence.decoys_available[first].sum()
    in_pattern = np.bincount(evidence.available, found).astype(np.float64)[evidence.available]
    return _blend(rate * evidence.decoys_available, in_pattern)


def _blend_matches(evidence: Evidence, expected: Floats, density: Floats, share: Floats) -> tuple[Floats, Floats]:
    """Let what was seen in each cell correct the mixture of matches until both agree.

    Returns:
        The matches in each cell that the mixture expects, and these blended with what was seen.
    """
    for _ in range(BLEND_ROUNDS):
        matches = _spread(evidence, density, _matches_available(evidence, share))
        blended = _blend(matches, evidence.observed * share) + _LEAST
        share = blended / (blended + expected)
    return matches, blended
