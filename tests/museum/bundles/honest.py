"""One good bundle of each kind, exported from a real log of 258 entries that is the same in each run."""

import io
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from sqlalchemy import Engine

from gateway.log.bundle import export_bundle
from gateway.log.checkpoints import find_checkpoint
from gateway.log.evidence import export_evidence
from gateway.log.journal import Journal
from gateway.log.tree_store import TreeStore
from gateway.log.witnessing import keep_lines, verify_lines
from gateway.persistence.engine import create_database_engine, read_transaction, write_transaction
from gateway.persistence.migrate import migrate_database
from gateway.persistence.witness_queries import add_policy
from keys.crypto.witness_policy_format import format_policy
from tests.audit_log import LOG_KEY, LOG_NAME, NOW, SHARD, log_events, query_event, repeatable_random, sign
from tests.museum.bundles.forge import POLICY, WITNESSES, Files, cosigned, unpack

SIZE = 258
SELECTED = (0, 17, 255, 257)


@dataclass(frozen=True)
class Honest:
    """The good bundles, and the entries of their log."""

    log: bytes
    evidence: bytes
    entries: tuple[bytes, ...]

    @cached_property
    def log_files(self) -> Files:
        return unpack(self.log)

    @cached_property
    def evidence_files(self) -> Files:
        return unpack(self.evidence)


def build(folder: Path) -> Honest:
    """Keep a log in this folder, let two of three witnesses cosign it, and export it both ways."""
    engine = create_database_engine(f"sqlite:///{folder / 'museum.db'}")
    migrate_database(engine)
    journal = Journal(engine, LOG_NAME, lambda: NOW, repeatable_random("museum"))
    journal.start()
    journal.write(log_events(*(query_event() for _ in range(SIZE))), 60)
    journal.stop()
    sign(engine)
    _witness(engine)
    log, evidence = io.BytesIO(), io.BytesIO()
    export_bundle(engine, log, LOG_KEY, lambda _leaf, _field: True)
    export_evidence(engine, SHARD, SELECTED, evidence, LOG_KEY, lambda _leaf, _field: True)
    with read_transaction(engine) as connection:
        entries = tuple(TreeStore(connection, SHARD).entries(0, SIZE))
    engine.dispose()
    return Honest(log.getvalue(), evidence.getvalue(), entries)


def _witness(engine: Engine) -> None:
    with write_transaction(engine) as connection:
        add_policy(connection, "", format_policy(POLICY), 0)
        stored = find_checkpoint(connection, SHARD)
        assert stored is not None
        note = cosigned(stored.note, WITNESSES[:2])
        keys = [witness.verifier_key for witness in WITNESSES]
        keep_lines(connection, stored, verify_lines(note, keys, NOW))
