"""What a sample must cover, what it must depend on, and what it catches."""

import hashlib
import struct
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keys.crypto import oprf, sampled_proof
from keys.crypto.errors import DeserializeError, InvalidInputError, VerifyError
from keys.crypto.oprf import Mode
from keys.crypto.sampled_proof import SAMPLE_SIZE, choose_sample
from schemas.randomness import RandomSource
from tests.unit.keys.crypto.multiplicative_blinding import blind

KEY = b"\x01" * 32


def elements(count: int, mark: int = 0) -> list[bytes]:
    return [bytes([mark]) + number.to_bytes(31, "big") for number in range(count)]


@pytest.mark.parametrize("count", [1, 2, 63, 64])
def test_small_batches_are_covered_whole(count: int) -> None:
    assert choose_sample(KEY, elements(count), elements(count, 1)) == list(range(count))


@given(st.integers(65, 3000))
@settings(max_examples=30)
def test_large_batches_are_covered_by_distinct_positions(count: int) -> None:
    chosen = choose_sample(KEY, elements(count), elements(count, 1))
    assert chosen == sorted(set(chosen))
    assert len(chosen) == SAMPLE_SIZE
    assert 0 <= chosen[0] <= chosen[-1] < count


def test_sample_depends_on_the_key_and_every_element() -> None:
    count = 100
    blinded, evaluated = elements(count), elements(count, 1)
    samples = {tuple(choose_sample(b"\x02" * 32, blinded, evaluated)), tuple(choose_sample(KEY, evaluated, blinded))}
    for position in range(count):
        changed = [*blinded[:position], b"\x09" * 32, *blinded[position + 1 :]]
        samples.add(tuple(choose_sample(KEY, changed, evaluated)))
        changed = [*evaluated[:position], b"\x09" * 32, *evaluated[position + 1 :]]
        samples.add(tuple(choose_sample(KEY, blinded, changed)))
    samples.add(tuple(choose_sample(KEY, blinded, evaluated)))
    assert len(samples) == 2 * count + 3


def test_sample_is_pinned() -> None:
    # Both sides of an exchange must choose alike, also across versions.
    assert choose_sample(KEY, elements(1000), elements(1000, 1))[:6] == [4, 18, 37, 39, 41, 47]


def test_words_that_would_favour_low_positions_are_thrown_away() -> None:
    # Nearly every second word lies above the only multiple of this count, and modulo the count it would be kept.
    count, seed = 2**31 + 1, bytes(64)
    stream = (
        hashlib.sha512(b"tongxin/sampled-batch-proof/v1/stream\x00" + seed + number.to_bytes(4, "big")).digest()
        for number in range(16)
    )
    words = struct.unpack(">256I", b"".join(stream))
    fair = [word for word in words if word < count]
    assert sampled_proof._draw_distinct(seed, count) == set(fair[:SAMPLE_SIZE])


def test_every_position_is_chosen_about_equally_often() -> None:
    count, rounds = 80, 1000
    drawn = Counter[int]()
    for number in range(rounds):
        drawn.update(choose_sample(number.to_bytes(32, "big"), elements(count), elements(count, 1)))
    expected = rounds * SAMPLE_SIZE / count
    # Six standard deviations of a hypergeometric draw (12.6 each) leave a fair choice no chance to fail.
    assert len(drawn) == count
    assert all(abs(times - expected) < 76 for times in drawn.values())


@pytest.mark.parametrize(("before", "after"), [(0, 0), (2, 1), (0, 1)])
def test_lists_must_pair_up(before: int, after: int) -> None:
    with pytest.raises(InvalidInputError):
        choose_sample(KEY, elements(before), elements(after))


def test_elements_must_have_one_length() -> None:
    with pytest.raises(DeserializeError):
        choose_sample(KEY, [KEY, b"\x01" * 31], [KEY, KEY])
    with pytest.raises(DeserializeError):
        choose_sample(KEY, [KEY, KEY], [KEY, b"\x01" * 33])


@pytest.fixture
def key_pair(random: RandomSource) -> oprf.EvaluationKeyPair:
    return oprf.generate_key_pair(random)


def test_another_key_for_the_whole_batch_is_always_caught(
    key_pair: oprf.EvaluationKeyPair, random: RandomSource
) -> None:
    other = oprf.generate_key_pair(random)
    blinded = [blind(b"%d" % number, random, Mode.VOPRF).element for number in range(100)]
    evaluated = [oprf.blind_evaluate(other.private_key, element) for element in blinded]
    for liar in (other, oprf.EvaluationKeyPair(other.private_key, key_pair.public_key)):
        proof = sampled_proof.generate_batch_proof(liar, blinded, evaluated, random)
        with pytest.raises(VerifyError):
            sampled_proof.verify_batch_proof(key_pair.public_key, blinded, evaluated, proof)


def test_an_altered_element_is_caught_exactly_when_sampled(
    key_pair: oprf.EvaluationKeyPair, random: RandomSource
) -> None:
    blinded = [blind(b"%d" % number, random, Mode.VOPRF).element for number in range(130)]
    honest = [oprf.blind_evaluate(key_pair.private_key, element) for element in blinded]
    caught = set()
    for position in range(12):
        altered = [*honest[:position], honest[position + 1], *honest[position + 1 :]]
        proof = sampled_proof.generate_batch_proof(key_pair, blinded, altered, random)
        sampled = position in choose_sample(key_pair.public_key, blinded, altered)
        caught.add(sampled)
        if sampled:
            with pytest.raises(VerifyError):
                sampled_proof.verify_batch_proof(key_pair.public_key, blinded, altered, proof)
        else:
            sampled_proof.verify_batch_proof(key_pair.public_key, blinded, altered, proof)
    assert caught == {True, False}
