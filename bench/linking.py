"""Linking two whole files without labels, hashing included, against Splink and anonlink on the same files in clear.

Ours is everything from normalised records to judged links: both sides' linkage keys, the index's evaluations, the
asked rows' evaluations with blinding and proof, the profile, the cascade and the judgement. Peers get normalised
attributes that are made beforehand; their time is what they count themselves, without their start.
"""

import os
import resource
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bench.harness import Comparison, Figure, Sample, Tell, cpu_ratios
from bench.scale import Scale
from demo.province import Agency
from keys.crypto.evaluation_key import EvaluationKeyPair, generate_key_pair
from keys.crypto.oprf_batch import MAX_BATCH_ELEMENTS, blind_batch, blind_evaluate_batch, evaluate_batch
from keys.crypto.pair_reserve import PairReserve
from keys.protocol.possession import index_hash_of
from linkage.hash_table import HashTable, build_table
from linkage.run import Found, settled
from quality.holdings import prepare_holding
from quality.methods import run_method
from quality.our_method import MATCH, ask, publish
from quality.provinces import HeldRow, read_agency, write_province
from quality.results import Method, Outcome, Score
from quality.scoring import Point, ScoredPairs, Truth, truth_of
from quality.trials import Trial
from schemas.key_set import load_key_set
from schemas.linkage_keys import LinkageKey, linkage_keys
from schemas.messages.index import FLAGGED, KEY_TYPE_CODES

SEED: Final = 101
ASKING: Final = Agency.EDUCATION
ASKED: Final = Agency.PUBLIC_SECURITY
PEERS: Final[dict[Method, str]] = {"splink": "Splink", "anonlink": "anonlink"}

_PERCENT: Final = 100
_LOCAL_KEY_BYTES: Final = 32

Keys = Sequence[tuple[LinkageKey, ...]]


@dataclass(frozen=True, slots=True)
class Linked:
    """What linking came to: time spent, F1, and how many hashes each side had evaluated."""

    sample: Sample
    f1: float
    index_hashes: int = 0
    asked_hashes: int = 0


def run(scale: Scale, tell: Tell) -> Iterator[Comparison | Figure]:
    """Link the files of two agencies by ours and by each peer."""
    with tempfile.TemporaryDirectory(prefix="tongxin-bench-") as name:
        folder = Path(name)
        tell(f"a province of {scale.linked_children:,} children")
        write_province(folder / "province", scale.linked_children, SEED)
        left, right = (read_agency(folder / "province", agency, SEED) for agency in (ASKING, ASKED))
        what = f"linking {len(left):,} with {len(right):,}"
        tell(f"{what}: ours")
        ours = link_by_hashes(left, right)
        yield from _figures(f"{what}: ours", ours)
        yield Figure(f"{what}: hashes of the index", ours.index_hashes, "")
        yield Figure(f"{what}: hashes asked for", ours.asked_hashes, "")
        for method, peer in PEERS.items():
            tell(f"{what}: {peer}")
            yield from _against(ours, method, left, right, folder / method, what)


def link_by_hashes(left: Sequence[HeldRow], right: Sequence[HeldRow]) -> Linked:
    """Link two files through the real VOPRF, both parties' work in this process."""
    key_set, pair = load_key_set("G"), generate_key_pair(os.urandom)
    cpu_began, began = time.process_time(), time.perf_counter()
    published = _Hashed.of(_keys_of(right), lambda inputs: evaluate_batch(pair.private_key, inputs)).table()
    index = publish(published, key_set)
    asked_keys = _keys_of(left)
    first = _Hashed.of([_settling(keys) for keys in asked_keys], lambda inputs: _ask_for(inputs, pair))
    table = first.table()
    is_open = ~settled(table, Found(index.table, index.holds), key_set)
    rest = _Hashed.of(
        [_others(keys) if is_open[row] else () for row, keys in enumerate(asked_keys)],
        lambda inputs: _ask_for(inputs, pair),
    )
    runs = ask((first + rest).table(), index, key_set)
    spent = Sample(len(left), time.perf_counter() - began, time.process_time() - cpu_began)
    row = np.concatenate([one.rows for one in runs])
    is_match = np.concatenate([one.judgement.outcome == MATCH for one in runs])
    partner = np.concatenate([one.partner for one in runs])
    truth = truth_of([held.child for held in left], [held.child for held in right])
    f1 = _f1(row[is_match], partner[is_match], truth)
    return Linked(spent, f1, len(published.record), len(first.keys) + len(rest.keys))


@dataclass(frozen=True, slots=True)
class _Hashed:
    """Keys of `records` records, the record of each, and their index hashes."""

    records: int
    record: list[int] = field(repr=False)
    keys: list[LinkageKey] = field(repr=False)
    hashes: list[bytes] = field(repr=False)

    @classmethod
    def of(cls, keys_of_records: Keys, evaluate: Callable[[list[bytes]], list[bytes]]) -> "_Hashed":
        """Hash the keys of all records."""
        record = [number for number, keys in enumerate(keys_of_records) for _ in keys]
        listed = [key for keys in keys_of_records for key in keys]
        hashes = list(map(index_hash_of, evaluate([key.oprf_input() for key in listed]))) if listed else []
        return cls(len(keys_of_records), record, listed, hashes)

    def __add__(self, other: "_Hashed") -> "_Hashed":
        """Return the keys of both, which are of the same records."""
        return _Hashed(self.records, self.record + other.record, self.keys + other.keys, self.hashes + other.hashes)

    def table(self) -> HashTable:
        """Return them as matching sees them."""
        codes = [KEY_TYPE_CODES[key.key_type] | (FLAGGED if key.is_flagged else 0) for key in self.keys]
        return build_table(self.records, self.record, codes, self.hashes)


def _keys_of(rows: Sequence[HeldRow]) -> Keys:
    return [linkage_keys(row.identity) for row in rows]


def _settling(keys: tuple[LinkageKey, ...]) -> tuple[LinkageKey, ...]:
    return tuple(key for key in keys if key.key_type.value in load_key_set("G").settled_by)


def _others(keys: tuple[LinkageKey, ...]) -> tuple[LinkageKey, ...]:
    return tuple(key for key in keys if key.key_type.value not in load_key_set("G").settled_by)


def _ask_for(inputs: list[bytes], pair: EvaluationKeyPair) -> list[bytes]:
    """Have inputs evaluated as a requester does: blinded, evaluated and proven by the provider, finalized."""
    outputs: list[bytes] = []
    for start in range(0, len(inputs), MAX_BATCH_ELEMENTS):
        blinding = blind_batch(inputs[start : start + MAX_BATCH_ELEMENTS], PairReserve(pair.public_key, os.urandom))
        answer = blind_evaluate_batch(pair, blinding.blinded_elements, os.urandom)
        outputs += blinding.finalize(answer.evaluated_elements, answer.proof)
    return outputs


def _against(
    ours: Linked, method: Method, left: Sequence[HeldRow], right: Sequence[HeldRow], folder: Path, what: str
) -> Iterator[Comparison | Figure]:
    """Yield a peer's figures and how ours compare; one that can't be had, or that fails, is named as missing."""
    outcome, cpu_seconds = _run_peer(method, left, right, folder)
    if outcome.missing is not None or outcome.chosen is None:
        yield Figure(f"{what}: {PEERS[method]}, missing", 1, outcome.missing or "")
        return
    sample = Sample(len(left), sum(outcome.seconds.values()), cpu_seconds)
    yield from _figures(f"{what}: {PEERS[method]}", Linked(sample, outcome.chosen.f1))
    yield Comparison(
        name=what,
        unit="records",
        peer=f"{PEERS[method]}, in clear",
        ours=(ours.sample.rate,),
        theirs=(sample.rate,),
        cpu_ratios=cpu_ratios([ours.sample], [sample]),
    )


def _run_peer(method: Method, left: Sequence[HeldRow], right: Sequence[HeldRow], folder: Path) -> tuple[Outcome, float]:
    """Return what a peer made of the files, and the processor time of its processes."""
    local_key = os.urandom(_LOCAL_KEY_BYTES)
    asking, asked = (
        prepare_holding(rows, folder / side, local_key) for rows, side in ((left, "left"), (right, "right"))
    )
    truth = truth_of(asking.children, asked.children)
    trial = Trial("pairs", "bench", "children", SEED, asking, asked, truth, folder)
    began = _seconds_of_children()
    outcome = run_method(method, trial)
    return outcome, _seconds_of_children() - began


def _seconds_of_children() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _f1(left: NDArray[np.int64], right: NDArray[np.int64], truth: Truth) -> float:
    pairs = ScoredPairs(left, right, np.ones(len(left)), None)
    return Score.of(Point(len(pairs), int(truth.is_right(pairs).sum()), truth.links)).f1


def _figures(what: str, linked: Linked) -> Iterator[Figure]:
    yield Figure(f"{what}, wall time", linked.sample.seconds, "s")
    yield Figure(f"{what}, processor time", linked.sample.cpu_seconds or 0.0, "s")
    yield Figure(f"{what}, F1", _PERCENT * linked.f1, "%")
