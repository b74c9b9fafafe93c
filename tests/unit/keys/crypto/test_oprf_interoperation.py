"""Both directions against an independent implementation of RFC 9497 (the Rust library behind the package voprf)."""

import pytest
from voprf import ristretto as independent

from keys.crypto import oprf, oprf_batch
from keys.crypto.errors import VerifyError
from keys.crypto.oprf import Mode
from keys.crypto.pair_reserve import PairReserve
from schemas.randomness import RandomSource

SEED = bytes(range(32))
INFO = b"agreement-1/1"
INPUTS = [b"id\x1f99010120200101123", b"p.d\x1fzhang.san20200101", b"\x00", b"x" * 1000]


@pytest.fixture
def evaluator() -> independent.Evaluator:
    return independent.Evaluator.from_seed(SEED, INFO)


@pytest.fixture
def key_pair() -> oprf.EvaluationKeyPair:
    return oprf.derive_key_pair(SEED, INFO, Mode.VOPRF)


def test_keys_agree(evaluator: independent.Evaluator, key_pair: oprf.EvaluationKeyPair) -> None:
    assert evaluator.public_key.serialize() == key_pair.public_key


@pytest.mark.parametrize("message", INPUTS, ids=range(len(INPUTS)))
def test_direct_evaluations_agree(
    message: bytes, evaluator: independent.Evaluator, key_pair: oprf.EvaluationKeyPair
) -> None:
    assert oprf.evaluate(key_pair.private_key, message, Mode.VOPRF) == evaluator.evaluate_known_input(message)


def test_their_client_with_our_server(key_pair: oprf.EvaluationKeyPair, random: RandomSource) -> None:
    client, blinded_input = independent.Client.blind(INPUTS[0])
    blinded = blinded_input.serialize()
    evaluated = oprf.blind_evaluate(key_pair.private_key, blinded)
    proof = oprf.generate_proof(key_pair, [blinded], [evaluated], random, Mode.VOPRF)
    output = client.finalize(
        independent.VerifiableOutput.deserialize(proof + evaluated),
        independent.PublicKey.deserialize(key_pair.public_key),
    )
    assert output == oprf.evaluate(key_pair.private_key, INPUTS[0], Mode.VOPRF)


@pytest.mark.parametrize("count", [1, 2, 64])
def test_our_batch_with_their_server(count: int, evaluator: independent.Evaluator, random: RandomSource) -> None:
    inputs = [b"id\x1f%d" % number for number in range(count)]
    blinding = oprf_batch.blind_batch(inputs, PairReserve(evaluator.public_key.serialize(), random))
    theirs = [independent.BlindedInput.deserialize(element) for element in blinding.blinded_elements]
    answer = evaluator.evaluate_batch(theirs).serialize()
    evaluated = [answer[start : start + 32] for start in range(64, len(answer), 32)]
    outputs = blinding.finalize(evaluated, answer[:64])
    assert outputs == [evaluator.evaluate_known_input(message) for message in inputs]


@pytest.mark.parametrize("count", [1, 2, 64])
def test_their_batch_with_our_server(count: int, key_pair: oprf.EvaluationKeyPair, random: RandomSource) -> None:
    inputs = [b"id\x1f%d" % number for number in range(count)]
    clients, blinded = zip(*(independent.Client.blind(message) for message in inputs), strict=True)
    answer = oprf_batch.blind_evaluate_batch(key_pair, [element.serialize() for element in blinded], random)
    outputs = independent.Client.finalize_batch(
        list(clients),
        independent.VerifiableBatchOutput.deserialize(answer.proof + b"".join(answer.evaluated_elements)),
        independent.PublicKey.deserialize(key_pair.public_key),
    )
    assert outputs == oprf_batch.evaluate_batch(key_pair.private_key, inputs)


def test_both_refuse_a_server_with_another_key(random: RandomSource, evaluator: independent.Evaluator) -> None:
    other = oprf.generate_key_pair(random)
    blinding = oprf_batch.blind_batch(INPUTS[:1], PairReserve(other.public_key, random))
    theirs = independent.BlindedInput.deserialize(blinding.blinded_elements[0])
    answer = evaluator.evaluate(theirs).serialize()
    with pytest.raises(VerifyError):
        blinding.finalize([answer[64:]], answer[:64])

    client, blinded = independent.Client.blind(INPUTS[0])
    with pytest.raises(ValueError, match="proof"):
        client.finalize(evaluator.evaluate(blinded), independent.PublicKey.deserialize(other.public_key))
