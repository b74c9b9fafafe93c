"""A pair is used once: not twice by two threads, not again by a copy, a pickle or a process that was forked off."""

import copy
import os
import pickle
import threading
from multiprocessing import get_context

import pytest

from keys.crypto import pair_reserve
from keys.crypto.errors import DeserializeError, InvalidInputError
from keys.crypto.evaluation_key import EvaluationKeyPair, generate_key_pair
from keys.crypto.pair_reserve import MAX_RESERVED_PAIRS, PairReserve, TakenPairs
from keys.crypto.ristretto255 import ORDER, Element, Scalar, multiply, multiply_base
from schemas.randomness import RandomSource


@pytest.fixture
def key_pair(random: RandomSource) -> EvaluationKeyPair:
    return generate_key_pair(random)


@pytest.fixture
def reserve(key_pair: EvaluationKeyPair, random: RandomSource) -> PairReserve:
    return PairReserve(key_pair.public_key, random, capacity=100, workers=2)


def halves(taken: TakenPairs) -> list[tuple[bytes, bytes]]:
    return list(zip(taken.base_multiples.elements(), taken.key_multiples.elements(), strict=True))


def test_a_pair_is_one_scalar_times_generator_and_key(key_pair: EvaluationKeyPair) -> None:
    three = Scalar((3).to_bytes(32, "little"))
    taken = PairReserve(key_pair.public_key, lambda _: three + bytes(32)).take(1)
    assert halves(taken) == [(multiply_base(three), multiply(three, key_pair.public_key))]


@pytest.mark.parametrize("ahead", [0, 1, 50, 100])
def test_pairs_made_ahead_and_on_the_spot_fit_the_key(
    ahead: int, reserve: PairReserve, key_pair: EvaluationKeyPair
) -> None:
    reserve.fill(ahead)
    assert reserve.ready == ahead
    pairs = halves(reserve.take(60))
    assert reserve.ready == max(0, ahead - 60)
    assert all(multiply(key_pair.private_key, Element(base)) == key for base, key in pairs)
    assert len(set(pairs)) == 60


def test_no_pair_is_handed_out_twice(reserve: PairReserve) -> None:
    seen: list[bytes] = []
    for count in (10, 40, 70, 5):
        reserve.fill(100)
        seen += reserve.take(count).base_multiples.elements()
    assert len(set(seen)) == 125


def test_threads_that_take_and_fill_at_once_never_share_a_pair(key_pair: EvaluationKeyPair) -> None:
    reserve = PairReserve(key_pair.public_key, os.urandom, capacity=64, workers=1)
    seen: list[bytes] = []

    def work() -> None:
        for _ in range(20):
            reserve.fill(64)
            seen.extend(reserve.take(7).base_multiples.elements())

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == len(set(seen)) == 4 * 20 * 7
    assert bytes(32) not in seen


def test_what_was_taken_is_wiped_where_it_lay(reserve: PairReserve) -> None:
    reserve.fill(10)
    reserve.take(4)
    assert reserve._ready.base_multiples.elements(6, 10) == [bytes(32)] * 4
    assert reserve._ready.key_multiples.elements(6, 10) == [bytes(32)] * 4
    reserve.forget()
    assert reserve.ready == 0
    assert set(reserve._ready.key_multiples.elements()) == {bytes(32)}


def test_a_reserve_holds_no_more_than_its_capacity(reserve: PairReserve, key_pair: EvaluationKeyPair) -> None:
    reserve.fill(1_000)
    assert reserve.ready == 100
    with pytest.raises(InvalidInputError):
        PairReserve(key_pair.public_key, os.urandom, capacity=MAX_RESERVED_PAIRS + 1)


def test_filling_stops_when_it_is_told_to(reserve: PairReserve) -> None:
    looks = iter([False, True])
    reserve.fill(100, lambda: next(looks))
    assert reserve.ready == pair_reserve._PAIRS_A_STEP


def test_a_reserve_can_not_be_copied(reserve: PairReserve) -> None:
    for way in (copy.copy, copy.deepcopy, pickle.dumps):
        with pytest.raises(TypeError, match="links two identifiers"):
            way(reserve)


def test_a_forked_process_begins_without_pairs(reserve: PairReserve) -> None:
    """Also where a thread held the lock at the moment of the fork."""
    reserve.fill(20)
    context = get_context("fork")
    results = context.SimpleQueue()

    def in_child() -> None:
        before = reserve.ready
        results.put((before, [bytes(element) for element in reserve.take(20).base_multiples.elements()]))

    with reserve._lock:
        child = context.Process(target=in_child)
        child.start()
    before, taken = results.get()
    child.join()
    assert before == 0
    assert reserve.ready == 20
    assert not set(taken) & set(reserve.take(20).base_multiples.elements())


@pytest.mark.parametrize("public_key", [bytes(32), b"\xff" * 32, b"", bytes(31)])
def test_only_an_element_is_a_key(public_key: bytes) -> None:
    with pytest.raises(DeserializeError):
        PairReserve(public_key, os.urandom)


def test_scalars_are_drawn_over_the_whole_group(key_pair: EvaluationKeyPair) -> None:
    largest = Scalar((ORDER - 1).to_bytes(32, "little"))
    taken = PairReserve(key_pair.public_key, lambda _: largest + bytes(32)).take(1)
    assert halves(taken) == [(multiply_base(largest), multiply(largest, key_pair.public_key))]


def test_repr_shows_nothing(reserve: PairReserve) -> None:
    reserve.fill(1)
    element = reserve._ready.base_multiples.elements(0, 1)[0]
    assert element.hex() not in repr(reserve)
    assert repr(element) not in repr(reserve._ready)
