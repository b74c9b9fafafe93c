"""The operator's exports: a year or selected entries, each in the log with its digest before the file is there."""

import base64
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from demo.scenario.log_check import read_entries
from gateway.bootstrap import open_gateway
from gateway.cli import main, setup_commands
from gateway.log.bundle_rows import permitted_disclosures
from gateway.log.checkpoints import find_latest_checkpoint
from gateway.log.journal import AuditUnavailableError
from gateway.persistence.engine import create_database_engine, read_transaction, write_transaction
from gateway.persistence.witness_queries import WitnessedTree, set_witnessed
from gateway.services.export_log import Selection, export_log, export_selected
from gateway.settings import load_settings
from keys.crypto.witness_policy import PolicyWitness, compose_policy
from keys.crypto.witness_policy_format import format_policy
from tests.museum.bundles.forge import WITNESSES
from tests.scenario.gateway_simulator import CHEAP, GATEWAY_ID, PASSPHRASE

INIT = ["init", "--id", GATEWAY_ID, "--name-zh", "测试网关", "--name-en", "Test", "--url", "http://127.0.0.1:8000"]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setattr(setup_commands, "STANDARD_KDF_COST", CHEAP)
    assert _run(tmp_path / "gateway", *INIT).exit_code == 0
    return tmp_path / "gateway"


def _run(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["--folder", str(folder), *arguments], env={"TONGXIN_PASSPHRASE": PASSPHRASE})


def _export(folder: Path, out: Path, *options: str) -> Result:
    return _run(folder, "log", "export", "--out", str(out), *options)


def _verify(out: Path, *options: str) -> tuple[int, dict[str, object]]:
    result = CliRunner().invoke(main, ["log", "verify", str(out), "--json", *options])
    return result.exit_code, json.loads(result.output)


def _exports(folder: Path, out: Path) -> list[dict[str, object]]:
    """Return the exports that the log tells of, by exporting all of it."""
    assert _export(folder, out).exit_code == 0
    return [entry for entry in read_entries(out) if entry["type"] == "audit.export"]


def test_selected_entries_leave_as_evidence_and_the_log_has_their_digest(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "evidence.zip"
    result = _export(folder, out, "--entry", "0")
    assert result.exit_code == 0, result.output
    code, verified = _verify(out)
    assert (code, verified["verified"], verified["trusted_keys_given"]) == (0, True, False)
    assert (verified["format"], verified["entries"], verified["disclosures"]) == ("tongxin-evidence/1", 1, 0)
    (export,) = _exports(folder, tmp_path / "all.zip")
    digest = base64.b64encode(hashlib.sha256(out.read_bytes()).digest()).decode()
    assert (export["content"], export["records"]) == (f"sha-256=:{digest}:", 1)
    assert out.stat().st_mode & 0o077 == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["all.zip", "evidence.zip", "gateway"]


@pytest.mark.parametrize("options", [["--agency", GATEWAY_ID], ["--from", "2020-01-01"], ["--to", "2099-01-01"]])
def test_entries_are_selected_by_agency_and_day(folder: Path, tmp_path: Path, options: list[str]) -> None:
    out = tmp_path / "evidence.zip"
    assert _export(folder, out, *options).exit_code == 0
    _, verified = _verify(out)
    assert verified["format"] == "tongxin-evidence/1"
    assert verified["entries"] != 0


@pytest.mark.parametrize(
    ("options", "exit_code", "says"),
    [
        (["--entry", "99"], 1, "not in the signed log"),
        (["--request", "01900000-0000-7000-8000-000000000002"], 1, "no entry was selected"),
        (["--to", "2020-01-01"], 1, "no entry was selected"),
        (["--year", "1999"], 1, "no checkpoint"),
        (["--year", "1999", "--entry", "0"], 1, "no checkpoint"),
        (["--entry", "0", "--agency", GATEWAY_ID], 2, "stands alone"),
        (["--agency", "张三"], 2, "agency"),
        (["--disclose", "officer"], 2, "go together"),
        (["--reason", "court order"], 2, "go together"),
        (["--disclose", "officer", "--reason", " "], 2, "go together"),
        (["--disclose", "name", "--reason", "court order"], 2, "--disclose"),
    ],
)
def test_what_is_not_there_or_not_allowed_leaves_no_file(
    folder: Path, tmp_path: Path, options: list[str], exit_code: int, says: str
) -> None:
    out = tmp_path / "evidence.zip"
    result = _export(folder, out, *options)
    assert result.exit_code == exit_code, result.output
    assert says in result.output
    assert "张三" not in result.output
    assert [path.name for path in tmp_path.iterdir()] == ["gateway"]
    assert _exports(folder, tmp_path / "all.zip") == []


def test_disclosures_leave_with_a_reason_that_is_logged_as_a_digest(folder: Path, tmp_path: Path) -> None:
    first, out = tmp_path / "first.zip", tmp_path / "evidence.zip"
    reason = ("--disclose", "note", "--disclose", "officer", "--reason", "court order 17")
    assert _export(folder, first, "--entry", "0", *reason).exit_code == 0
    (export,) = _exports(folder, tmp_path / "all.zip")
    assert export["fields"] == ["note", "officer"]
    assert b"court" not in (tmp_path / "all.zip").read_bytes()
    engine = create_database_engine(load_settings(folder).database)
    with read_transaction(engine) as connection:
        year = int(str(export["log"]).rsplit("/", 1)[1])
        kept = list(permitted_disclosures(connection, year, range(10), lambda _leaf, _field: True))
    engine.dispose()
    place = str(kept[0][0])
    assert _export(folder, out, "--entry", place, "--disclose", "note", "--reason", "appeal").exit_code == 0
    assert _verify(out)[1]["disclosures"] == 1
    assert _export(folder, out, "--entry", place, "--disclose", "officer", "--reason", "appeal").exit_code == 0
    assert _verify(out)[1]["disclosures"] == 0


def test_nothing_leaves_unlogged(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "evidence.zip"
    with open_gateway(folder, PASSPHRASE) as gateway:
        gateway.journal.stop()
        with pytest.raises(AuditUnavailableError):
            export_selected(gateway, out, Selection((0,)))
        with pytest.raises(AuditUnavailableError):
            export_log(gateway, out)
    assert [path.name for path in tmp_path.iterdir()] == ["gateway"]


def test_the_quorum_of_a_trusted_policy_is_required(folder: Path, tmp_path: Path) -> None:
    out, policy_file = tmp_path / "all.zip", tmp_path / "policy"
    assert _export(folder, out).exit_code == 0
    witnesses = [PolicyWitness(f"w{n}", witness.verifier_key) for n, witness in enumerate(WITNESSES)]
    policy_file.write_bytes(format_policy(compose_policy(witnesses)))
    code, refused = _verify(out, "--policy", str(policy_file))
    assert (code, refused["verified"], refused["code"], refused["file"]) == (1, False, "policy", "policy")
    policy_file.write_bytes(b"quorum none\n")
    code, verified = _verify(out, "--policy", str(policy_file))
    assert (code, verified["quorum"]) == (0, True)
    policy_file.write_bytes(b"quorum agencies\n")
    assert CliRunner().invoke(main, ["log", "verify", str(out), "--policy", str(policy_file)]).exit_code == 2


def test_an_export_says_what_the_witnesses_have_not_seen(folder: Path, tmp_path: Path) -> None:
    assert "await their witnesses" not in _export(folder, tmp_path / "first.zip").output
    engine = create_database_engine(load_settings(folder).database)
    with write_transaction(engine) as connection:
        signed = find_latest_checkpoint(connection)
        assert signed is not None
        set_witnessed(connection, WitnessedTree(signed.shard, signed.size, 0))
    engine.dispose()
    result = _export(folder, tmp_path / "second.zip")
    assert result.exit_code == 0
    assert "1 later ones await their witnesses" in result.output
    assert _verify(tmp_path / "second.zip")[1]["entries"] == signed.size


def test_verifying_tells_code_and_place(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "evidence.zip"
    assert _export(folder, out, "--entry", "0").exit_code == 0
    out.write_bytes(out.read_bytes().replace(b'"v":1', b'"v":2', 1))
    assert _verify(out) == (
        1,
        {"verified": False, "code": "not_included", "file": "entries/0", "offset": None, "entry": 0},
    )
    told = CliRunner().invoke(main, ["log", "verify", str(out)])
    assert (told.exit_code, "[not_included]" in told.output, "entries/0" in told.output) == (1, True, True)
    key = WITNESSES[0].verifier_key.format()
    assert CliRunner().invoke(main, ["log", "verify", str(out), "--key", key, "--key", key]).exit_code in {1, 2}
    assert CliRunner().invoke(main, ["log", "verify", str(out), "--key", "key"]).exit_code == 2
