"""An identifier's way through the VOPRF, in one thread: ours against the package `voprf` (Rust), which is independent.

In batches of 64 both prove every element; above that ours proves a sample, as decision 0002 has it.
"""

import os
import time
from collections.abc import Iterator
from datetime import date
from typing import Final

from voprf import ristretto as independent

from bench.harness import Comparison, Contest, Figure, Tell, compare, timed
from bench.linkage import oprf_inputs
from bench.scale import Scale
from keys.crypto.evaluation_key import EvaluationKeyPair, generate_key_pair
from keys.crypto.oprf_batch import blind_batch, blind_evaluate_batch
from keys.crypto.pair_reserve import PairReserve
from keys.crypto.sampled_proof import SAMPLE_SIZE

TODAY = date(2026, 9, 1)
MICROSECONDS: Final = 1_000_000


def run(scale: Scale, tell: Tell) -> Iterator[Comparison | Figure]:
    """Blind, evaluate, prove, verify and finalize; then a requester's and a provider's shares by themselves."""
    inputs = oprf_inputs(scale.oprf_inputs, TODAY)
    for size in sorted({min(SAMPLE_SIZE, len(inputs)), len(inputs)}):
        batches = [inputs[start : start + size] for start in range(0, len(inputs), size)]
        yield compare(_contest(batches, size), scale.rounds, tell)
    yield from _shares(inputs)


def _contest(batches: list[list[bytes]], size: int) -> Contest:
    key_pair, evaluator = generate_key_pair(os.urandom), independent.Evaluator.from_seed(os.urandom(32), b"bench")
    count = sum(map(len, batches))
    return Contest(
        name=f"VOPRF, {size:,} at a time, 1 thread",
        unit="identifiers",
        peer="voprf (Rust)",
        ours=lambda: timed(count, lambda: [ask(key_pair, batch) for batch in batches]),
        theirs=lambda: timed(count, lambda: [ask_peer(evaluator, batch) for batch in batches]),
    )


def ask(key_pair: EvaluationKeyPair, batch: list[bytes]) -> list[bytes]:
    """Return the outputs for a batch that went the whole way, pairs included."""
    blinding = blind_batch(batch, PairReserve(key_pair.public_key, os.urandom, workers=1), workers=1)
    answer = blind_evaluate_batch(key_pair, blinding.blinded_elements, os.urandom, workers=1)
    return blinding.finalize(answer.evaluated_elements, answer.proof)


def ask_peer(evaluator: independent.Evaluator, batch: list[bytes]) -> list[bytes]:
    """Return the peer's outputs for a batch that went the same way."""
    clients, blinded = zip(*map(independent.Client.blind, batch), strict=True)
    answer = evaluator.evaluate_batch(list(blinded))
    outputs: list[bytes] = independent.Client.finalize_batch(list(clients), answer, evaluator.public_key)
    return outputs


def _shares(inputs: list[bytes]) -> Iterator[Figure]:
    key_pair, count = generate_key_pair(os.urandom), len(inputs)
    pairs = PairReserve(key_pair.public_key, os.urandom, capacity=count, workers=1)
    laps = [time.process_time()]

    def lap(name: str) -> Figure:
        laps.append(time.process_time())
        return Figure(f"an identifier: {name}", MICROSECONDS * (laps[-1] - laps[-2]) / count, "µs CPU")

    pairs.fill(count)
    yield lap("pair made ahead")
    blinding = blind_batch(inputs, pairs, workers=1)
    yield lap("requester blinds on line")
    answer = blind_evaluate_batch(key_pair, blinding.blinded_elements, os.urandom, workers=1)
    yield lap("provider evaluates and proves")
    blinding.finalize(answer.evaluated_elements, answer.proof)
    yield lap("requester verifies and finalizes on line")
