"""Batches give the same bytes as one by one, in order, and refuse what must be refused."""

from collections.abc import Callable
from typing import Any

import pytest

from keys.crypto import oprf, oprf_batch
from keys.crypto.errors import DeserializeError, InvalidInputError, ProtocolMisuseError, VerifyError
from keys.crypto.oprf import Mode
from schemas.randomness import RandomSource


@pytest.fixture
def key_pair(random: RandomSource) -> oprf.EvaluationKeyPair:
    return oprf.generate_key_pair(random)


def inputs_of(count: int) -> list[bytes]:
    return [b"id\x1f%d" % number for number in range(count)]


def test_batch_of_two_gives_the_published_bytes(
    load_vectors: Callable[[str], Any], scalars_as_random: Callable[..., RandomSource]
) -> None:
    vector = load_vectors("rfc9497-ristretto255-sha512-batch.json")
    pair = oprf.derive_key_pair(bytes.fromhex(vector["seed"]), bytes.fromhex(vector["key_info"]), Mode.VOPRF)
    inputs = [bytes.fromhex(message) for message in vector["inputs"]]

    blinding = oprf_batch.blind_batch(inputs, scalars_as_random(*vector["blinds"]))
    nonce = scalars_as_random(vector["proof_random_scalar"])
    answer = oprf_batch.blind_evaluate_batch(pair, blinding.blinded_elements, nonce)
    outputs = blinding.finalize(answer.evaluated_elements, answer.proof, pair.public_key)

    assert [element.hex() for element in blinding.blinded_elements] == vector["blinded_elements"]
    assert [element.hex() for element in answer.evaluated_elements] == vector["evaluation_elements"]
    assert answer.proof.hex() == vector["proof"]
    assert [output.hex() for output in outputs] == vector["outputs"]
    assert oprf_batch.evaluate_batch(pair.private_key, inputs) == outputs


@pytest.mark.parametrize("count", [1, 2, 63, 64, 65, 1000, 10_000])
def test_blinded_path_equals_the_index(count: int, key_pair: oprf.EvaluationKeyPair, random: RandomSource) -> None:
    inputs = inputs_of(count)
    blinding = oprf_batch.blind_batch(inputs, random)
    answer = oprf_batch.blind_evaluate_batch(key_pair, blinding.blinded_elements, random)
    outputs = blinding.finalize(answer.evaluated_elements, answer.proof, key_pair.public_key)
    assert len(set(blinding.blinded_elements)) == count
    assert outputs == oprf_batch.evaluate_batch(key_pair.private_key, inputs)
    assert outputs[-1] == oprf.evaluate(key_pair.private_key, inputs[-1], Mode.VOPRF)


@pytest.mark.parametrize("workers", [1, 2, 3, 7])
def test_number_of_workers_changes_nothing(workers: int, key_pair: oprf.EvaluationKeyPair) -> None:
    inputs = inputs_of(20)
    expected = [oprf.evaluate(key_pair.private_key, message, Mode.VOPRF) for message in inputs]
    assert oprf_batch.evaluate_batch(key_pair.private_key, inputs, workers=workers) == expected


def test_equal_inputs_are_blinded_apart(random: RandomSource) -> None:
    first, second = oprf_batch.blind_batch([b"x", b"x"], random).blinded_elements
    assert first != second


def test_progress_counts_up_to_the_end(key_pair: oprf.EvaluationKeyPair) -> None:
    seen: list[int] = []
    oprf_batch.evaluate_batch(key_pair.private_key, inputs_of(300), workers=2, progress=seen.append)
    assert seen == [128, 256, 300]


def test_batches_have_a_size(key_pair: oprf.EvaluationKeyPair, random: RandomSource) -> None:
    too_many = [b"x"] * (oprf_batch.MAX_BATCH_ELEMENTS + 1)
    for batch in ([], too_many):
        with pytest.raises(InvalidInputError):
            oprf_batch.blind_batch(batch, random)
        with pytest.raises(InvalidInputError):
            oprf_batch.blind_evaluate_batch(key_pair, batch, random)
    with pytest.raises(InvalidInputError):
        oprf_batch.evaluate_batch(key_pair.private_key, [])


def test_errors_name_the_position_and_not_the_value(key_pair: oprf.EvaluationKeyPair, random: RandomSource) -> None:
    too_long = [b"x", b"marked" * 20_000]
    for call in (
        lambda: oprf_batch.blind_batch(too_long, random),
        lambda: oprf_batch.evaluate_batch(key_pair.private_key, too_long),
    ):
        with pytest.raises(InvalidInputError, match=r"^input 1 has 120000 bytes, more than 65535$"):
            call()
    malformed = [*[bytes(key_pair.public_key)] * 5, b"\xff" * 32, bytes(key_pair.public_key)]
    with pytest.raises(DeserializeError, match=r"^element 5 of the batch is not a ristretto255 element$"):
        oprf_batch.blind_evaluate_batch(key_pair, malformed, random, workers=3)


def test_blinding_is_good_for_one_answer(key_pair: oprf.EvaluationKeyPair, random: RandomSource) -> None:
    blinding = oprf_batch.blind_batch(inputs_of(3), random)
    answer = oprf_batch.blind_evaluate_batch(key_pair, blinding.blinded_elements, random)
    blinding.finalize(answer.evaluated_elements, answer.proof, key_pair.public_key)
    with pytest.raises(ProtocolMisuseError, match="may be finalized once"):
        blinding.finalize(answer.evaluated_elements, answer.proof, key_pair.public_key)


@pytest.mark.parametrize("count", [2, 100])
def test_dishonest_answers_are_refused(count: int, key_pair: oprf.EvaluationKeyPair, random: RandomSource) -> None:
    other = oprf.generate_key_pair(random)
    inputs = inputs_of(count)
    honest = oprf_batch.blind_batch(inputs, random)
    answer = oprf_batch.blind_evaluate_batch(key_pair, honest.blinded_elements, random)
    evaluated, proof = answer.evaluated_elements, answer.proof
    for wrong_evaluated, wrong_proof, public_key in (
        (evaluated[:-1], proof, key_pair.public_key),
        (evaluated[::-1], proof, key_pair.public_key),
        (evaluated, bytes([proof[0] ^ 1]) + proof[1:], key_pair.public_key),
        (evaluated, proof, other.public_key),
        (evaluated, b"", key_pair.public_key),
    ):
        # A blinding takes one answer, so each attempt gets its own over the same elements.
        blinding = oprf_batch.BatchBlinding(inputs, honest._blinds, honest.blinded_elements, 1)
        with pytest.raises(VerifyError):
            blinding.finalize(wrong_evaluated, wrong_proof, public_key)


def test_repr_shows_no_input(key_pair: oprf.EvaluationKeyPair, random: RandomSource) -> None:
    assert "marked" not in repr(oprf_batch.blind_batch([b"marked"], random))
