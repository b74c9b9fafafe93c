"""`doctor` on both sides: what it says of programs that serve, and of each fault that is planted in a copy."""

import json
import os
import shutil
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

import connectors.cli
import gateway.cli
from connectors.settings import STATE_FILE, load_settings, save_settings
from demo.province import Agency
from demo.scenario.cast import PASSPHRASE as DEMO_PASSPHRASE
from gateway.bootstrap import open_gateway, utc_now
from gateway.log.events import Event, EventType
from gateway.log.journal import Draft, Journal
from gateway.log.signing_memory import SIGNING_MEMORY_FILE
from gateway.persistence.engine import create_database_engine
from gateway.services.found_gateway import Founding, begin_log, create_gateway_folder
from gateway.services.sign_log import sign_log
from gateway.settings import DATABASE_FILE, KEY_FILE, SETTINGS_FILE
from tests.scenario.gateway_simulator import CHEAP, GATEWAY_ID, PASSPHRASE, Clock
from tests.scene import Scene


def _examine(program: object, folder: Path, passphrase: str) -> tuple[int, dict[str, str]]:
    """Return the exit code, and the state of each check."""
    environment = {"TONGXIN_PASSPHRASE": passphrase}
    done = CliRunner().invoke(program.main, ["--folder", str(folder), "doctor", "--json"], env=environment)  # type: ignore[attr-defined]
    return done.exit_code, {row["check"]: row["state"] for row in json.loads(done.stdout)}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A gateway that does not serve."""
    founding = Founding(GATEWAY_ID, "测试网关", "Test", "http://127.0.0.1:1", None)
    create_gateway_folder(tmp_path / "gateway", founding, PASSPHRASE, CHEAP, Clock().now(), os.urandom)
    with open_gateway(tmp_path / "gateway", PASSPHRASE) as opened:
        begin_log(opened)
        sign_log(opened)
    return tmp_path / "gateway"


def test_programs_that_serve_have_no_fault(scene: Scene) -> None:
    code, found = _examine(gateway.cli, scene.stage.gateway_folder, DEMO_PASSPHRASE)
    faults = {check for check, state in found.items() if state == "fault"}
    serving = {f"reachable:{desk.part.agency}" for desk in scene.stage.desks.values()}
    # Another test may have enrolled a member that does not serve.
    assert {check for check in faults if check in serving or not check.startswith("reachable:")} == set()
    assert code == bool(faults)
    assert found[f"reachable:{scene.stage.desks[Agency.CIVIL_AFFAIRS].part.agency}"] == "ok"
    code, found = _examine(connectors.cli, scene.stage.desks[Agency.CIVIL_AFFAIRS].folder, DEMO_PASSPHRASE)
    assert {check for check, state in found.items() if state == "fault"} <= {"jobs"}  # a holiday notice may be missing
    assert (found["registry"], found["database_schema"]) == ("ok", "ok")


def test_faults_of_a_connector(scene: Scene, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(scene.stage.desks[Agency.EDUCATION].folder, copy)
    copy.chmod(0o700)
    settings = load_settings(copy)
    assert settings.gateway is not None
    other = settings.gateway.model_copy(update={"signing_key": "A" * 43})
    save_settings(copy, settings.model_copy(update={"gateway": other, "register_mapping": "gone.yaml"}))
    code, found = _examine(connectors.cli, copy, DEMO_PASSPHRASE)
    assert code == 1
    assert (found["registry"], found["register"]) == ("fault", "fault")
    gone = settings.gateway.model_copy(update={"url": "http://127.0.0.1:1"})
    save_settings(copy, settings.model_copy(update={"gateway": gone}))
    _, found = _examine(connectors.cli, copy, DEMO_PASSPHRASE)
    assert (found["registry"], found[f"reachable:{gone.gateway}"]) == ("fault", "fault")
    with closing(sqlite3.connect(copy / STATE_FILE)) as state:
        state.execute("PRAGMA user_version=1")
    assert _examine(connectors.cli, copy, DEMO_PASSPHRASE)[1]["database_schema"] == "fault"


def test_a_gateway_that_does_not_serve(folder: Path) -> None:
    code, found = _examine(gateway.cli, folder, PASSPHRASE)
    assert code == 1
    assert (found[f"reachable:{GATEWAY_ID}"], found["witnesses"], found["jobs"]) == ("fault", "warning", "warning")
    assert (found["log"], found["registry"], found["clock:log"], found["database_schema"]) == ("ok",) * 4


def test_a_gateway_that_lost_what_it_signed(folder: Path) -> None:
    (folder / SIGNING_MEMORY_FILE).unlink()
    assert _examine(gateway.cli, folder, PASSPHRASE)[1]["log"] == "fault"


def test_a_gateway_whose_key_file_or_passphrase_is_wrong(folder: Path) -> None:
    assert _examine(gateway.cli, folder, "another passphrase")[1]["log"] == "fault"
    (folder / KEY_FILE).chmod(0o644)
    assert _examine(gateway.cli, folder, PASSPHRASE)[1]["log"] == "fault"


def test_a_gateway_whose_clock_went_back(folder: Path) -> None:
    engine = create_database_engine(f"sqlite:///{folder / DATABASE_FILE}")
    journal = Journal(engine, f"{GATEWAY_ID}/audit", lambda: utc_now() + timedelta(hours=1), os.urandom)
    journal.start()
    journal.write(lambda _: Draft(None, (Event(type=EventType.REGISTRY_PUBLISH),)))
    journal.stop()
    engine.dispose()
    assert _examine(gateway.cli, folder, PASSPHRASE)[1]["clock:log"] == "fault"


def test_a_gateway_with_another_schema_or_no_settings(folder: Path) -> None:
    with closing(sqlite3.connect(folder / DATABASE_FILE)) as database, database:
        database.execute("UPDATE alembic_version SET version_num = '0001'")
    assert _examine(gateway.cli, folder, PASSPHRASE)[1]["database_schema"] == "fault"
    (folder / SETTINGS_FILE).write_text("gateway: [")
    assert _examine(gateway.cli, folder, PASSPHRASE) == (1, {"settings": "fault"})
