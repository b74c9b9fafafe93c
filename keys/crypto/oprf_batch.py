"""Whole batches of OPRF work on all cores, in mode VOPRF: same bytes as one by one, in the same order.

Inputs are blinded additively, by pairs made ahead: the same outputs as by RFC 9497's multiplicative blinding.
    blinded   = H(x) + r*G
    evaluated = k * blinded
    N         = evaluated - r*pk = k * H(x)
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from keys.crypto.batch_threads import DEFAULT_WORKERS, do_in_chunks, run_in_chunks
from keys.crypto.ciphersuite import MAX_INPUT_BYTES, Mode, hash_output, input_expander
from keys.crypto.element_buffer import ElementBuffer
from keys.crypto.errors import InvalidInputError, ProtocolMisuseError, VerifyError
from keys.crypto.evaluation_key import EvaluationKeyPair
from keys.crypto.pair_reserve import PairReserve
from keys.crypto.ristretto255 import Element, Scalar
from keys.crypto.sampled_proof import generate_batch_proof, verify_batch_proof
from schemas.randomness import RandomSource

MAX_BATCH_ELEMENTS = 10_000

SPENT_SESSION = (
    "A blind may be finalized once: a second use would let whoever carries the answers compare them. "
    "Blind the input again."
)


@dataclass(frozen=True, slots=True)
class BatchEvaluation:
    """A provider's answer: one 32-byte evaluated element per blinded one, in order, and a 64-byte proof."""

    evaluated_elements: list[bytes]
    proof: bytes


class BatchBlinding:
    """What a requester keeps between `blind_batch` and the answer; good for one answer, right or wrong.

    Attributes:
        blinded_elements: 32 bytes for each input, in order; all that is sent.
    """

    __slots__ = ("_inputs", "_key_multiples", "_public_key", "_workers", "blinded_elements")

    def __init__(
        self,
        inputs: Sequence[bytes],
        blinded: ElementBuffer,
        key_multiples: ElementBuffer,
        public_key: Element,
        workers: int,
    ) -> None:
        self.blinded_elements: list[bytes] = [*blinded.elements()]
        self._inputs = tuple(inputs)
        self._key_multiples: ElementBuffer | None = key_multiples
        self._public_key = public_key
        self._workers = workers

    def finalize(self, evaluated: Sequence[bytes], proof: bytes) -> list[bytes]:
        """Return the 64-byte output for each input, in order, after the proof has verified.

        Raises:
            ProtocolMisuseError: the batch was finalized before.
            VerifyError: the answer was not made under the key that the batch was blinded for, or has another number
                of elements.
            DeserializeError: an evaluated element is not canonical.
        """
        key_multiples, self._key_multiples = self._key_multiples, None
        if key_multiples is None:
            raise ProtocolMisuseError(SPENT_SESSION)
        try:
            return self._finalize(evaluated, proof, key_multiples)
        finally:
            key_multiples.wipe()

    def _finalize(self, evaluated: Sequence[bytes], proof: bytes, key_multiples: ElementBuffer) -> list[bytes]:
        if len(evaluated) != len(self._inputs):
            raise VerifyError(f"{len(self._inputs)} elements were sent, {len(evaluated)} came back")
        verify_batch_proof(self._public_key, self.blinded_elements, evaluated, proof)
        elements = ElementBuffer.of(evaluated)

        def finalize_chunk(start: int, end: int) -> list[bytes]:
            elements.subtract_each(key_multiples, start, end)
            return list(map(hash_output, self._inputs[start:end], elements.elements(start, end)))

        chunks = run_in_chunks(finalize_chunk, len(evaluated), self._workers)
        return [output for chunk in chunks for output in chunk]


def blind_batch(inputs: Sequence[bytes], pairs: PairReserve, *, workers: int = DEFAULT_WORKERS) -> BatchBlinding:
    """Hide up to 10,000 inputs of at most 65535 bytes each, every one behind a pair of its own.

    Raises:
        InvalidInputError: no inputs, too many, or one that is too long.
    """
    _check_batch_size(len(inputs))
    _check_input_lengths(inputs)
    expand = input_expander(Mode.VOPRF)
    blinded, taken = ElementBuffer(len(inputs)), pairs.take(len(inputs))

    def blind_chunk(start: int, end: int) -> None:
        blinded.map_uniform(start, map(expand, inputs[start:end]))
        blinded.add_each(taken.base_multiples, start, end)

    do_in_chunks(blind_chunk, len(inputs), workers)
    taken.base_multiples.wipe()
    return BatchBlinding(inputs, blinded, taken.key_multiples, pairs.public_key, workers)


def blind_evaluate_batch(
    key_pair: EvaluationKeyPair,
    blinded: Sequence[bytes],
    random: RandomSource,
    *,
    workers: int = DEFAULT_WORKERS,
) -> BatchEvaluation:
    """Evaluate up to 10,000 blinded elements and prove that it was done under the pair's public key.

    Raises:
        InvalidInputError: no elements, or too many.
        DeserializeError: an element is not canonical; the sentence names its position.
    """
    _check_batch_size(len(blinded))
    elements = ElementBuffer.of(blinded)

    def evaluate_chunk(start: int, end: int) -> None:
        elements.multiply_each(key_pair.private_key, elements, start, end)

    do_in_chunks(evaluate_chunk, len(blinded), workers)
    evaluated: list[bytes] = [*elements.elements()]
    return BatchEvaluation(evaluated, generate_batch_proof(key_pair, blinded, evaluated, random))


def evaluate_batch(
    private_key: Scalar,
    inputs: Sequence[bytes],
    *,
    workers: int = DEFAULT_WORKERS,
    progress: Callable[[int], None] | None = None,
) -> list[bytes]:
    """Return the 64-byte output of each of any number of inputs, in order: what a provider's index is made of.

    `progress` is called in the caller's thread with the number of inputs that are done so far.

    Raises:
        InvalidInputError: no inputs, or one that is too long; the sentence names its position.
    """
    if not inputs:
        raise InvalidInputError("an empty batch can't be evaluated")
    _check_input_lengths(inputs)
    expand = input_expander(Mode.VOPRF)

    def evaluate_chunk(start: int, end: int) -> list[bytes]:
        messages, elements = inputs[start:end], ElementBuffer(end - start)
        elements.map_uniform(0, map(expand, messages))
        elements.multiply_each(private_key, elements, 0, end - start)
        return list(map(hash_output, messages, elements.elements()))

    outputs: list[bytes] = []
    for chunk in run_in_chunks(evaluate_chunk, len(inputs), workers):
        outputs += chunk
        if progress is not None:
            progress(len(outputs))
    return outputs


def _check_batch_size(count: int) -> None:
    if not 0 < count <= MAX_BATCH_ELEMENTS:
        raise InvalidInputError(f"a batch holds 1 to {MAX_BATCH_ELEMENTS} elements, not {count}")


def _check_input_lengths(inputs: Sequence[bytes]) -> None:
    for position, message in enumerate(inputs):
        if len(message) > MAX_INPUT_BYTES:
            raise InvalidInputError(f"input {position} has {len(message)} bytes, more than {MAX_INPUT_BYTES}")
