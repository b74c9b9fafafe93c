"""Mixtures of product multinomials over comparison vectors: how often a vector is to be expected."""

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from linkage.comparison import ALONE, LARGER
from schemas.key_set import KeySet

Floats = NDArray[np.float64]

SMOOTHING: Final = 0.05
"""Pseudo-count of each level in each class: no level is ever impossible."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Which levels each component of a comparison vector can take, as columns of a table of indicators.

    Attributes:
        component: component of each column, in ascending order.
        level: level of each column.
    """

    component: NDArray[np.intp]
    level: NDArray[np.int8]

    def indicators(self, levels: NDArray[np.int8]) -> Floats:
        """Return 1.0 where a vector has the column's level; a component that is not told has zeros only."""
        return np.asarray(levels[:, self.component] == self.level, np.float64)

    def shares(self, counts: Floats) -> Floats:
        """Return counts [classes, columns] as shares of their component's total."""
        first = np.searchsorted(self.component, np.arange(self.component[-1] + 1))
        totals = np.add.reduceat(counts, first, axis=1)
        return np.asarray(counts / totals[:, self.component])


def vocabulary_of(key_set: KeySet) -> Vocabulary:
    """Return the vocabulary of a key set's comparison vectors with the rarity as the last component.

    A level without a condition is no column: it tells nothing beyond what the records hold.
    """
    declared = [sorted({r.level for r in part.rules if r.agree or r.given or r.hold}) for part in key_set.comparison]
    columns = [(place, level) for place, levels in enumerate([*declared, range(ALONE, LARGER + 1)]) for level in levels]
    return Vocabulary(
        np.array([place for place, _ in columns], np.intp), np.array([level for _, level in columns], np.int8)
    )


@dataclass(frozen=True, slots=True)
class Mixture:
    """Classes of pairs; within a class the components are independent.

    Attributes:
        share: [classes], the share of each class; they add up to 1.
        chance: [classes, columns of the vocabulary], how often each level occurs where it can be told.
    """

    share: Floats = field(repr=False)
    chance: Floats = field(repr=False)

    def density(self, indicators: Floats) -> Floats:
        """Return how often each vector is to be expected; components that are not told are skipped."""
        joint = self._log_joint(indicators)
        highest = joint.max(axis=1, keepdims=True)
        return np.asarray(np.exp(highest[:, 0]) * np.exp(joint - highest).sum(axis=1))

    def classes_of(self, indicators: Floats) -> Floats:
        """Return [vectors, classes]: the probability that a pair of this vector is of this class."""
        joint = self._log_joint(indicators)
        likely = np.exp(joint - joint.max(axis=1, keepdims=True))
        return np.asarray(likely / likely.sum(axis=1, keepdims=True))

    def _log_joint(self, indicators: Floats) -> Floats:
        return np.asarray(indicators @ np.log(self.chance).T + np.log(self.share))


def mixture_of(vocabulary: Vocabulary, indicators: Floats, weight: Floats, classes: Floats) -> Mixture:
    """Return the mixture of weighted vectors whose classes [vectors, classes] are known as probabilities."""
    weighted = classes * weight[:, None]
    share = weighted.sum(axis=0) + SMOOTHING
    return Mixture(share / share.sum(), vocabulary.shares(weighted.T @ indicators + SMOOTHING))


def random_classes(vectors: int, classes: int, seed: int) -> Floats:
    """Return probabilities [vectors, classes] to start from; equal for equal arguments."""
    drawn = np.random.default_rng(seed).exponential(size=(vectors, classes))
    return np.asarray(drawn / drawn.sum(axis=1, keepdims=True))


def fit_mixture(vocabulary: Vocabulary, indicators: Floats, weight: Floats, classes: int, rounds: int) -> Mixture:
    """Return the mixture that explains weighted vectors, by EM from a fixed start."""
    mixture = mixture_of(vocabulary, indicators, weight, random_classes(len(weight), classes, seed=classes))
    for _ in range(rounds):
        mixture = mixture_of(vocabulary, indicators, weight, mixture.classes_of(indicators))
    return mixture
