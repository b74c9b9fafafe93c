"""Batches give the same bytes as one by one, in order, and refuse what must be refused."""

import os
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keys.crypto import oprf, oprf_batch
from keys.crypto.errors import DeserializeError, InvalidInputError, ProtocolMisuseError, VerifyError
from keys.crypto.oprf import Mode
from keys.crypto.pair_reserve import PairReserve
from keys.crypto.sampled_proof import choose_sample
from schemas.randomness import RandomSource
from tests.unit.keys.crypto.multiplicative_blinding import blind


@pytest.fixture
def key_pair(random: RandomSource) -> oprf.EvaluationKeyPair:
    return oprf.generate_key_pair(random)


def inputs_of(count: int) -> list[bytes]:
    return [b"id\x1f%d" % number for number in range(count)]


def test_additive_blinding_gives_the_published_outputs(
    load_vectors: Callable[[str], Any], random: RandomSource
) -> None:
    """The vectors fix a multiplicative blind; whichever way an input is hidden, key and input give the same output."""
    vector = load_vectors("rfc9497-ristretto255-sha512-batch.json")
    pair = oprf.derive_key_pair(bytes.fromhex(vector["seed"]), bytes.fromhex(vector["key_info"]), Mode.VOPRF)
    inputs = [bytes.fromhex(message) for message in vector["inputs"]]

    blinding = oprf_batch.blind_batch(inputs, PairReserve(pair.public_key, random))
    answer = oprf_batch.blind_evaluate_batch(pair, blinding.blinded_elements, random)
    outputs = blinding.finalize(answer.evaluated_elements, answer.proof)

    assert [output.hex() for output in outputs] == vector["outputs"]
    assert oprf_batch.evaluate_batch(pair.private_key, inputs) == outputs


def test_a_batch_of_two_is_evaluated_and_proven_as_published(
    load_vectors: Callable[[str], Any], scalars_as_random: Callable[..., RandomSource]
) -> None:
    vector = load_vectors("rfc9497-ristretto255-sha512-batch.json")
    pair = oprf.derive_key_pair(bytes.fromhex(vector["seed"]), bytes.fromhex(vector["key_info"]), Mode.VOPRF)
    blinds = [scalars_as_random(scalar) for scalar in vector["blinds"]]
    blinded = [blind(bytes.fromhex(m), r, Mode.VOPRF) for m, r in zip(vector["inputs"], blinds, strict=True)]
    nonce = scalars_as_random(vector["proof_random_scalar"])
    answer = oprf_batch.blind_evaluate_batch(pair, [one.element for one in blinded], nonce)
    assert [one.element.hex() for one in blinded] == vector["blinded_elements"]
    assert [element.hex() for element in answer.evaluated_elements] == vector["evaluation_elements"]
    assert answer.proof.hex() == vector["proof"]
    finalized = [one.finalize(e) for one, e in zip(blinded, answer.evaluated_elements, strict=True)]
    assert [output.hex() for output in finalized] == vector["outputs"]


@pytest.mark.parametrize("mode_vector", [0, 1])
def test_each_published_output_follows_from_a_batch_of_one(
    mode_vector: int, load_vectors: Callable[[str], Any], random: RandomSource
) -> None:
    vectors = load_vectors("rfc9497-ristretto255-sha512.json")
    vector = vectors["modes"]["VOPRF"]["vectors"][mode_vector]
    pair = oprf.derive_key_pair(bytes.fromhex(vectors["seed"]), bytes.fromhex(vectors["key_info"]), Mode.VOPRF)
    blinding = oprf_batch.blind_batch([bytes.fromhex(vector["input"])], PairReserve(pair.public_key, random))
    answer = oprf_batch.blind_evaluate_batch(pair, blinding.blinded_elements, random)
    assert blinding.finalize(answer.evaluated_elements, answer.proof)[0].hex() == vector["output"]


@pytest.mark.parametrize("count", [1, 2, 63, 64, 65, 1000, 10_000])
def test_blinded_path_equals_the_index(count: int, key_pair: oprf.EvaluationKeyPair, random: RandomSource) -> None:
    inputs = inputs_of(count)
    blinding = oprf_batch.blind_batch(inputs, PairReserve(key_pair.public_key, random))
    answer = oprf_batch.blind_evaluate_batch(key_pair, blinding.blinded_elements, random)
    outputs = blinding.finalize(answer.evaluated_elements, answer.proof)
    assert len(set(blinding.blinded_elements)) == count
    assert outputs == oprf_batch.evaluate_batch(key_pair.private_key, inputs)
    assert outputs[-1] == oprf.evaluate(key_pair.private_key, inputs[-1], Mode.VOPRF)


@given(messages=st.lists(st.binary(max_size=200), min_size=1, max_size=5), seed=st.binary(min_size=32, max_size=32))
def test_additive_equals_multiplicative_blinding(messages: list[bytes], seed: bytes) -> None:
    pair = oprf.derive_key_pair(seed, b"agreement", Mode.VOPRF)
    blinding = oprf_batch.blind_batch(messages, PairReserve(pair.public_key, os.urandom, workers=1), workers=1)
    evaluated = [oprf.blind_evaluate(pair.private_key, element) for element in blinding.blinded_elements]
    proof = oprf.generate_proof(pair, blinding.blinded_elements, evaluated, os.urandom, Mode.VOPRF)
    multiplied = [blind(message, os.urandom, Mode.VOPRF) for message in messages]
    expected = [one.finalize(oprf.blind_evaluate(pair.private_key, one.element)) for one in multiplied]
    assert blinding.finalize(evaluated, proof) == expected


@pytest.mark.parametrize("workers", [1, 2, 3, 7])
def test_number_of_workers_changes_nothing(workers: int, key_pair: oprf.EvaluationKeyPair) -> None:
    inputs = inputs_of(20)
    expected = [oprf.evaluate(key_pair.private_key, message, Mode.VOPRF) for message in inputs]
    assert oprf_batch.evaluate_batch(key_pair.private_key, inputs, workers=workers) == expected


def test_equal_inputs_are_blinded_apart(key_pair: oprf.EvaluationKeyPair, random: RandomSource) -> None:
    pairs = PairReserve(key_pair.public_key, random, capacity=2)
    pairs.fill(2)
    first, second = oprf_batch.blind_batch([b"x", b"x"], pairs).blinded_elements
    assert first != second


def test_progress_counts_up_to_the_end(key_pair: oprf.EvaluationKeyPair) -> None:
    seen: list[int] = []
    oprf_batch.evaluate_batch(key_pair.private_key, inputs_of(300), workers=2, progress=seen.append)
    assert seen == [128, 256, 300]


def test_batches_have_a_size(key_pair: oprf.EvaluationKeyPair, random: RandomSource) -> None:
    too_many = [b"x"] * (oprf_batch.MAX_BATCH_ELEMENTS + 1)
    for batch in ([], too_many):
        with pytest.raises(InvalidInputError):
            oprf_batch.blind_batch(batch, PairReserve(key_pair.public_key, random))
        with pytest.raises(InvalidInputError):
            oprf_batch.blind_evaluate_batch(key_pair, batch, random)
    with pytest.raises(InvalidInputError):
        oprf_batch.evaluate_batch(key_pair.private_key, [])


def test_errors_name_the_position_and_not_the_value(key_pair: oprf.EvaluationKeyPair, random: RandomSource) -> None:
    too_long = [b"x", b"marked" * 20_000]
    for call in (
        lambda: oprf_batch.blind_batch(too_long, PairReserve(key_pair.public_key, random)),
        lambda: oprf_batch.evaluate_batch(key_pair.private_key, too_long),
    ):
        with pytest.raises(InvalidInputError, match=r"^input 1 has 120000 bytes, more than 65535$"):
            call()
    malformed = [*[bytes(key_pair.public_key)] * 5, b"\xff" * 32, bytes(key_pair.public_key)]
    with pytest.raises(DeserializeError, match=r"^element 5 of the batch is not a ristretto255 element$"):
        oprf_batch.blind_evaluate_batch(key_pair, malformed, random, workers=3)


def test_blinding_is_good_for_one_answer(key_pair: oprf.EvaluationKeyPair, random: RandomSource) -> None:
    blinding = oprf_batch.blind_batch(inputs_of(3), PairReserve(key_pair.public_key, random))
    answer = oprf_batch.blind_evaluate_batch(key_pair, blinding.blinded_elements, random)
    blinding.finalize(answer.evaluated_elements, answer.proof)
    with pytest.raises(ProtocolMisuseError, match="may be finalized once"):
        blinding.finalize(answer.evaluated_elements, answer.proof)


def test_blinding_is_spent_by_a_wrong_answer_too(key_pair: oprf.EvaluationKeyPair, random: RandomSource) -> None:
    blinding = oprf_batch.blind_batch(inputs_of(3), PairReserve(key_pair.public_key, random))
    answer = oprf_batch.blind_evaluate_batch(key_pair, blinding.blinded_elements, random)
    with pytest.raises(VerifyError):
        blinding.finalize(answer.evaluated_elements, bytes(64))
    with pytest.raises(ProtocolMisuseError):
        blinding.finalize(answer.evaluated_elements, answer.proof)


@pytest.mark.parametrize("count", [2, 100])
def test_dishonest_answers_are_refused(count: int, key_pair: oprf.EvaluationKeyPair, random: RandomSource) -> None:
    other = oprf.generate_key_pair(random)
    inputs = inputs_of(count)

    def attempt(public_key: bytes, change: Callable[[list[bytes], bytes], tuple[list[bytes], bytes]]) -> None:
        blinding = oprf_batch.blind_batch(inputs, PairReserve(public_key, random))
        answer = oprf_batch.blind_evaluate_batch(key_pair, blinding.blinded_elements, random)
        blinding.finalize(*change(answer.evaluated_elements, answer.proof))

    attempt(key_pair.public_key, lambda evaluated, proof: (evaluated, proof))
    with pytest.raises(VerifyError):
        attempt(other.public_key, lambda evaluated, proof: (evaluated, proof))
    for change in (
        lambda evaluated, proof: (evaluated[:-1], proof),
        lambda evaluated, proof: (evaluated[::-1], proof),
        lambda evaluated, proof: (evaluated, bytes([proof[0] ^ 1]) + proof[1:]),
        lambda evaluated, proof: (evaluated, b""),
    ):
        with pytest.raises(VerifyError):
            attempt(key_pair.public_key, change)


def test_an_identity_outside_the_sample_is_refused(key_pair: oprf.EvaluationKeyPair, random: RandomSource) -> None:
    """It would make the output of an input nothing but the blind's."""
    blinding = oprf_batch.blind_batch(inputs_of(200), PairReserve(key_pair.public_key, random))
    honest = oprf_batch.blind_evaluate_batch(key_pair, blinding.blinded_elements, random).evaluated_elements
    for position in range(200):
        evaluated = [*honest[:position], bytes(32), *honest[position + 1 :]]
        chosen = choose_sample(key_pair.public_key, blinding.blinded_elements, evaluated)
        if position not in chosen:
            break
    before, after = ([elements[at] for at in chosen] for elements in (blinding.blinded_elements, evaluated))
    proof = oprf.generate_proof(key_pair, before, after, random, Mode.VOPRF)
    with pytest.raises(DeserializeError, match=rf"^element {position} of the batch is not a ristretto255 element$"):
        blinding.finalize(evaluated, proof)


def test_repr_shows_no_input(key_pair: oprf.EvaluationKeyPair, random: RandomSource) -> None:
    assert "marked" not in repr(oprf_batch.blind_batch([b"marked"], PairReserve(key_pair.public_key, random)))
