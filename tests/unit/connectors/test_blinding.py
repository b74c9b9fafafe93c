"""Pairs are kept by key, for a few keys, in memory, and made ahead only while an answer is awaited."""

import os
import threading
import time
from collections.abc import Callable

import pytest

from connectors.blinding import MAX_BLINDING_KEYS, READY_PAIRS, BlindingReserves, made_ahead
from keys.crypto.errors import DeserializeError
from keys.crypto.evaluation_key import generate_key_pair
from keys.crypto.pair_reserve import _PAIRS_A_STEP, PairReserve


@pytest.fixture
def reserves() -> BlindingReserves:
    return BlindingReserves(os.urandom, 1)


def new_key() -> bytes:
    return generate_key_pair(os.urandom).public_key


def test_a_key_has_one_reserve_and_another_key_has_another(reserves: BlindingReserves) -> None:
    first, second = new_key(), new_key()
    assert reserves.under(first) is reserves.under(first)
    assert reserves.under(second) is not reserves.under(first)
    assert (reserves.under(first).public_key, reserves.under(second).public_key) == (first, second)


def test_the_key_that_was_not_used_for_longest_is_forgotten(reserves: BlindingReserves) -> None:
    keys = [new_key() for _ in range(MAX_BLINDING_KEYS)]
    kept = [reserves.under(key) for key in keys]
    for reserve in kept:
        reserve.fill(1)
    reserves.under(keys[0])
    reserves.under(new_key())
    assert [reserve.ready for reserve in kept] == [1, 0, *[1] * (MAX_BLINDING_KEYS - 2)]
    assert reserves.under(keys[0]) is kept[0]
    assert reserves.under(keys[1]) is not kept[1]


def test_what_is_no_key_has_no_reserve(reserves: BlindingReserves) -> None:
    with pytest.raises(DeserializeError):
        reserves.under(bytes(32))


class WatchedReserve(PairReserve):
    """Says when it was filled and what it was asked for."""

    def __init__(self, random: Callable[[int], bytes]) -> None:
        super().__init__(new_key(), random, capacity=2 * READY_PAIRS, workers=1)
        self.filled = threading.Event()
        self.wanted = 0
        self.is_answered: Callable[[], bool] = lambda: False

    def fill(self, count: int, stop: Callable[[], bool] = lambda: False) -> None:
        self.wanted, self.is_answered = count, stop
        super().fill(count, stop)
        self.filled.set()


@pytest.mark.parametrize(("left", "ready"), [(-5, READY_PAIRS), (READY_PAIRS + 40, READY_PAIRS + 40)])
def test_pairs_are_made_while_an_answer_is_awaited(left: int, ready: int) -> None:
    pairs = WatchedReserve(os.urandom)
    with made_ahead(pairs, left):
        assert pairs.filled.wait(timeout=60)
    assert pairs.ready == pairs.wanted == ready


def test_an_answer_that_is_there_ends_the_making() -> None:
    """Randomness that comes only after the answer: what was begun is finished, and no more is begun."""

    def late(count: int) -> bytes:
        while not pairs.is_answered():
            time.sleep(0.001)
        return os.urandom(count)

    pairs = WatchedReserve(late)
    with made_ahead(pairs, READY_PAIRS):
        pass
    assert pairs.filled.is_set()
    assert pairs.ready <= _PAIRS_A_STEP
