"""Precision, recall and F1 count links between rows; points are chosen with and without the truth."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quality.scoring import (
    Point,
    ScoredPairs,
    best_point,
    expected_f1_threshold,
    one_to_one,
    point_at,
    truth_of,
)


def pairs(*rows: tuple[int, int, float], probability: bool = True) -> ScoredPairs:
    left, right, score = (list(column) for column in zip(*rows, strict=True)) if rows else ([], [], [])
    values = np.array(score, np.float64)
    return ScoredPairs(np.array(left, np.int64), np.array(right, np.int64), values, values if probability else None)


def test_a_point_counts_links() -> None:
    point = Point(links=8, right=6, true=10)
    assert (point.precision, point.recall) == (0.75, 0.6)
    assert point.f1 == pytest.approx(2 * 0.75 * 0.6 / (0.75 + 0.6))


def test_nothing_claimed_and_nothing_there_is_right() -> None:
    assert (Point(0, 0, 0).precision, Point(0, 0, 0).recall, Point(0, 0, 0).f1) == (1.0, 1.0, 1.0)
    assert Point(3, 0, 0).f1 == 0.0
    assert Point(0, 0, 3).f1 == 0.0


def test_the_truth_counts_every_pair_of_rows_of_one_child() -> None:
    truth = truth_of(["a", "b", "b", "c"], ["b", "d", "c", "b"])
    assert truth.links == 5
    assert truth.is_right(pairs((0, 0, 1), (1, 0, 1), (2, 3, 1), (3, 1, 1))).tolist() == [False, True, True, False]


def test_one_to_one_takes_the_best_first() -> None:
    kept = one_to_one(pairs((0, 0, 0.9), (0, 1, 0.95), (1, 1, 0.99), (2, 2, 0.1)))
    assert list(zip(kept.left.tolist(), kept.right.tolist(), strict=True)) == [(1, 1), (0, 0), (2, 2)]


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6), st.floats(0, 1)), max_size=30))
def test_one_to_one_is_one_to_one_and_ordered(rows: list[tuple[int, int, float]]) -> None:
    kept = one_to_one(pairs(*rows))
    assert len(set(kept.left.tolist())) == len(kept) == len(set(kept.right.tolist()))
    assert (np.diff(kept.score) <= 0).all()


def test_the_best_point_is_found_among_all_thresholds() -> None:
    truth = truth_of(["a", "b", "c", "d"], ["a", "b", "x", "d"])
    links = pairs((0, 0, 0.9), (1, 1, 0.8), (2, 2, 0.7), (3, 3, 0.6))
    best = best_point(links, truth)
    assert best == point_at(links, truth, 0.6)
    assert (best.links, best.right, best.true) == (4, 3, 3)


def test_links_of_one_score_are_accepted_together() -> None:
    truth = truth_of(["a", "b", "c"], ["a", "x", "y"])
    best = best_point(pairs((0, 0, 0.5), (1, 1, 0.5), (2, 2, 0.5)), truth)
    assert (best.links, best.right) == (3, 1)


def test_expected_f1_is_highest_where_likely_links_end() -> None:
    links = pairs((0, 0, 0.99), (1, 1, 0.98), (2, 2, 0.6), (3, 3, 0.05), (4, 4, 0.01))
    assert expected_f1_threshold(links) == 0.6


def test_expected_f1_needs_probabilities() -> None:
    with pytest.raises(ValueError, match="no probabilities"):
        expected_f1_threshold(pairs((0, 0, 1.0), probability=False))


def test_without_pairs_nothing_is_accepted() -> None:
    truth = truth_of(["a"], ["a"])
    assert best_point(pairs(), truth) == Point(0, 0, 1)
    assert point_at(pairs(), truth, expected_f1_threshold(pairs())).links == 0
