"""Precision, recall and F1 of links against the truth, at a point that needs no labels and at the best one there is."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Places = NDArray[np.int64]
Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ScoredPairs:
    """Pairs of rows that a method scored; each array has one item a pair.

    Attributes:
        left: int64, row of the first file, from 0.
        right: int64, row of the second file.
        score: float64, higher is likelier.
        probability: float64 from 0 to 1, of being the same child; None where a method gives none.
    """

    left: Places = field(repr=False)
    right: Places = field(repr=False)
    score: Values = field(repr=False)
    probability: Values | None = field(repr=False)

    def __len__(self) -> int:
        return len(self.left)

    def at(self, places: NDArray[np.int64] | NDArray[np.bool_]) -> "ScoredPairs":
        """Return the pairs at these places, in their order."""
        probability = None if self.probability is None else self.probability[places]
        return ScoredPairs(self.left[places], self.right[places], self.score[places], probability)


@dataclass(frozen=True, slots=True)
class Point:
    """What accepting some links comes to.

    Attributes:
        links: how many were accepted.
        right: how many of them join the rows of one child.
        true: how many links there truly are.
        threshold: the least score that was accepted; None where that isn't how they were chosen.
    """

    links: int
    right: int
    true: int
    threshold: float | None = None

    @property
    def precision(self) -> float:
        """The share of accepted links that are right; 1 where none was accepted."""
        return self.right / self.links if self.links else 1.0

    @property
    def recall(self) -> float:
        """The share of true links that were accepted; 1 where there is none."""
        return self.right / self.true if self.true else 1.0

    @property
    def f1(self) -> float:
        """The harmonic mean of both, 2 TP / (links + true); 1 where there is neither."""
        return 2 * self.right / (self.links + self.true) if self.links + self.true else 1.0


@dataclass(frozen=True, slots=True)
class Truth:
    """The true child of each row of both files."""

    left: NDArray[np.int64] = field(repr=False)
    right: NDArray[np.int64] = field(repr=False)
    links: int

    def is_right(self, pairs: ScoredPairs) -> NDArray[np.bool_]:
        """Return for each pair whether both rows are one child."""
        return np.asarray(self.left[pairs.left] == self.right[pairs.right])


def truth_of(left: Sequence[str], right: Sequence[str]) -> Truth:
    """Return the truth of two files from the names of the children of their rows."""
    numbers = {child: number for number, child in enumerate({*left, *right})}
    rows_of = Counter(right)
    return Truth(
        left=np.array([numbers[child] for child in left], dtype=np.int64),
        right=np.array([numbers[child] for child in right], dtype=np.int64),
        links=sum(rows_of[child] for child in left),
    )


def one_to_one(pairs: ScoredPairs) -> ScoredPairs:
    """Return each row's best pair, greedily from the highest score down; rows come in no telling order, so ties do."""
    order = np.lexsort((pairs.right, pairs.left, -pairs.score))
    taken_left: set[int] = set()
    taken_right: set[int] = set()
    kept = []
    for place, left, right in zip(order.tolist(), pairs.left[order].tolist(), pairs.right[order].tolist(), strict=True):
        if left not in taken_left and right not in taken_right:
            taken_left.add(left)
            taken_right.add(right)
            kept.append(place)
    return pairs.at(np.array(kept, dtype=np.int64))


def point_at(links: ScoredPairs, truth: Truth, threshold: float) -> Point:
    """Return what accepting every link of at least this score comes to."""
    accepted = links.at(links.score >= threshold)
    return Point(len(accepted), int(truth.is_right(accepted).sum()), truth.links, threshold)


def best_point(links: ScoredPairs, truth: Truth) -> Point:
    """Return the point of the highest F1 over all thresholds: only somebody who knows the truth can choose it."""
    if not len(links):
        return Point(0, 0, truth.links)
    ranked = links.at(np.argsort(-links.score, kind="stable"))
    right = np.cumsum(truth.is_right(ranked))
    f1 = 2 * right / (np.arange(1, len(ranked) + 1) + truth.links)
    # Links of one score are accepted together.
    is_last = np.append(ranked.score[1:] != ranked.score[:-1], True)
    best = int(np.argmax(np.where(is_last, f1, -1.0)))
    return Point(best + 1, int(right[best]), truth.links, float(ranked.score[best]))


def expected_f1_threshold(links: ScoredPairs) -> float:
    """Return the score at which expected F1, 2 sum(p accepted) / (accepted + sum(p)), is highest: no labels needed.

    Raises:
        ValueError: the method gives no probabilities.
    """
    if links.probability is None:
        raise ValueError("no probabilities")
    if not len(links):
        return np.inf
    order = np.argsort(-links.score, kind="stable")
    probability = links.probability[order]
    expected = 2 * np.cumsum(probability) / (np.arange(1, len(order) + 1) + probability.sum())
    return float(links.score[order][int(np.argmax(expected))])
