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
MATCH_CLASSES: Final = 3
MATCH_ROUNDS: Final = 60
MATCH_STARTS: Final = 4
BLEND_ROUNDS: Final = 60
PSEUDO_COUNT: Final = 3.0
"""A mixture's expectation for a cell counts for as much as this many pairs seen in it."""

CLEAR_EXCESS: Final = 4.0
"""Matches are first looked for where there are so many times more pairs than different children would make."""

MOST_OFF: Final = 2.0
"""Pairs of different children are at most so many times more or fewer than the files' sizes make expect."""

_LEAST: Final = 1e-300


@dataclass(frozen=True, slots=True)
class Scored:
    """What fitting a run comes to; one item a cell of its evidence.

    Attributes:
        log_odds: that a pair in the cell is one child.
        prior: the log odds without what both mixtures say about the vector; one value a pattern of availability.
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
    density = different.density(indicators)
    decoys = _spread(evidence, density, evidence.decoys_available)
    blended = shrink(decoys, evidence.decoys) + _LEAST
    scale = _scale(evidence, blended)
    starts = [_fit_matches(evidence, vocabulary, indicators, scale * blended, seed) for seed in range(MATCH_STARTS)]
    same, share, _ = max(starts, key=lambda fitted: fitted[2])
    expected, matches = _blend_matches(evidence, scale * blended, same.density(indicators), share)
    prior = np.log(expected / same.density(indicators) + _LEAST) - np.log(scale * decoys / density + _LEAST)
    return Scored(np.log(matches) - np.log(scale * blended), prior, same, different)


def _spread(evidence: Evidence, density: Floats, total: Floats) -> Floats:
    """Spread the total of each pattern of availability over its cells, in proportion to a density."""
    return np.asarray(total * density / np.bincount(evidence.available, density)[evidence.available])


def shrink(expected: Floats, seen: Floats) -> Floats:
    """Return what was seen, shrunk towards what is expected as if `PSEUDO_COUNT` pairs had been seen of that."""
    return expected * (PSEUDO_COUNT + seen) / (PSEUDO_COUNT + expected)


def _scale(evidence: Evidence, decoys: Floats) -> float:
    """Return how many pairs across the files a decoy stands for, near the number that follows from the files' sizes.

    The files may differ in ages and places, and then two children of different files share less than two of one.
    By how much is seen where there are many decoys: the cells that hold half of them and have fewest pairs across.
    """
    ratio = evidence.observed / (evidence.scale * decoys)
    rising = np.argsort(ratio, kind="stable")
    weight = np.cumsum(evidence.decoys[rising])
    usual = ratio[rising][np.searchsorted(weight, weight[-1] / 2)]
    is_usual = evidence.observed <= CLEAR_EXCESS * usual * evidence.scale * decoys + PSEUDO_COUNT
    seen = evidence.observed[is_usual].sum() / (evidence.scale * decoys[is_usual].sum())
    return evidence.scale * float(np.clip(seen, 1 / MOST_OFF, MOST_OFF))


def _fit_matches(
    evidence: Evidence, vocabulary: Vocabulary, indicators: Floats, different: Floats, seed: int
) -> tuple[Mixture, Floats, float]:
    """Return the mixture of matches, the share of them in each cell and the log likelihood.

    Args:
        evidence: of the run.
        vocabulary: of its vectors.
        indicators: its vectors.
        different: pairs of different children to be expected in each cell.
        seed: of the start.
    """
    share = np.clip(1 - CLEAR_EXCESS * different / np.maximum(evidence.observed, 1), 0.01, 0.99)
    classes = random_classes(len(share), MATCH_CLASSES, seed)
    for _ in range(MATCH_ROUNDS):
        mixture = mixture_of(vocabulary, indicators, evidence.observed * share, classes)
        matches = _spread(evidence, mixture.density(indicators), _matches_available(evidence, share)) + _LEAST
        share, classes = matches / (matches + different), mixture.classes_of(indicators)
    likelihood = (evidence.observed * np.log(matches + different)).sum() - matches.sum()
    return mixture, share, float(likelihood)


def _matches_available(evidence: Evidence, share: Floats) -> Floats:
    """Return for each cell how many matches there are in all cells of its pattern of availability.

    What both records hold says nothing about whether they are one child, but for one thing: what could have been
    settled and was not is seldom a match.
    """
    _, first = np.unique(evidence.available, return_index=True)
    kind = evidence.could_settle.astype(np.intp)
    found = np.bincount(kind, evidence.observed * share, 2).astype(np.float64)
    decoys = np.bincount(kind[first], evidence.decoys_available[first], 2)
    rate = shrink(decoys * found.sum() / decoys.sum(), found) / np.maximum(decoys, _LEAST)
    return np.asarray(rate[kind] * evidence.decoys_available)


def _blend_matches(evidence: Evidence, different: Floats, density: Floats, share: Floats) -> tuple[Floats, Floats]:
    """Let what was seen in each cell correct the mixture of matches until both agree.

    Returns:
        The matches in each cell that the mixture expects, and these blended with what was seen.
    """
    for _ in range(BLEND_ROUNDS):
        expected = _spread(evidence, density, _matches_available(evidence, share))
        matches = shrink(expected, evidence.observed * share) + _LEAST
        share = matches / (matches + different)
    return expected, matches
