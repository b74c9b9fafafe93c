"""A cell speaks for one child by how many more pairs it has than different children would make."""

import numpy as np
import pytest

from linkage.comparison import NOT_TOLD
from linkage.decoys import Evidence
from linkage.mixture import vocabulary_of
from linkage.scoring import MOST_OFF, PSEUDO_COUNT, Scored, score, shrink
from tests.unit.linkage.population import KEY_SET

VOCABULARY = vocabulary_of(KEY_SET)
SAME, NAMESAKE, STRANGER, UNSEEN = (6, 9, 2), (6, 1, 2), (0, 9, 2), (5, 9, 2)
"""Levels of name, birth date and region."""


def scored(observed: list[float], decoys: list[float], scale: float = 1.0) -> Scored:
    levels = np.full((4, len(KEY_SET.comparison) + 1), NOT_TOLD, np.int8)
    levels[:, [1, 2, 6]] = [SAME, NAMESAKE, STRANGER, UNSEEN]
    evidence = Evidence(
        levels=levels,
        available=np.ones(4, np.uint32),
        could_settle=np.zeros(4, np.bool_),
        observed=np.array(observed),
        decoys=np.array(decoys),
        decoys_available=np.full(4, sum(decoys)),
        scale=scale,
    )
    return score(evidence, VOCABULARY)


def test_more_pairs_than_expected_are_matches():
    same, namesake, stranger, unseen = scored([1_000, 50, 900, 20], [0, 50, 900, 0]).log_odds
    assert same > 5
    assert unseen > 2
    assert namesake < 0
    assert stranger < -2


def test_as_many_pairs_as_expected_are_no_matches():
    assert (scored([3, 50, 900, 1], [3, 50, 900, 1]).log_odds < 1).all()


@pytest.mark.parametrize("off", [0.75, 1.5])
def test_files_in_which_different_children_share_less_or_more_are_measured(off: float):
    """The same matches among fewer or more pairs of strangers than the sizes of the files make expect."""
    expected = scored([1_000, 50, 900, 20], [0, 50, 900, 0]).log_odds
    found = scored([1_000, 50 * off, 900 * off, 20], [0, 50, 900, 0]).log_odds
    assert found[0] == pytest.approx(expected[0], abs=1)
    assert found[2] < -2


def test_but_no_more_than_so_much():
    """Ten times as many pairs as strangers would make can't all be strangers."""
    assert MOST_OFF < 10
    assert scored([0, 500, 9_000, 0], [0, 50, 900, 0]).log_odds[2] > 0


def test_what_is_seen_often_counts_more_than_what_is_expected():
    expected = np.array([4.0, 4.0, 1e-6, 1_000.0])
    shrunk = shrink(expected, np.array([4.0, 0.0, 1.0, 400.0]))
    assert shrunk == pytest.approx([4, 4 * PSEUDO_COUNT / (PSEUDO_COUNT + 4), 1e-6 * 4 / 3, 401.8], rel=1e-3)


def test_nothing_seen_at_all_is_still_a_number():
    result = scored([0, 0, 0, 0], [0, 0, 1, 0])
    assert np.isfinite(result.log_odds).all()
    assert np.isfinite(result.prior).all()


def test_it_is_the_same_each_time():
    counts = [1_000, 50, 900, 20], [0, 50, 900, 0]
    assert (scored(*counts).log_odds == scored(*counts).log_odds).all()
