"""Rivals for a record share its probability; matched records leave more to the others."""

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkage.agreement import Pairs
from linkage.one_to_one import PRIOR_RECORDS, Files, probabilities
from linkage.threshold import LEAST_MATCH


def pairs_of(*ends: tuple[int, int]) -> Pairs:
    left, right = (np.array(side, np.int32) for side in zip(*ends, strict=True))
    return Pairs(left, right, np.ones(len(ends), np.uint64), np.zeros(len(ends), np.int32))


MANY = Files(10**6, 10**6)


def test_a_pair_without_a_rival():
    odds = 3.0
    assert probabilities(pairs_of((0, 0)), np.log([odds]), MANY) == pytest.approx([odds / (1 + odds)], rel=1e-5)


def test_rivals_of_either_record_count():
    odds = np.array([8.0, 2.0, 1.0])
    found = probabilities(pairs_of((0, 0), (0, 1), (1, 0)), np.log(odds), MANY)
    assert found == pytest.approx([8 / 12, 2 / 11, 1 / 10], rel=1e-5)


@given(st.floats(-50, 400), st.integers(2, 6))
def test_equally_likely_candidates_are_never_more_likely_than_not(log_odds: float, rivals: int):
    ends = [(0, right) for right in range(rivals)]
    assert (probabilities(pairs_of(*ends), np.full(rivals, log_odds), Files(10, 10)) < LEAST_MATCH).all()


def test_what_is_matched_already_leaves_more_to_the_others():
    """With nine of ten records surely matched, the tenth is likelier to be matched with the tenth."""
    ends = [(n, n) for n in range(10)]
    log_odds = np.array([50.0] * 9 + [0.0])
    assert probabilities(pairs_of(*ends), log_odds, Files(10, 10))[9] > 0.65
    assert probabilities(pairs_of((9, 9)), log_odds[9:], Files(10, 10))[0] < 0.6


def test_a_known_overlap_counts_in_a_small_question_and_gives_way_in_a_large_one():
    weak = np.log([3.0])
    small = probabilities(pairs_of((0, 0)), weak, Files(1, 10**6, overlap=0.9))
    large = probabilities(pairs_of((0, 0)), weak, Files(100 * PRIOR_RECORDS, 10**6, overlap=0.9))
    assert small[0] > 0.9
    assert large[0] < 0.1


@given(st.randoms(use_true_random=False))
def test_the_order_of_the_pairs_changes_no_bit(rng: random.Random):
    drawn = np.random.default_rng(rng.getrandbits(32))
    ends = sorted({(int(a), int(b)) for a, b in drawn.integers(0, 12, (40, 2))})
    log_odds = drawn.normal(0, 5, len(ends)).round(1)
    order = drawn.permutation(len(ends))
    shuffled = pairs_of(*[ends[place] for place in order])
    straight = probabilities(pairs_of(*ends), log_odds, Files(20, 20))
    assert (probabilities(shuffled, log_odds[order], Files(20, 20)) == straight[order]).all()


def test_no_pairs_no_probabilities():
    none = Pairs(*[np.empty(0, kind) for kind in (np.int32, np.int32, np.uint64, np.int32)])
    for files in (Files(0, 0), Files(5, 0, overlap=0.5)):
        assert len(probabilities(none, np.empty(0), files)) == 0
