"""Verifying the whole stored log: honest ones pass, and whatever somebody with the database could change shows."""

import json
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, delete, insert, select, text, update

from gateway.domain.account import Account
from gateway.domain.roles import Role
from gateway.log.events import EventType
from gateway.log.shard_verification import verify_shard
from gateway.log.signature_verification import ShardKeys
from gateway.log.timestamp import format_timestamp
from gateway.log.verification_report import Fault
from gateway.persistence.audit_tables import (
    audit_checkpoint,
    audit_cosignature,
    audit_disclosure,
    audit_leaf,
    audit_subject_index,
)
from gateway.persistence.engine import read_transaction, write_transaction
from gateway.persistence.verification_queries import RunState, VerificationRun, find_run, insert_run, list_runs
from gateway.services.context import Gateway
from gateway.services.verify_everything import begin_verification
from keys.crypto.log_shards import shard_verifier_key
from keys.crypto.note import Cosigner
from tests.audit_log import LOG_KEY, NOW, SHARD, fill, log_events, query_event, sign
from tests.scenario.gateway_simulator import Clock, opened_gateway

LEAVES = 600
NEWEST = f"size = {LEAVES}"
ONE = "idx = 8 AND field = 'officer'"
COSIGNER = Cosigner("education.990101/witness", b"\x07" * 32)
KEYS = ShardKeys(shard_verifier_key(LOG_KEY, SHARD), (COSIGNER.verifier_key,))
AUDITOR = Account("auditor-1", "甲", frozenset({Role.OVERSIGHT_AUDITOR}))


@pytest.fixture
def filled(engine: Engine) -> Engine:
    fill(engine, 300)
    sign(engine)
    fill(engine, LEAVES - 300)
    note = sign(engine)
    text_of_note = note[: note.rindex(b"\n\n") + 1]
    line = COSIGNER.cosign(text_of_note, NOW).format()
    row = {"shard": SHARD, "size": LEAVES, "witness": COSIGNER.verifier_key.name, "time": format_timestamp(NOW)}
    with write_transaction(engine) as connection:
        connection.execute(insert(audit_cosignature).values(**row, line=line))
    return engine


def _faults(engine: Engine, keys: ShardKeys = KEYS) -> list[tuple[Fault, int]]:
    report = verify_shard(engine, SHARD, LEAVES, keys, lambda _: None)
    return [(finding.fault, finding.place) for finding in report.findings]


def test_an_honest_log_passes(filled: Engine) -> None:
    steps: list[int] = []
    report = verify_shard(filled, SHARD, LEAVES, KEYS, steps.append)
    assert report.findings == []
    assert (report.entries, report.tiles, report.checkpoints, report.cosignatures) == (LEAVES, 2, 2, 1)
    assert (report.disclosures, report.signed_size, sum(steps)) == (2 * LEAVES, LEAVES, LEAVES)
    with read_transaction(filled) as connection:
        stored = connection.scalar(select(audit_checkpoint.c.root).where(audit_checkpoint.c.size == LEAVES))
    assert report.root == stored


def test_a_witness_that_is_not_known_is_no_fault(filled: Engine) -> None:
    report = verify_shard(filled, SHARD, LEAVES, replace(KEYS, witnesses=()), lambda _: None)
    assert (report.findings, report.cosignatures, report.unknown_cosignatures) == ([], 0, 1)


def _set(table: str, column: str, value: object, where: str) -> Callable[[Connection], None]:
    def change(connection: Connection) -> None:
        connection.execute(text(f"UPDATE {table} SET {column} = :value WHERE {where}"), {"value": value})

    return change


def _swap_disclosures(connection: Connection) -> None:
    stored = audit_disclosure
    connection.execute(update(stored).where(stored.c.idx == 9, stored.c.field == "officer").values(field="note"))


def _restate(connection: Connection) -> None:
    entry = connection.scalar(select(audit_leaf.c.entry).where(audit_leaf.c.idx == 17))
    members = {**json.loads(entry or b""), "decision": "deny"}
    connection.execute(update(audit_leaf).where(audit_leaf.c.idx == 17).values(entry=json.dumps(members).encode()))


def _drop_last(connection: Connection) -> None:
    for table in (audit_disclosure, audit_leaf):
        connection.execute(delete(table).where(table.c.idx == LEAVES - 1))


@pytest.mark.parametrize(
    ("change", "fault", "place"),
    [
        (_set("audit_leaf", "actor_org", "police.990101", "idx = 5"), Fault.COLUMNS, 5),
        (_set("audit_leaf", "leaf_hash", bytes(32), "idx = 6"), Fault.LEAF_HASH, 6),
        (_set("audit_leaf", "entry", b"{}", "idx = 7"), Fault.NOT_AN_ENTRY, 7),
        (_set("audit_tile", "data", bytes(8192), "n = 1"), Fault.TILE, 1),
        (_set("audit_checkpoint", "root", bytes(32), "size = 300"), Fault.CHECKPOINT_ROOT, 300),
        (
            _set("audit_checkpoint", "note", b"x\n\n\xe2\x80\x94 x AAAA\n", f"size = {LEAVES}"),
            Fault.CHECKPOINT_SIGNATURE,
            LEAVES,
        ),
        (
            _set("audit_disclosure", "disclosure", "WyJhIiwiYiIsImMiXQ", "idx = 8 AND field = 'officer'"),
            Fault.DISCLOSURE,
            8,
        ),
        (_swap_disclosures, Fault.DISCLOSURE, 9),
        (_drop_last, Fault.GAP, LEAVES - 1),
        (_restate, Fault.LEAF_HASH, 17),
    ],
    ids=lambda value: value.value if isinstance(value, Fault) else None,
)
def test_what_was_changed_shows(
    filled: Engine, backend: str, change: Callable[[Connection], None], fault: Fault, place: int
) -> None:
    _without_triggers(filled, backend)
    with write_transaction(filled) as connection:
        change(connection)
    assert (fault, place) in _faults(filled)


@pytest.mark.parametrize("damage", [lambda line: f"{line[:-9]}AAAAAA==\n", lambda line: "no line"])
def test_a_forged_cosignature_shows(filled: Engine, backend: str, damage: Callable[[str], str]) -> None:
    _without_triggers(filled, backend)
    with write_transaction(filled) as connection:
        line = connection.scalar(select(audit_cosignature.c.line)) or ""
        connection.execute(update(audit_cosignature).values(line=damage(line)))
    assert _faults(filled) == [(Fault.COSIGNATURE, LEAVES)]


def test_a_witness_that_has_a_new_key_is_no_fault(filled: Engine) -> None:
    renewed = Cosigner(COSIGNER.verifier_key.name, b"\x08" * 32).verifier_key
    assert _faults(filled, replace(KEYS, witnesses=(renewed,))) == []


def test_a_log_signed_by_another_key_shows(filled: Engine) -> None:
    other = Cosigner("x", b"\x09" * 32).verifier_key.public_key
    keys = replace(KEYS, log=replace(KEYS.log, public_key=other))
    assert (Fault.CHECKPOINT_SIGNATURE, LEAVES) in _faults(filled, keys)


def _without_triggers(engine: Engine, backend: str) -> None:
    with write_transaction(engine) as connection:
        if backend == "sqlite":
            names = connection.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all()
            for name in names:
                connection.execute(text(f'DROP TRIGGER "{name}"'))
        else:
            connection.execute(text("SET LOCAL session_replication_role = replica"))
            for table in ("audit_leaf", "audit_tile", "audit_checkpoint", "audit_disclosure", "audit_cosignature"):
                connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))


class TestRuns:
    @pytest.fixture
    def gateway(self, database_url: str, tmp_path: Path) -> Iterator[Gateway]:
        with opened_gateway(tmp_path / "gateway", Clock(), database_url) as opened:
            yield opened

    def _ended(self, gateway: Gateway, number: int) -> VerificationRun:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            with read_transaction(gateway.engine) as connection:
                run = find_run(connection, number)
            assert run is not None
            if run.state is not RunState.RUNNING:
                return run
            time.sleep(0.05)
        raise AssertionError("the verification does not end")

    def test_a_run_goes_on_by_itself_and_is_found_again(self, gateway: Gateway) -> None:
        gateway.journal.write(log_events(*(query_event() for _ in range(50))))
        run = self._ended(gateway, begin_verification(gateway, AUDITOR))
        assert (run.state, run.done, run.total) == (RunState.PASSED, 52, 52)
        assert run.result is not None
        assert json.loads(run.result)["shards"][0]["signed_size"] == 52
        with read_transaction(gateway.engine) as connection:
            entry = connection.scalar(select(audit_leaf.c.entry).where(audit_leaf.c.type == EventType.LOG_VERIFY.value))
        assert json.loads(entry or b"")["reason"] == "passed"

    def test_one_run_at_a_time(self, gateway: Gateway) -> None:
        with write_transaction(gateway.engine) as connection:
            running = insert_run(connection, "auditor-2", 5, gateway.seconds())
        assert begin_verification(gateway, AUDITOR) == running

    def test_a_run_whose_process_died_holds_nobody_up(self, gateway: Gateway) -> None:
        with write_transaction(gateway.engine) as connection:
            lost = insert_run(connection, "auditor-2", 5, gateway.seconds() - 120)
        with read_transaction(gateway.engine) as connection:
            assert list_runs(connection, 1)[0].is_lost(gateway.seconds())
        number = begin_verification(gateway, AUDITOR)
        assert number != lost
        self._ended(gateway, number)

    def test_a_tag_that_leads_nowhere_shows(self, gateway: Gateway, backend: str, tmp_path: Path) -> None:
        row = {"tag": bytes(32), "shard": datetime.now(UTC).year, "idx": 99_999}
        if backend == "sqlite":
            with closing(sqlite3.connect(tmp_path / "gateway.db")) as connection, connection:
                connection.execute("INSERT INTO audit_subject_index VALUES (:tag, :shard, :idx)", row)
        else:
            with write_transaction(gateway.engine) as writing:
                writing.execute(text("SET LOCAL session_replication_role = replica"))
                writing.execute(insert(audit_subject_index).values(row))
        number = begin_verification(gateway, AUDITOR)
        assert self._ended(gateway, number).state is RunState.FAILED
