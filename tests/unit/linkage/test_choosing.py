"""Of several candidates the likeliest is chosen, and none where nobody can say which."""

import numpy as np
import pytest

from linkage.agreement import Pairs
from linkage.choosing import NO_PAIR, agrees_by_number, can_be_released, choose
from linkage.masks import mask_of
from tests.unit.linkage.population import KEY_SET


def pairs_of(*ends: tuple[int, int]) -> Pairs:
    left, right = (np.array(side, np.int32) for side in zip(*ends, strict=True))
    return Pairs(left, right, np.ones(len(ends), np.uint64), np.zeros(len(ends), np.int32))


def test_the_likeliest_and_the_sum_of_all():
    chosen = choose(pairs_of((0, 0), (0, 1), (2, 0)), np.array([0.2, 0.7, 0.1]), np.zeros(3, np.int64), 3)
    assert chosen.pair.tolist() == [1, NO_PAIR, 2]
    assert chosen.total.tolist() == pytest.approx([0.9, 0, 0.1])
    assert not chosen.is_tied.any()


def test_a_tie_is_called_one():
    cell = np.array([0, 7, 5, 0])
    chosen = choose(pairs_of((0, 0), (0, 1), (0, 2), (1, 0)), np.array([0.3, 0.4, 0.4, 0.4]), cell, 2)
    assert chosen.is_tied.tolist() == [True, False]
    assert chosen.pair.tolist() == [2, 3]


@pytest.mark.parametrize(
    ("agreed", "released"),
    [
        (["id"], False),
        (["id!repaired"], False),
        (["id", "r6.d.x"], True),
        (["p.d"], True),
        (["p.d!lunar"], True),
        (["gn.p"], True),
        (["s1.d.r4"], False),
        (["r6.d.x"], False),
        (["s1.d.r4", "r6.d.x"], True),
        (["n.r6"], False),
        (["n.r6", "n.y.r4"], True),
        (["n.r6", "n.y.r4!jan1"], True),
        ([], False),
    ],
)
def test_a_match_needs_more_than_a_number_and_a_proof(agreed: list[str], released: bool):
    assert can_be_released(np.array([mask_of(KEY_SET, agreed)], np.uint64), KEY_SET).tolist() == [released]


@pytest.mark.parametrize(
    ("agreed", "by_number"), [(["id"], True), (["id", "p.d"], True), (["id!repaired"], False), (["p.d"], False)]
)
def test_agreeing_by_number(agreed: list[str], by_number: bool):
    assert agrees_by_number(np.array([mask_of(KEY_SET, agreed)], np.uint64), KEY_SET).tolist() == [by_number]
