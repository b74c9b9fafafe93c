"""RFC 9497 by its vectors, by its own algebra, and against what must be refused."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keys.crypto import oprf
from keys.crypto.errors import DeserializeError, InvalidInputError, InverseError, VerifyError
from keys.crypto.oprf import Mode
from schemas.randomness import RandomSource
from tests.unit.keys.crypto.multiplicative_blinding import Blinded, blind

ScalarsAsRandom = Callable[..., RandomSource]
SUITE_VECTORS = "rfc9497-ristretto255-sha512.json"


@pytest.fixture
def key_pair(random: RandomSource) -> oprf.EvaluationKeyPair:
    return oprf.generate_key_pair(random)


@pytest.fixture(params=[0, 1], ids=["first", "second"])
def case(request: pytest.FixtureRequest) -> int:
    return int(request.param)


@pytest.mark.parametrize("mode", Mode)
def test_keys_derive_as_published(mode: Mode, load_vectors: Callable[[str], Any]) -> None:
    vectors = load_vectors(SUITE_VECTORS)
    expected = vectors["modes"][mode.name]
    pair = oprf.derive_key_pair(bytes.fromhex(vectors["seed"]), bytes.fromhex(vectors["key_info"]), mode)
    assert pair.private_key.hex() == expected["skS"]
    assert pair.public_key.hex() == expected.get("pkS", pair.public_key.hex())


@pytest.mark.parametrize("mode", Mode)
def test_each_step_gives_the_published_bytes(
    mode: Mode, case: int, load_vectors: Callable[[str], Any], scalars_as_random: ScalarsAsRandom
) -> None:
    vectors = load_vectors(SUITE_VECTORS)
    vector = vectors["modes"][mode.name]["vectors"][case]
    pair = oprf.derive_key_pair(bytes.fromhex(vectors["seed"]), bytes.fromhex(vectors["key_info"]), mode)
    message = bytes.fromhex(vector["input"])

    blinded = blind(message, scalars_as_random(vector["blind"]), mode)
    evaluated = oprf.blind_evaluate(pair.private_key, blinded.element)

    assert blinded.element.hex() == vector["blinded_element"]
    assert evaluated.hex() == vector["evaluation_element"]
    assert oprf.evaluate(pair.private_key, message, mode).hex() == vector["output"]
    if mode is Mode.OPRF:
        assert blinded.finalize(evaluated).hex() == vector["output"]
        return
    nonce = scalars_as_random(vector["proof_random_scalar"])
    proof = oprf.generate_proof(pair, [blinded.element], [evaluated], nonce, mode)
    assert proof.hex() == vector["proof"]
    assert blinded.verify_and_finalize(evaluated, proof, pair.public_key).hex() == vector["output"]


@given(message=st.binary(max_size=200), seed=st.binary(min_size=32, max_size=32), mode=st.sampled_from(Mode))
def test_blinded_path_equals_direct_evaluation(message: bytes, seed: bytes, mode: Mode) -> None:
    pair = oprf.derive_key_pair(seed, b"agreement", mode)
    blinded = _blind_with(seed, message, mode)
    evaluated = oprf.blind_evaluate(pair.private_key, blinded.element)
    assert blinded.finalize(evaluated) == oprf.evaluate(pair.private_key, message, mode)


def _blind_with(seed: bytes, message: bytes, mode: Mode) -> Blinded:
    scalar = oprf.derive_key_pair(seed, b"blind", mode).private_key
    return blind(message, lambda _: scalar + bytes(32), mode)


def test_modes_and_keys_give_different_outputs(random: RandomSource) -> None:
    first, second = oprf.generate_key_pair(random), oprf.generate_key_pair(random)
    outputs = {
        oprf.evaluate(first.private_key, b"x", Mode.OPRF),
        oprf.evaluate(first.private_key, b"x", Mode.VOPRF),
        oprf.evaluate(second.private_key, b"x", Mode.VOPRF),
        oprf.evaluate(first.private_key, b"y", Mode.VOPRF),
    }
    assert len(outputs) == 4


def test_key_info_separates_agreements() -> None:
    seed = bytes(range(32))
    keys = {oprf.derive_key_pair(seed, info, Mode.VOPRF).public_key for info in (b"", b"a1", b"a2")}
    assert len(keys) == 3


def _tampered(proof: bytes) -> Iterator[bytes]:
    for position in range(len(proof)):
        yield proof[:position] + bytes([proof[position] ^ 1]) + proof[position + 1 :]
    yield proof[:-1]
    yield proof + b"\x00"
    yield b""
    yield bytes(64)


def test_every_changed_byte_of_a_proof_is_noticed(key_pair: oprf.EvaluationKeyPair, random: RandomSource) -> None:
    blinded = [blind(b"x", random, Mode.VOPRF).element]
    evaluated = [oprf.blind_evaluate(key_pair.private_key, blinded[0])]
    proof = oprf.generate_proof(key_pair, blinded, evaluated, random, Mode.VOPRF)
    oprf.verify_proof(key_pair.public_key, blinded, evaluated, proof, Mode.VOPRF)
    for changed in _tampered(proof):
        with pytest.raises(VerifyError):
            oprf.verify_proof(key_pair.public_key, blinded, evaluated, changed, Mode.VOPRF)


def test_answers_under_another_key_or_in_another_order_are_noticed(
    key_pair: oprf.EvaluationKeyPair, random: RandomSource
) -> None:
    other = oprf.generate_key_pair(random)
    blinded = [blind(message, random, Mode.VOPRF).element for message in (b"x", b"y")]
    evaluated = [oprf.blind_evaluate(key_pair.private_key, element) for element in blinded]
    proof = oprf.generate_proof(key_pair, blinded, evaluated, random, Mode.VOPRF)
    mixed = [evaluated[0], oprf.blind_evaluate(other.private_key, blinded[1])]
    dishonest = oprf.generate_proof(other, blinded, mixed, random, Mode.VOPRF)
    for public_key, answer, shown in (
        (other.public_key, evaluated, proof),
        (key_pair.public_key, evaluated[::-1], proof),
        (key_pair.public_key, mixed, proof),
        (key_pair.public_key, mixed, dishonest),
        (other.public_key, mixed, dishonest),
        (bytes(32), evaluated, proof),
        (key_pair.public_key, [evaluated[0], bytes(32)], proof),
    ):
        with pytest.raises(VerifyError):
            oprf.verify_proof(public_key, blinded, answer, shown, Mode.VOPRF)
    with pytest.raises(VerifyError):
        oprf.verify_proof(key_pair.public_key, blinded, evaluated, proof, Mode.OPRF)


@pytest.mark.parametrize(("before", "after"), [(0, 0), (1, 0), (1, 2)])
def test_proofs_need_two_lists_of_one_length(
    before: int, after: int, key_pair: oprf.EvaluationKeyPair, random: RandomSource
) -> None:
    elements = [key_pair.public_key] * 2
    with pytest.raises(InvalidInputError):
        oprf.generate_proof(key_pair, elements[:before], elements[:after], random, Mode.VOPRF)


def test_inputs_have_a_limit(key_pair: oprf.EvaluationKeyPair) -> None:
    longest = bytes(oprf.MAX_INPUT_BYTES)
    assert len(oprf.evaluate(key_pair.private_key, longest, Mode.VOPRF)) == oprf.OUTPUT_BYTES
    with pytest.raises(InvalidInputError):
        oprf.evaluate(key_pair.private_key, longest + b"\x00", Mode.VOPRF)


def test_malformed_material_is_refused(key_pair: oprf.EvaluationKeyPair) -> None:
    with pytest.raises(DeserializeError):
        oprf.blind_evaluate(key_pair.private_key, bytes(32))
    with pytest.raises(InvalidInputError):
        oprf.derive_key_pair(bytes(31), b"", Mode.VOPRF)
    with pytest.raises(InverseError, match="broken"):
        blind(b"x", bytes, Mode.VOPRF)


def test_private_key_is_not_shown(key_pair: oprf.EvaluationKeyPair) -> None:
    assert "private_key" not in repr(key_pair)
    assert repr(key_pair.private_key) not in repr(key_pair)
