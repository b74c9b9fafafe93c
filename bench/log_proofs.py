"""Proofs from a large log and the verification of all of it, against pymerkle over the same number of entries."""

import os
import random
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from pymerkle import SqliteTree  # type: ignore[import-untyped]
from sqlalchemy import Engine

from bench.harness import Comparison, Contest, Figure, Tell, compare, timed
from bench.log import match_query
from bench.log_append import LOG_NAME, WAIT_SECONDS, open_log
from bench.scale import Scale
from gateway.log.checkpoints import publish_checkpoint
from gateway.log.journal import Draft, Journal
from gateway.log.log_check import check_log
from gateway.log.proofs import prove_leaf, prove_prefix
from gateway.log.shard_verification import verify_shard
from gateway.log.shards import current_shard
from gateway.log.signature_verification import ShardKeys
from gateway.log.signing_memory import SIGNING_MEMORY_FILE, SigningMemory
from gateway.log.tree_store import TreeStore
from gateway.persistence.engine import read_transaction, write_transaction
from keys.crypto.log_shards import shard_origin
from keys.crypto.note import NoteSigner

PROOFS: Final = 200
GROUP: Final = 1_000


def run(scale: Scale, tell: Tell) -> Iterator[Comparison | Figure]:
    """Fill a log and the peer's tree with the same number of entries, then prove and verify."""
    with tempfile.TemporaryDirectory(prefix="tongxin-bench-") as name:
        folder = Path(name)
        with open_log(f"sqlite:///{folder / 'log.sqlite3'}") as (journal, engine), SqliteTree(f"{name}/peer") as peer:
            fill(journal, scale.leaves, tell)
            shard, signer = _sign(engine, folder)
            peer.append_entries(_entries(engine, shard, scale.leaves))
            yield from _prove(engine, shard, peer, scale, tell)
            yield from _verify(engine, shard, signer, scale.leaves, tell)


def fill(journal: Journal, leaves: int, tell: Tell) -> None:
    """Append match queries in groups until the log has `leaves`."""
    query = match_query()
    for start in range(0, leaves, GROUP):
        events = (query,) * min(GROUP, leaves - start)
        journal.write(lambda _, events=events: Draft(None, events), WAIT_SECONDS)  # type: ignore[misc]
        if start % 100_000 == 0:
            tell(f"filling the log: {start:,}/{leaves:,}")


def _sign(engine: Engine, folder: Path) -> tuple[int, NoteSigner]:
    memory = SigningMemory(folder / SIGNING_MEMORY_FILE)
    memory.create()
    with write_transaction(engine) as connection:
        shard = current_shard(connection)
        signer = NoteSigner(shard_origin(LOG_NAME, shard), os.urandom(32))
        publish_checkpoint(connection, shard, signer, datetime.now(UTC), memory)
    return shard, signer


def _entries(engine: Engine, shard: int, leaves: int) -> Iterator[bytes]:
    with read_transaction(engine) as connection:
        yield from TreeStore(connection, shard).entries(0, leaves)


def _prove(engine: Engine, shard: int, peer: SqliteTree, scale: Scale, tell: Tell) -> Iterator[Comparison]:
    size, places = scale.leaves, random.Random(1)
    yield compare(
        Contest(
            name=f"inclusion in {size:,} leaves",
            unit="proofs",
            peer="pymerkle prove_inclusion",
            ours=lambda: timed(
                PROOFS, lambda: [prove_leaf(engine, shard, places.randrange(size), size) for _ in range(PROOFS)]
            ),
            theirs=lambda: timed(
                PROOFS, lambda: [peer.prove_inclusion(1 + places.randrange(size), size) for _ in range(PROOFS)]
            ),
        ),
        scale.rounds,
        tell,
    )
    yield compare(
        Contest(
            name=f"consistency with {size:,} leaves",
            unit="proofs",
            peer="pymerkle prove_consistency",
            ours=lambda: timed(
                PROOFS, lambda: [prove_prefix(engine, shard, 1 + places.randrange(size), size) for _ in range(PROOFS)]
            ),
            theirs=lambda: timed(
                PROOFS, lambda: [peer.prove_consistency(1 + places.randrange(size), size) for _ in range(PROOFS)]
            ),
        ),
        scale.rounds,
        tell,
    )


def _verify(engine: Engine, shard: int, signer: NoteSigner, size: int, tell: Tell) -> Iterator[Figure]:
    def check() -> None:
        with read_transaction(engine) as connection:
            check_log(connection, LOG_NAME)

    def verify() -> None:
        report = verify_shard(engine, shard, size, ShardKeys(signer.verifier_key), lambda _: None)
        if report.entries != size or report.findings:
            raise RuntimeError("the log that was just filled does not verify")

    tell(f"verifying {size:,} leaves")
    yield Figure(f"{size:,} leaves: check at every start", timed(1, check).seconds, "s")
    yield Figure(f"{size:,} leaves: full verification", timed(1, verify).seconds, "s")
