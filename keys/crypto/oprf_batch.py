"""Whole batches of OPRF work on all cores, in mode VOPRF: same bytes as one by one, in the same order.

libsodium works outside the interpreter's lock, so plain threads use every core.
"""

import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import repeat

from keys.crypto.ciphersuite import (
    MAX_INPUT_BYTES,
    Mode,
    hash_output,
    hash_to_group,
    input_expander,
    random_scalar,
)
from keys.crypto.errors import DeserializeError, InvalidInputError, ProtocolMisuseError, VerifyError
from keys.crypto.evaluation_key import EvaluationKeyPair
from keys.crypto.oprf import SPENT_SESSION
from keys.crypto.ristretto255 import Element, Scalar, element_from_uniform, invert_scalars, multiply
from keys.crypto.sampled_proof import generate_batch_proof, verify_batch_proof
from schemas.randomness import RandomSource

MAX_BATCH_ELEMENTS = 10_000
DEFAULT_WORKERS = os.cpu_count() or 1

_CHUNK_ELEMENTS = 128
"""Small, so that no core is left without work while another finishes its last chunk."""


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

    __slots__ = ("_blinds", "_inputs", "_workers", "blinded_elements")

    def __init__(
        self, inputs: Sequence[bytes], blinds: Sequence[Scalar], blinded_elements: list[bytes], workers: int
    ) -> None:
        self.blinded_elements = blinded_elements
        self._inputs = tuple(inputs)
        self._blinds: Sequence[Scalar] = blinds
        self._workers = workers

    def finalize(self, evaluated: Sequence[bytes], proof: bytes, public_key: bytes) -> list[bytes]:
        """Return the 64-byte output for each input, in order, after the proof has verified.

        Raises:
            ProtocolMisuseError: the batch was finalized before.
            VerifyError: the answer was not made under `public_key`, or has another number of elements.
            DeserializeError: an evaluated element is not canonical.
        """
        blinds, self._blinds = self._blinds, ()
        if not blinds:
            raise ProtocolMisuseError(SPENT_SESSION)
        if len(evaluated) != len(blinds):
            raise VerifyError(f"{len(blinds)} elements were sent, {len(evaluated)} came back")
        verify_batch_proof(public_key, self.blinded_elements, evaluated, proof)
        inverses = invert_scalars(blinds)

        def finalize_chunk(start: int, end: int) -> list[bytes]:
            elements = _multiply_each(inverses[start:end], evaluated[start:end], start)
            return list(map(hash_output, self._inputs[start:end], elements))

        return _run_in_chunks(finalize_chunk, len(blinds), self._workers)


def blind_batch(inputs: Sequence[bytes], random: RandomSource, *, workers: int = DEFAULT_WORKERS) -> BatchBlinding:
    """Hide up to 10,000 inputs of at most 65535 bytes each, every one behind a random scalar of its own.

    Raises:
        InvalidInputError: no inputs, too many, or one that is too long.
    """
    _check_batch_size(len(inputs))
    _check_input_lengths(inputs)
    # Drawn here and not in the threads, so that a source need not be safe to share.
    blinds = [random_scalar(random) for _ in inputs]

    def blind_chunk(start: int, end: int) -> list[Element]:
        elements = [hash_to_group(message, Mode.VOPRF) for message in inputs[start:end]]
        return _multiply_each(blinds[start:end], elements, start)

    return BatchBlinding(inputs, blinds, _run_in_chunks(blind_chunk, len(inputs), workers), workers)


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

    def evaluate_chunk(start: int, end: int) -> list[Element]:
        return _multiply_each(repeat(key_pair.private_key, end - start), blinded[start:end], start)

    evaluated = _run_in_chunks(evaluate_chunk, len(blinded), workers)
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
        return [
            hash_output(message, multiply(private_key, element_from_uniform(expand(message))))
            for message in inputs[start:end]
        ]

    return _run_in_chunks(evaluate_chunk, len(inputs), workers, progress)


def _multiply_each(scalars: Iterable[Scalar], elements: Sequence[bytes], start: int) -> list[Element]:
    products: list[Element] = []
    try:
        for scalar, element in zip(scalars, elements, strict=True):
            products.append(multiply(scalar, Element(element)))
    except DeserializeError:
        position = start + len(products)
        raise DeserializeError(f"element {position} of the batch is not a ristretto255 element") from None
    return products


def _run_in_chunks(
    work: Callable[[int, int], Sequence[bytes]],
    count: int,
    workers: int,
    progress: Callable[[int], None] | None = None,
) -> list[bytes]:
    size = min(_CHUNK_ELEMENTS, -(-count // workers))
    starts = range(0, count, size)
    ends = (min(start + size, count) for start in starts)
    results: list[bytes] = []
    with ThreadPoolExecutor(workers) as pool:
        for chunk in pool.map(work, starts, ends):
            results.extend(chunk)
            if progress is not None:
                progress(len(results))
    return results


def _check_batch_size(count: int) -> None:
    if not 0 < count <= MAX_BATCH_ELEMENTS:
        raise InvalidInputError(f"a batch holds 1 to {MAX_BATCH_ELEMENTS} elements, not {count}")


def _check_input_lengths(inputs: Sequence[bytes]) -> None:
    for position, message in enumerate(inputs):
        if len(message) > MAX_INPUT_BYTES:
            raise InvalidInputError(f"input {position} has {len(message)} bytes, more than {MAX_INPUT_BYTES}")
