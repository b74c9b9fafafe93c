"""Our private intersection by itself: a standing index in the gateway's own table, and rosters asked of it.

What stands around it in a real question is left out: signatures, decisions, the log, HTTP, sealing, the register.
"""

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from sqlalchemy import Engine, insert

from bench.machine import forget_peak_memory, peak_memory_mb
from bench.peers.turns import PeerTurn, Sets, read_identifiers, require_right
from gateway.persistence.engine import create_database_engine
from gateway.persistence.entry_queries import find_entries
from gateway.persistence.index_tables import index_entry, index_removal
from gateway.persistence.publication_queries import ActiveIndex
from keys.crypto.evaluation_key import EvaluationKeyPair, generate_key_pair
from keys.crypto.oprf_batch import MAX_BATCH_ELEMENTS, blind_batch, blind_evaluate_batch, evaluate_batch
from keys.crypto.pair_reserve import MAX_RESERVED_PAIRS, PairReserve
from keys.protocol.possession import index_hash_of
from schemas.formats import HANDLE_BYTES

OURS: Final = "ours, standing index"
_INDEX: Final = ActiveIndex("", 1, 1, 1, "")
_CODE: Final = 1


@dataclass
class Spent:
    """Processor seconds of all cores by what they went into: `pairs`, `requester`, `provider`, `gateway`."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def on(self, part: str) -> Iterator[None]:
        """Count the block."""
        began = time.process_time()
        yield
        self.seconds[part] = self.seconds.get(part, 0) + time.process_time() - began

    @property
    def total(self) -> float:
        """The sum."""
        return sum(self.seconds.values())


@dataclass(frozen=True)
class StandingIndex:
    """The provider's key and the gateway's table of the index hashes under it."""

    engine: Engine
    key_pair: EvaluationKeyPair = field(repr=False)

    @classmethod
    def build(cls, sets: Sets, spent: Spent) -> "StandingIndex":
        """Hash the index and write it in order, as a publication ends."""
        engine = create_database_engine(f"sqlite:///{sets.folder / 'gateway.sqlite3'}")
        index_entry.metadata.create_all(engine, [index_entry, index_removal])
        key_pair = generate_key_pair(os.urandom)
        with spent.on("provider"):
            outputs = evaluate_batch(key_pair.private_key, _inputs(sets.index))
        with spent.on("gateway"), engine.begin() as connection:
            hashes = sorted(map(index_hash_of, outputs))
            connection.execute(insert(index_entry), [_row(one) for one in hashes])
        return cls(engine, key_pair)

    def ask(self, size: int, path: Path) -> tuple[PeerTurn, Spent]:
        """Ask about a roster: every party's work, one after the other."""
        forget_peak_memory(os.getpid())
        spent, began = Spent(), time.perf_counter()
        with spent.on("requester"):
            inputs = _inputs(path)
        hashes: list[bytes] = []
        for start in range(0, len(inputs), MAX_BATCH_ELEMENTS):
            hashes += self._evaluate(inputs[start : start + MAX_BATCH_ELEMENTS], spent)
        with spent.on("gateway"):
            found = self._count(hashes)
        seconds = time.perf_counter() - began
        turn = PeerTurn(OURS, size, spent.total, seconds, peak_memory_mb(os.getpid()), found)
        return require_right(turn), spent

    def _evaluate(self, inputs: Sequence[bytes], spent: Spent) -> list[bytes]:
        pairs = PairReserve(self.key_pair.public_key, os.urandom, capacity=MAX_RESERVED_PAIRS)
        with spent.on("pairs"):
            pairs.fill(len(inputs))
        with spent.on("requester"):
            blinding = blind_batch(inputs, pairs)
        with spent.on("provider"):
            answer = blind_evaluate_batch(self.key_pair, blinding.blinded_elements, os.urandom)
        with spent.on("requester"):
            return [index_hash_of(output) for output in blinding.finalize(answer.evaluated_elements, answer.proof)]

    def _count(self, hashes: list[bytes]) -> int:
        with self.engine.connect() as connection:
            wanted = b"".join(sorted(hashes))
            return sum(len(rows) for rows in find_entries(connection, _INDEX, _CODE, wanted))


def _row(index_hash: bytes) -> dict[str, object]:
    place = {"volume": _INDEX.volume, "generation": _INDEX.generation, "key_type_code": _CODE}
    return place | {"index_hash": index_hash, "handle": os.urandom(HANDLE_BYTES), "county": 990101, "key_types": 1}


def _inputs(path: Path) -> list[bytes]:
    return [b"id\x1f" + identifier.encode("ascii") for identifier in read_identifiers(path)]
