"""A log that is changed afterwards is found out: by its own bytes, by a checkpoint kept earlier, by a kept promise."""

import io
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import IntegrityError

from connectors.check_promises import is_proven
from connectors.state.database import reading
from connectors.state.promises import Promise, promise_of
from connectors.state.tables import promise
from demo.scenario.stage import PIN_FILE
from gateway.log.bundle import export_bundle
from gateway.log.bundle_errors import BundleError
from gateway.log.bundle_verification import verify_bundle
from gateway.log.checkpoints import latest_checkpoint
from gateway.log.log_check import check_log
from gateway.log.proofs import ProofRangeError, prove_prefix
from gateway.log.tree_store import LogDamagedError
from gateway.persistence.engine import create_database_engine, read_transaction, write_transaction
from hosting.certificates import trusted_authorities
from keys.crypto.checkpoint import Checkpoint
from keys.crypto.errors import ProofError
from keys.crypto.log_shards import shard_of_origin, verify_shard_checkpoint
from keys.crypto.merkle import verify_consistency
from keys.crypto.note import NoteSigner
from keys.crypto.note_key import VerifierKey
from keys.custody.key_ring import KeyKind
from schemas.messages.registry import MAX_ENROLMENT_BYTES, GatewayPin
from tests.attack.attacker import open_gateways_ring
from tests.attack.rewritten_log import (
    Leaves,
    Rewrite,
    copy_database,
    open_copy,
    restated,
    rewrite_tree,
    said_again,
    show_inclusion,
)
from tests.audit_log import sign
from tests.scene import Scene


@dataclass(frozen=True)
class Evidence:
    """What others have kept: two checkpoints and the promises of one question. And the log, with its signing key."""

    pin: GatewayPin
    early: Checkpoint
    late: Checkpoint
    promises: tuple[Promise, ...]
    database: Path
    signer: NoteSigner

    @property
    def shard(self) -> int:
        """The year of the log."""
        shard = shard_of_origin(self.pin.log_name, self.late.origin)
        assert shard is not None
        return shard

    @property
    def keys(self) -> list[VerifierKey]:
        return [VerifierKey.parse(self.pin.log_verifier_key)]

    @property
    def promised(self) -> int:
        """The place of a leaf that was promised, between others."""
        return self.promises[len(self.promises) // 2].leaf_index


@pytest.fixture(scope="module")
def evidence(scene: Scene, tmp_path_factory: pytest.TempPathFactory) -> Evidence:
    """Keep a checkpoint, ask a question, keep its promises and another checkpoint, and copy the log."""
    pin_file = scene.stage.gateway_folder / PIN_FILE
    pin = GatewayPin.from_bytes(pin_file.read_bytes().strip(), MAX_ENROLMENT_BYTES)
    before = _promises(scene)
    early = _checkpoint(scene, pin, 1)
    scene.ask("P04")
    promises = tuple(sorted(_promises(scene) - before, key=lambda kept: kept.leaf_index))
    late = _checkpoint(scene, pin, max(kept.leaf_index for kept in promises) + 1)
    database = copy_database(scene, tmp_path_factory.mktemp("log") / "log.sqlite3")
    secret = open_gateways_ring(scene.stage.gateway_folder).current(KeyKind.LOG, datetime.now(UTC)).secret
    return Evidence(pin, early, late, promises, database, NoteSigner(late.origin, secret))


def _promises(scene: Scene) -> frozenset[Promise]:
    """Return all promises that requester and provider of the question have kept."""
    plan, found = scene.plan("P04"), set[Promise]()
    for agency in (plan.requester, plan.provider):
        with reading(scene.session(agency).connector.state) as connection:
            found |= {promise_of(row) for row in connection.execute(select(promise))}
    return frozenset(found)


def _checkpoint(scene: Scene, pin: GatewayPin, size: int) -> Checkpoint:
    """Fetch a checkpoint over at least `size` leaves, as anybody can; the gateway signs one a second."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        answer = httpx.get(f"{scene.stage.gateway_url}/v1/log/checkpoint", verify=trusted_authorities())
        if answer.is_success:
            checkpoint = verify_shard_checkpoint(answer.content, VerifierKey.parse(pin.log_verifier_key))
            if checkpoint.size >= size:
                return checkpoint
        time.sleep(0.2)
    raise AssertionError("the gateway signs no checkpoint")


@pytest.fixture
def log(evidence: Evidence, tmp_path: Path) -> Iterator[Engine]:
    """A copy of the log that may be changed."""
    engine = open_copy(evidence.database, tmp_path / "rewritten.sqlite3")
    yield engine
    engine.dispose()


# What anybody can check, with what they have kept.


def _verify_export(evidence: Evidence, log: Engine) -> None:
    """Sign what is there, export it and verify the export offline."""
    sign(log, evidence.shard, evidence.signer)
    bundle = io.BytesIO()
    export_bundle(log, bundle, evidence.keys[0])
    verify_bundle(bundle.getvalue(), evidence.keys)


def _continues(log: Engine, kept: Checkpoint) -> bool:
    """Return whether the log can prove that it continues the one of a kept checkpoint."""
    latest = latest_checkpoint(log)
    if latest is None:
        return False
    try:
        proof = prove_prefix(log, latest.shard, kept.size, latest.size)
        verify_consistency(kept.size, kept.root_hash, latest.size, latest.root_hash, proof.hashes)
    except (ProofRangeError, ProofError):
        return False
    return True


def _broken(evidence: Evidence, log: Engine) -> set[int]:
    """Return the places of promised leaves that the log can't show, by the connectors' own check."""
    documents = {kept: show_inclusion(log, kept.leaf) for kept in evidence.promises}
    return {
        kept.leaf_index
        for kept, document in documents.items()
        if document is None or not is_proven(evidence.pin, kept, document)
    }


def test_an_honest_log_stands_every_check(evidence: Evidence, log: Engine) -> None:
    assert 0 < evidence.early.size <= evidence.promised < evidence.late.size
    assert len(evidence.promises) >= 6
    _verify_export(evidence, log)
    assert _continues(log, evidence.early)
    assert _continues(log, evidence.late)
    assert _broken(evidence, log) == set()


def test_the_same_leaves_made_anew_are_the_same_log(evidence: Evidence, log: Engine) -> None:
    """The positive control of the forger's tools: without a change, the forged tree is the honest one."""
    rewrite_tree(log, lambda leaves: leaves, evidence.shard, evidence.signer)
    _verify_export(evidence, log)
    assert _continues(log, evidence.late)
    assert _broken(evidence, log) == set()


# Rows changed where they stand.

_ERASED = ("DELETE FROM audit_disclosure", "DELETE FROM audit_subject_index")


def test_the_database_refuses_changes_to_the_log(evidence: Evidence, tmp_path: Path) -> None:
    target = tmp_path / "guarded.sqlite3"
    target.write_bytes(evidence.database.read_bytes())
    engine = create_database_engine(f"sqlite:///{target}")
    for statement in ("UPDATE audit_leaf SET time = time", "DELETE FROM audit_leaf", "DELETE FROM audit_checkpoint"):
        with pytest.raises(IntegrityError), write_transaction(engine) as connection:
            connection.execute(text(statement))
    engine.dispose()


@pytest.mark.parametrize(
    "statements",
    [
        ("UPDATE audit_leaf SET entry = CAST(replace(entry, 'permit', 'deny') AS BLOB) WHERE idx = :place",),
        ("UPDATE audit_leaf SET leaf_hash = zeroblob(32) WHERE idx = :place",),
        ("UPDATE audit_leaf SET entry = (SELECT entry FROM audit_leaf WHERE idx = :place - 1) WHERE idx = :place",),
        (*_ERASED, "DELETE FROM audit_leaf WHERE idx = :place"),
        (*_ERASED, "DELETE FROM audit_leaf WHERE idx >= :place"),
        (
            *_ERASED,
            "UPDATE audit_leaf SET idx = -1 WHERE idx = :place",
            "UPDATE audit_leaf SET idx = :place WHERE idx = :place + 1",
            "UPDATE audit_leaf SET idx = :place + 1 WHERE idx = -1",
        ),
    ],
    ids=["an entry", "a hash", "a copy", "deleted", "cut off", "swapped"],
)
def test_changed_rows_are_found_in_an_export(evidence: Evidence, log: Engine, statements: tuple[str, ...]) -> None:
    with log.connect() as connection:
        connection.exec_driver_sql("PRAGMA ignore_check_constraints=ON")
        for statement in statements:
            assert connection.execute(text(statement), {"place": evidence.promised}).rowcount != 0
        connection.commit()
    with pytest.raises((BundleError, LogDamagedError)):
        _verify_export(evidence, log)


def test_a_log_that_was_cut_off_is_not_continued(evidence: Evidence, log: Engine) -> None:
    """An old copy with a new checkpoint beside it: the gateway does not start on it."""
    with write_transaction(log) as connection:
        for erased in _ERASED:
            connection.execute(text(erased))
        connection.execute(text("DELETE FROM audit_leaf WHERE idx >= :size"), {"size": evidence.early.size})
    with pytest.raises(LogDamagedError), read_transaction(log) as connection:
        check_log(connection, evidence.pin.log_name)


# A whole new log, right in itself and signed with the real key.


def _another_time(leaves: Leaves, place: int) -> Leaves:
    leaves[place] = restated(leaves[place], time="2026-01-01T00:00:00.000Z")
    return leaves


def _another_peer(leaves: Leaves, place: int) -> Leaves:
    others = {"education.990000", "public_security.990000"} - {leaves[place]["peer_org"]}
    leaves[place] = restated(leaves[place], peer={"org": min(others)})
    return leaves


def _deleted(leaves: Leaves, place: int) -> Leaves:
    return leaves[:place] + leaves[place + 1 :]


def _inserted(leaves: Leaves, place: int) -> Leaves:
    return [*leaves[:place], said_again(leaves[place]), *leaves[place:]]


def _reordered(leaves: Leaves, place: int) -> Leaves:
    leaves[place - 1 : place + 1] = leaves[place - 1 : place + 1][::-1]
    return leaves


def _cut_off(leaves: Leaves, place: int) -> Leaves:
    return leaves[:place]


def _begun_again(leaves: Leaves, _place: int) -> Leaves:
    return leaves[:1]


_REWRITES = [_another_time, _another_peer, _deleted, _inserted, _reordered, _cut_off, _begun_again]


@pytest.mark.parametrize("rewrite", _REWRITES)
def test_a_new_log_breaks_the_promises_that_connectors_keep(evidence: Evidence, log: Engine, rewrite: Rewrite) -> None:
    """The leaf of a promise is changed, moved or gone: nobody needs a checkpoint to find it."""
    _rewrite(evidence, log, rewrite, evidence.promised)
    assert evidence.promised in _broken(evidence, log)
    assert not _continues(log, evidence.late)


@pytest.mark.parametrize("rewrite", _REWRITES)
def test_a_new_past_contradicts_the_checkpoints_that_others_keep(
    evidence: Evidence, log: Engine, rewrite: Rewrite
) -> None:
    """What is changed was promised to nobody here; the kept checkpoint alone tells."""
    with read_transaction(log) as connection:
        between = "SELECT max(idx) FROM audit_leaf WHERE peer_org IS NOT NULL AND idx < :size / 2"
        place = connection.execute(text(between), {"size": evidence.early.size}).scalar_one()
    _rewrite(evidence, log, rewrite, place)
    assert not _continues(log, evidence.early)
    assert not _continues(log, evidence.late)


def _rewrite(evidence: Evidence, log: Engine, rewrite: object, place: int) -> None:
    """Forge the log, and see that it is a good forgery: by itself it verifies."""
    assert callable(rewrite)
    rewrite_tree(log, lambda leaves: rewrite(leaves, place), evidence.shard, evidence.signer)
    _verify_export(evidence, log)


def test_a_restored_copy_that_goes_on_differently_is_found(evidence: Evidence, log: Engine) -> None:
    """After the early checkpoint the log is lost, and goes on with other entries up to the same size and beyond."""

    def restore(leaves: Leaves) -> Leaves:
        kept, other = leaves[: evidence.early.size], leaves[: evidence.late.size - evidence.early.size + 5]
        return kept + [said_again(leaf) for leaf in other]

    rewrite_tree(log, restore, evidence.shard, evidence.signer)
    assert _continues(log, evidence.early), "it does continue the old copy"
    assert not _continues(log, evidence.late)
    assert _broken(evidence, log) == {kept.leaf_index for kept in evidence.promises}


def test_a_checkpoint_by_another_key_is_not_believed(evidence: Evidence, log: Engine) -> None:
    forger = NoteSigner(evidence.late.origin, b"\x07" * 32)
    rewrite_tree(log, lambda leaves: leaves, evidence.shard, forger)
    bundle = io.BytesIO()
    export_bundle(log, bundle, NoteSigner(evidence.pin.log_name, b"\x07" * 32).verifier_key)
    with pytest.raises(BundleError, match="checkpoint"):
        verify_bundle(bundle.getvalue(), evidence.keys)
    assert _broken(evidence, log) == {kept.leaf_index for kept in evidence.promises}
