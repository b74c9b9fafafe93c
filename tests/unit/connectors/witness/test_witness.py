"""The witness keeps one history: across restarts, side by side, whoever hands checkpoints in; and what contradicts."""

import io
import json
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from connectors.api.witness_api import witness_blueprint
from connectors.state.alerts import list_alerts
from connectors.state.witness_notes import list_evidence, list_newest
from connectors.witness.evidence_file import write_evidence
from connectors.witness.witness import SPLIT_VIEW
from keys.crypto.cosigning import AddCheckpoint, Cosignature, format_add_checkpoint, read_cosignatures
from keys.crypto.log_shards import shard_verifier_key
from keys.crypto.merkle import prove_consistency
from keys.crypto.note import Cosigner, Note, NoteSignature, cosign, parse_note, verify_note
from keys.crypto.note_key import VerifierKey
from schemas.problem import ProblemError, text_of
from tests.unit.connectors.witness.simulated_log import YEAR, SimulatedLog, leaves, signed, tree_hash
from tests.unit.connectors.witness.witness_office import NOW, Office, opened_office


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with opened_office(tmp_path / "office", SimulatedLog()) as office:
        yield office


@pytest.fixture
def client(office: Office) -> FlaskClient:
    app = Flask("test", static_folder=None)
    app.register_blueprint(witness_blueprint(office.witness))
    app.register_error_handler(ProblemError, lambda error: ("", text_of(error.code).status))
    return app.test_client()


def submission(old: int, new: int, history: str = "entry", year: int = YEAR) -> AddCheckpoint:
    tree = leaves(new, history)
    proof = prove_consistency(old, new, lambda start, end: tree_hash(tree[start:end]))
    return AddCheckpoint(old, tuple(proof), signed(tree, year))


def post(client: FlaskClient, asked: AddCheckpoint) -> tuple[int, bytes]:
    answer = client.post("/v1/witness/add-checkpoint", data=format_add_checkpoint(asked))
    return answer.status_code, answer.data


def test_what_was_cosigned_is_remembered_after_a_restart(tmp_path: Path) -> None:
    for old, new in ((0, 3), (3, 9)):
        with opened_office(tmp_path / "office", SimulatedLog()) as office:
            assert isinstance(office.witness.submit(submission(old, new)), Cosignature)
    with opened_office(tmp_path / "office", SimulatedLog()) as office:
        assert [note.size for note in list_newest(office.connector.state)] == [9]
        assert not isinstance(office.witness.submit(submission(0, 12)), Cosignature)
        assert not isinstance(office.witness.submit(submission(3, 5)), Cosignature)


def test_the_eight_answers_of_the_standard(office: Office, client: FlaskClient) -> None:
    key = office.witness.cosigner().verifier_key
    status, line = post(client, submission(0, 3))
    assert status == 200
    assert len(read_cosignatures(submission(0, 3).note, line, [key])) == 1
    assert post(client, submission(3, 3))[0] == 200
    assert client.post("/v1/witness/add-checkpoint", data=b"old x\n").status_code == 400
    assert post(client, AddCheckpoint(9, (), signed(leaves(3))))[0] == 400
    unknown = signed(leaves(5)).replace(b"audit/2026", b"other/2026")
    assert post(client, AddCheckpoint(3, (), unknown))[0] == 404
    assert post(client, AddCheckpoint(3, (), signed(leaves(5), seed=b"\x09" * 32)))[0] == 403
    answer = client.post("/v1/witness/add-checkpoint", data=format_add_checkpoint(submission(0, 7)))
    assert (answer.status_code, answer.data, answer.content_type) == (409, b"3\n", "text/x.tlog.size")
    assert post(client, submission(3, 7, "another"))[0] == 422
    assert post(client, submission(3, 3, "another")) == (409, b"3\n")


def test_the_newest_note_of_each_year_is_shown(client: FlaskClient) -> None:
    assert client.get("/v1/witness/checkpoint").status_code == 404
    for year, size in ((2027, 1), (2026, 5)):
        assert post(client, submission(0, size, year=year))[0] == 200
    assert client.get("/v1/witness/checkpoint").data.startswith(b"gateway.990100/audit/2027\n1\n")
    assert client.get("/v1/witness/checkpoint/2026").data.startswith(b"gateway.990100/audit/2026\n5\n")
    assert client.get("/v1/witness/checkpoint/2025").status_code == 404


def test_a_note_that_is_shown_bears_both_signatures(office: Office, client: FlaskClient) -> None:
    stranger = Cosigner("stranger.example/witness", b"\x08" * 32)
    asked = submission(0, 3)
    post(client, AddCheckpoint(0, (), cosign(asked.note, stranger, NOW)))
    shown = client.get("/v1/witness/checkpoint").data
    keys = [shard_verifier_key(office.witness.log_key, YEAR), office.witness.cosigner().verifier_key]
    assert len(verify_note(shown, keys).signatures) == len(parse_note(shown).signatures) == 2


def test_too_long_is_refused_before_it_is_read(client: FlaskClient) -> None:
    answer = client.post("/v1/witness/add-checkpoint", data=b"x" * 200_000)
    assert answer.status_code == 413


def test_two_roots_for_a_size_are_kept_and_raise_an_alert_once(office: Office) -> None:
    witness = office.witness
    for old, new in ((0, 3), (3, 9)):
        witness.submit(submission(old, new))
    for _ in range(2):
        assert not isinstance(witness.submit(submission(9, 9, "another")), Cosignature)
    assert not isinstance(witness.submit(submission(3, 3, "another")), Cosignature)
    evidence = list_evidence(office.connector.state)
    assert [found.code for found in evidence] == [SPLIT_VIEW] * 2
    assert [code for _, code, _ in list_alerts(office.connector.state)] == [SPLIT_VIEW] * 2
    assert [note.size for note in list_newest(office.connector.state)] == [9]


def test_nobody_else_can_raise_that_alert(office: Office) -> None:
    """Whoever replays a checkpoint with a wrong proof, or forges one, proves nothing against the log."""
    witness = office.witness
    witness.submit(submission(0, 9))
    witness.submit(AddCheckpoint(9, (bytes(32),), signed(leaves(12))))
    witness.submit(submission(0, 3))
    forged = parse_note(signed(leaves(9, "another"), seed=b"\x09" * 32))
    witness.submit(AddCheckpoint(9, (), forged.format()))
    relabelled = NoteSignature(f"{witness.log_key.name}/{YEAR}", bytes(4), forged.signatures[0].value)
    witness.submit(AddCheckpoint(9, (), Note(forged.text, (relabelled,)).format()))
    assert list_evidence(office.connector.state) == []
    assert list_alerts(office.connector.state) == []


def test_evidence_can_be_checked_by_anybody(office: Office) -> None:
    witness = office.witness
    witness.submit(submission(0, 5))
    witness.submit(submission(5, 5, "another"))
    (found,) = list_evidence(office.connector.state)
    data = write_evidence(witness, [found])
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    assert "README.txt" in files
    assert json.loads(files[f"{found.id}/finding.json"])["sizes"] == [5, 5]
    key = VerifierKey.parse(files[f"{found.id}/log.vkey"].decode().strip())
    texts = {verify_note(files[f"{found.id}/{name}.txt"], [key]).text for name in ("first", "second")}
    assert len(texts) == 2
    assert {text.split(b"\n")[:2] == [b"gateway.990100/audit/2026", b"5"] for text in texts} == {True}


def test_submissions_side_by_side_end_in_one_history(office: Office) -> None:
    office.witness.submit(submission(0, 3))
    with ThreadPoolExecutor(8) as threads:
        asked = [submission(3, new, history) for new in (4, 5, 6, 7) for history in ("entry", "entry")]
        results = list(threads.map(office.witness.submit, asked))
    cosigned = [result for result in results if isinstance(result, Cosignature)]
    assert len(cosigned) == 1 or {result.checkpoint for result in cosigned} == {cosigned[0].checkpoint}
    assert [note.size for note in list_newest(office.connector.state)] == [cosigned[0].checkpoint.size]


def test_a_heartbeat_replaces_the_older_line(office: Office) -> None:
    office.witness.submit(submission(0, 3))
    first = list_newest(office.connector.state)[0]
    office.clock.now += timedelta(minutes=1)
    office.witness.submit(submission(3, 3))
    (second,) = list_newest(office.connector.state)
    assert (second.size, second.cosigned_at) == (3, first.cosigned_at + 60)
    assert second.note != first.note
