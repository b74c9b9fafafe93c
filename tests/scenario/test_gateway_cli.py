"""The operator's commands, from an empty folder to a log that verifies, and one that does not."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gateway.bootstrap import open_gateway
from gateway.cli import main, setup_commands
from gateway.log.events import Event, EventType
from gateway.log.journal import Draft
from gateway.log.signing_memory import SIGNING_MEMORY_FILE
from gateway.persistence.engine import create_database_engine, write_transaction
from gateway.persistence.model_queries import StoredModel, set_model
from gateway.services.show_log import get_checkpoint
from gateway.services.sign_log import sign_log
from gateway.settings import DATABASE_FILE, SettingsError, load_settings
from keys.crypto.note_key import VerifierKey
from schemas.messages.registry import MAX_ENROLMENT_BYTES, GatewayPin
from tests.scenario.gateway_simulator import CHEAP, GATEWAY_ID, PASSPHRASE, PROVIDER_ID, REQUESTER_ID, Agency, Clock

INIT = ["init", "--id", GATEWAY_ID, "--name-zh", "测试网关", "--name-en", "Test", "--url", "http://127.0.0.1:8000"]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setattr(setup_commands, "STANDARD_KDF_COST", CHEAP)
    assert _run(tmp_path / "gateway", *INIT).exit_code == 0
    return tmp_path / "gateway"


def _run(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["--folder", str(folder), *arguments], env={"TONGXIN_PASSPHRASE": PASSPHRASE})


def _enrolment(tmp_path: Path, agency: Agency) -> str:
    path = tmp_path / "enrolment.jws"
    path.write_text(agency.enrolment() + "\n", encoding="ascii")
    return str(path)


def test_keys_and_settings_are_the_owner_s_alone(folder: Path) -> None:
    assert [path.name for path in folder.iterdir() if path.stat().st_mode & 0o077] == []
    assert load_settings(folder).gateway == GATEWAY_ID


def test_a_gateway_is_not_founded_twice(folder: Path) -> None:
    result = _run(folder, *INIT)
    assert result.exit_code == 1
    assert "there is a gateway in this folder already" in result.output


def test_enrolling_shows_the_thumbprint_and_hands_out_the_pin(folder: Path, tmp_path: Path) -> None:
    agency = Agency(REQUESTER_ID, Clock())
    pin_file = tmp_path / "pin.json"
    result = _run(folder, "member", "enrol", _enrolment(tmp_path, agency), "--yes", "--pin-out", str(pin_file))
    assert result.exit_code == 0, result.output
    assert agency.thumbprint in result.output
    pin = GatewayPin.from_bytes(pin_file.read_bytes().strip(), MAX_ENROLMENT_BYTES)
    assert pin.gateway == GATEWAY_ID
    assert VerifierKey.parse(pin.log_verifier_key).name == pin.log_name
    assert agency.thumbprint in _run(folder, "member", "list", "--json").output


def test_without_comparing_nobody_is_enrolled(folder: Path, tmp_path: Path) -> None:
    result = _run(folder, "member", "enrol", _enrolment(tmp_path, Agency(REQUESTER_ID, Clock())))
    assert result.exit_code == 1
    assert REQUESTER_ID not in _run(folder, "member", "list", "--json").output


def test_the_same_agency_is_not_enrolled_twice(folder: Path, tmp_path: Path) -> None:
    arguments = ("member", "enrol", _enrolment(tmp_path, Agency(REQUESTER_ID, Clock())), "--yes")
    assert _run(folder, *arguments).exit_code == 0
    again = _run(folder, *arguments)
    assert again.exit_code == 1
    assert "a member of this id already" in again.output


def test_a_gateway_that_forgot_what_it_signed_starts_again_with_a_checkpoint_that_others_keep(
    folder: Path, tmp_path: Path
) -> None:
    with open_gateway(folder, PASSPHRASE) as gateway:
        sign_log(gateway)
        checkpoint = get_checkpoint(gateway)
    kept = tmp_path / "checkpoint"
    kept.write_bytes(checkpoint)
    (folder / SIGNING_MEMORY_FILE).unlink()
    refused = _run(folder, "member", "list")
    assert refused.exit_code == 1
    assert "缺少或读不了" in refused.output
    assert "tongxin-gateway log remember <checkpoint file>" in refused.output
    kept.with_name("other").write_text("no note", encoding="ascii")
    assert _run(folder, "log", "remember", str(kept.with_name("other"))).exit_code == 2
    assert _run(folder, "member", "list").exit_code == 1
    remembered = _run(folder, "log", "remember", str(kept))
    assert remembered.exit_code == 0
    assert checkpoint.split(b"\n")[0].decode() in remembered.output
    assert _run(folder, "member", "list").exit_code == 0


def test_an_old_copy_of_the_database_is_not_started(folder: Path) -> None:
    database = folder / DATABASE_FILE
    old = database.read_bytes()
    with open_gateway(folder, PASSPHRASE) as gateway:
        renewed = Event(type=EventType.REGISTRY_PUBLISH)
        gateway.journal.write(lambda _: Draft(None, (renewed,)))
        sign_log(gateway)
    for file in folder.glob(f"{DATABASE_FILE}*"):
        file.unlink()
    database.write_bytes(old)
    refused = _run(folder, "member", "list")
    assert refused.exit_code == 1
    assert "an old copy was restored" in refused.output


def test_an_enrolment_that_is_none(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "wrong"
    path.write_text("a.b.c", encoding="ascii")
    result = _run(folder, "member", "enrol", str(path), "--yes")
    assert result.exit_code == 1
    assert "malformed" in result.output


def test_the_exported_log_verifies_and_a_changed_byte_is_found(folder: Path, tmp_path: Path) -> None:
    bundle = tmp_path / "log.zip"
    assert _run(folder, "log", "export", "--out", str(bundle)).exit_code == 0
    verified = _run(tmp_path, "log", "verify", str(bundle))
    assert verified.exit_code == 0, verified.output
    assert "2 条" in verified.output
    key = verified.output.split()[-1]
    assert _run(tmp_path, "log", "verify", str(bundle), "--key", key).exit_code == 0
    data = bundle.read_bytes().replace(b"registry.publish", b"registry.Publish", 1)
    bundle.write_bytes(data)
    refused = _run(tmp_path, "log", "verify", str(bundle))
    assert refused.exit_code == 1
    assert "tile/entries" in refused.output


def test_what_the_gateway_holds_can_be_shown(folder: Path) -> None:
    lists = [[name, "list"] for name in ("agreement", "index", "model")]
    for command in (*lists, ["budget"], ["registry", "show"], ["log", "tail"]):
        for options in ([], ["--json"]):
            result = _run(folder, *command, *options)
            assert result.exit_code == 0, result.output
    assert "audit.export" not in _run(folder, "log", "tail", "--json").output


def test_kept_models_are_listed_with_their_sizes(folder: Path) -> None:
    engine = create_database_engine(load_settings(folder).database)
    kept = StoredModel(REQUESTER_ID, PROVIDER_ID, "P04", "G/1", 1_767_225_600, 3_000, 20_000, 2_400, b"{}")
    with write_transaction(engine) as connection:
        set_model(connection, kept)
    engine.dispose()
    (listed,) = json.loads(_run(folder, "model", "list", "--json").output)
    assert listed == {
        "fitted_at": "2026-01-01T08:00:00+08:00",
        "requester": REQUESTER_ID,
        "provider": PROVIDER_ID,
        "purpose": "P04",
        "key_set": "G/1",
        "asked_records": 3_000,
        "index_records": 20_000,
        "expected_matches": 2_400,
    }


def test_a_wrong_passphrase_is_a_sentence(folder: Path) -> None:
    result = CliRunner().invoke(
        main, ["--folder", str(folder), "budget"], env={"TONGXIN_PASSPHRASE": "another passphrase"}
    )
    assert result.exit_code == 1
    assert "passphrase is wrong" in result.output


def test_settings_are_read_strictly_and_not_quoted(folder: Path) -> None:
    path = folder / "gateway.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "password: s3cret\n", encoding="utf-8")
    with pytest.raises(SettingsError, match="password") as caught:
        load_settings(folder)
    assert "s3cret" not in str(caught.value)
