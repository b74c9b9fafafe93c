"""The threshold is where the expected F1 is highest, without a label."""

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkage.threshold import LEAST_MATCH, SETTLED_PROBABILITY, best_threshold, estimate, sum_of

PROBABILITIES = st.lists(st.floats(0, 1), min_size=1, max_size=30)


@given(PROBABILITIES, st.integers(0, 20))
def test_no_other_threshold_expects_a_higher_f1(probabilities: list[float], settled: int):
    links = np.array(probabilities)
    expected = sum_of(links)

    def f1(threshold: float) -> float:
        taken = links[links >= threshold]
        right = settled * SETTLED_PROBABILITY + taken.sum()
        return 2 * right / (settled + len(taken) + settled * SETTLED_PROBABILITY + expected)

    best = best_threshold(links, expected, settled)
    assert best >= LEAST_MATCH > 0.5
    others = [one for one in probabilities if one >= LEAST_MATCH]
    assert all(f1(best) >= f1(other) - 1e-12 for other in others)


def test_the_estimate_counts_what_is_settled():
    one = estimate(np.array([0.9, 0.8]), expected=2.0, settled=10)
    assert one.precision == pytest.approx((9.999 + 1.7) / 12)
    assert one.recall == pytest.approx((9.999 + 1.7) / (9.999 + 2.0))


def test_of_nothing_there_is_no_estimate():
    nothing = estimate(np.empty(0), expected=0.0, settled=0)
    assert (nothing.precision, nothing.recall) == (None, None)
    assert best_threshold(np.empty(0), 0.0, 5) == LEAST_MATCH


@given(PROBABILITIES, st.randoms(use_true_random=False))
def test_a_sum_does_not_depend_on_the_order(values: list[float], rng: random.Random):
    shuffled = list(values)
    rng.shuffle(shuffled)
    assert sum_of(np.array(values)) == sum_of(np.array(shuffled))
