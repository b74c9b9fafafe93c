"""Hashes per second for building an index, on all cores, against the bare calls of libsodium that they need."""

import ctypes
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date

from bench.harness import Comparison, Contest, Tell, compare, timed
from bench.linkage import oprf_inputs
from bench.scale import Scale
from keys.crypto.ciphersuite import Mode, input_expander
from keys.crypto.libsodium import load_libsodium
from keys.crypto.oprf_batch import evaluate_batch
from keys.crypto.ristretto255 import ELEMENT_BYTES, reduce_scalar

TODAY = date(2026, 9, 1)


def run(scale: Scale, tell: Tell) -> Iterator[Comparison]:
    """Evaluate linkage keys in one thread and in as many as there are cores."""
    inputs = oprf_inputs(scale.hash_inputs, TODAY)
    for workers in sorted({1, os.cpu_count() or 1}):
        yield compare(hashing_contest(inputs, workers), scale.rounds, tell)


def hashing_contest(inputs: Sequence[bytes], workers: int) -> Contest:
    """Return the contest on these inputs of the VOPRF; the bare calls get them already expanded to 64 bytes."""
    private_key = reduce_scalar(os.urandom(64))
    uniform = list(map(input_expander(Mode.VOPRF), inputs))
    return Contest(
        name=f"evaluate_batch, {workers} threads",
        unit="hashes",
        peer=f"libsodium alone, {workers} threads",
        ours=lambda: timed(len(inputs), lambda: evaluate_batch(private_key, inputs, workers=workers)),
        theirs=lambda: timed(len(uniform), lambda: multiply_hashed(private_key, uniform, workers)),
    )


def multiply_hashed(private_key: bytes, uniform: Sequence[bytes], workers: int) -> list[bytes]:
    """Map 64-byte strings to the group and multiply each by the key: the calls alone, with nothing between them.

    Returns:
        The last product of each thread.
    """
    libsodium = load_libsodium()
    from_hash, multiply = libsodium.crypto_core_ristretto255_from_hash, libsodium.crypto_scalarmult_ristretto255

    def work(place: int) -> bytes:
        element, product = (ctypes.create_string_buffer(ELEMENT_BYTES) for _ in range(2))
        for data in uniform[place::workers]:
            from_hash(element, data)
            multiply(product, private_key, element)
        return product.raw

    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(work, range(workers)))
