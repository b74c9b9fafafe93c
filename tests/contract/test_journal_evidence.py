"""Evidence of selected entries, and who witnessed the checkpoint of a bundle, on each database."""

import hashlib
import io
import zipfile
from collections.abc import Sequence
from dataclasses import replace

import pytest
from sqlalchemy import Engine, insert

from gateway.log.bundle import export_bundle
from gateway.log.bundle_format import BundleKind
from gateway.log.bundle_verification import BundleError, BundleFault, verify_bundle
from gateway.log.checkpoints import latest_checkpoint
from gateway.log.event_catalogue import may_disclose
from gateway.log.events import Audience, PersonalField
from gateway.log.evidence import EvidenceError, export_evidence
from gateway.log.leaf import Leaf
from gateway.persistence.audit_tables import audit_cosignature
from gateway.persistence.engine import write_transaction
from gateway.persistence.witness_queries import WitnessedTree, add_policy, set_witnessed
from keys.crypto.note import Cosigner, parse_note
from keys.crypto.witness_policy import PolicyWitness, compose_policy
from keys.crypto.witness_policy_format import format_policy
from tests.audit_log import LOG_KEY, NOW, ORIGIN, SHARD, fill, sign


def _all(leaf: Leaf, field: PersonalField) -> bool:
    return may_disclose(Audience.OVERSIGHT_AUDITOR, leaf.event.type, field)


def _export(engine: Engine) -> bytes:
    sink = io.BytesIO()
    export_bundle(engine, sink, LOG_KEY)
    return sink.getvalue()


def _paths(bundle: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(bundle)) as archive:
        return archive.namelist()


WITNESSES = [Cosigner(f"agency-{name}.example/witness", bytes([seed]) * 32) for seed, name in enumerate("abc", start=2)]
POLICY = compose_policy([PolicyWitness(f"w{n}", witness.verifier_key) for n, witness in enumerate(WITNESSES)])


def _witness(engine: Engine, witnesses: Sequence[Cosigner]) -> None:
    """Adopt the policy of three witnesses, and let some of them cosign the last checkpoint."""
    stored = latest_checkpoint(engine)
    assert stored is not None
    text = parse_note(stored.note).text
    at = {"shard": stored.shard, "size": stored.size}
    with write_transaction(engine) as connection:
        add_policy(connection, "", format_policy(POLICY), 0)
        for witness in witnesses:
            row = {"witness": witness.verifier_key.name, "time": "", "line": witness.cosign(text, NOW).format()}
            connection.execute(insert(audit_cosignature), at | row)
        if len(witnesses) >= POLICY.quorum_size:
            set_witnessed(connection, WitnessedTree(stored.shard, stored.size, 0))


def test_cosignatures_and_policy_travel_with_the_checkpoint(engine: Engine) -> None:
    fill(engine, 2)
    sign(engine)
    _witness(engine, [WITNESSES[0], WITNESSES[2]])
    bundle = _export(engine)
    assert verify_bundle(bundle, [LOG_KEY]).unknown_signatures == 2
    one = verify_bundle(bundle, [LOG_KEY, WITNESSES[0].verifier_key])
    assert (one.signers, one.unknown_signatures, one.has_quorum) == ((ORIGIN, "agency-a.example/witness"), 1, None)
    all_of_them = verify_bundle(bundle, [LOG_KEY], policy=POLICY, now=NOW)
    assert all_of_them.witnesses == {"agency-a.example/witness": NOW, "agency-c.example/witness": NOW}
    assert (all_of_them.has_quorum, all_of_them.unknown_signatures) == (True, 0)
    assert verify_bundle(bundle, [], policy=replace(POLICY, logs=(LOG_KEY,)), now=NOW) == all_of_them
    with pytest.raises(BundleError, match="checkpoint"):
        verify_bundle(bundle, [WITNESSES[0].verifier_key])


def test_too_few_witnesses_do_not_suffice_for_who_trusts_the_policy(engine: Engine) -> None:
    fill(engine, 2)
    sign(engine)
    _witness(engine, WITNESSES[:1])
    bundle = _export(engine)
    assert verify_bundle(bundle, [LOG_KEY]).has_quorum is None
    with pytest.raises(BundleError) as error:
        verify_bundle(bundle, [LOG_KEY], policy=POLICY, now=NOW)
    assert error.value.code is BundleFault.QUORUM


def test_what_the_witnesses_have_seen_is_exported_rather_than_what_they_have_not(engine: Engine) -> None:
    fill(engine, 3)
    sign(engine)
    _witness(engine, WITNESSES)
    fill(engine, 2)
    sign(engine)
    assert verify_bundle(_export(engine), [LOG_KEY], policy=POLICY, now=NOW).size == 3
    for index, size in ((2, 3), (3, 5)):
        sink = io.BytesIO()
        export_evidence(engine, SHARD, [index], sink, LOG_KEY)
        assert verify_bundle(sink.getvalue(), [LOG_KEY]).size == size


def test_evidence_of_entries_verifies_and_discloses_what_is_permitted(engine: Engine) -> None:
    fill(engine, 300)
    sign(engine)
    for indexes in ([0], [299], [5, 17, 255, 256]):
        sink = io.BytesIO()
        exported = export_evidence(engine, SHARD, reversed(indexes), sink, LOG_KEY, _all)
        verified = verify_bundle(sink.getvalue(), [LOG_KEY])
        assert (verified.kind, verified.size) == (BundleKind.EVIDENCE, 300)
        assert (verified.entries, verified.disclosures) == (len(indexes), 2 * len(indexes))
        assert (exported.entries, exported.disclosures) == (verified.entries, verified.disclosures)
        assert exported.sha256 == hashlib.sha256(sink.getvalue()).digest()
        assert [path for path in _paths(sink.getvalue()) if "entries/" in path] == [f"entries/{n}" for n in indexes]
    sink = io.BytesIO()
    export_evidence(engine, SHARD, [7], sink, LOG_KEY)
    assert verify_bundle(sink.getvalue(), [LOG_KEY]).disclosures == 0


@pytest.mark.parametrize("indexes", [[], [-1], [2], [0, 2]])
def test_evidence_of_nothing_or_of_what_is_not_signed_is_not_made(engine: Engine, indexes: list[int]) -> None:
    fill(engine, 2)
    sign(engine)
    fill(engine, 1)
    with pytest.raises(EvidenceError):
        export_evidence(engine, SHARD, indexes, io.BytesIO(), LOG_KEY)
