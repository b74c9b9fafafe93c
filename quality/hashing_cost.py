"""What a hash costs with the real VOPRF, measured by itself: it is the same for every pair of files."""

import os
import time
from datetime import date
from typing import Final

from bench.linkage import oprf_inputs
from keys.crypto.evaluation_key import generate_key_pair
from keys.crypto.oprf_batch import MAX_BATCH_ELEMENTS, blind_batch, blind_evaluate_batch, evaluate_batch
from keys.crypto.pair_reserve import PairReserve
from quality.results import HashingCost

MICROSECONDS: Final = 1_000_000


def measure_hashing(batches: int, today: date) -> HashingCost:
    """Return the cost of a hash on all cores, from so many batches of `MAX_BATCH_ELEMENTS` made-up linkage keys."""
    inputs = oprf_inputs(batches * MAX_BATCH_ELEMENTS, today)
    pair = generate_key_pair(os.urandom)
    index, requester, provider = 0.0, 0.0, 0.0
    for start in range(0, len(inputs), MAX_BATCH_ELEMENTS):
        batch = inputs[start : start + MAX_BATCH_ELEMENTS]
        clock = _Clock()
        evaluate_batch(pair.private_key, batch)
        index += clock.lap()
        blinding = blind_batch(batch, PairReserve(pair.public_key, os.urandom))
        requester += clock.lap()
        answer = blind_evaluate_batch(pair, blinding.blinded_elements, os.urandom)
        provider += clock.lap()
        blinding.finalize(answer.evaluated_elements, answer.proof)
        requester += clock.lap()
    scale = MICROSECONDS / len(inputs)
    return HashingCost(hashes=len(inputs), index=index * scale, requester=requester * scale, provider=provider * scale)


class _Clock:
    """Tells the seconds since it was last asked."""

    def __init__(self) -> None:
        self._last = time.perf_counter()

    def lap(self) -> float:
        now = time.perf_counter()
        self._last, began = now, self._last
        return now - began
