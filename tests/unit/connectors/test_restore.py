"""A connector comes back from its backup as it was; nothing is overwritten, and nothing altered is believed."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from connectors.back_up import back_up
from connectors.cli import main
from connectors.console.account import Account
from connectors.console.account_book import AgencyAccounts
from connectors.console.roles import Role
from connectors.context import open_connector
from connectors.operations.restore import restore
from connectors.settings import KEY_FILE, SETTINGS_FILE, STATE_FILE
from hosting.accounts.accounts import all_accounts, open_account
from hosting.backup_manifest import MANIFEST_FILE, BackupError
from tests.unit.connectors.offices import PASSPHRASE, Clock, open_office

NOW = datetime(2026, 5, 4, 8, tzinfo=UTC)
HEAD = Account("he.jianguo", "何建国", frozenset({Role.SHARING_OFFICE_HEAD}), None)


@pytest.fixture
def backup(tmp_path: Path) -> Path:
    folder = tmp_path / "office"
    folder.mkdir()
    connector = open_office(folder, [], Clock())[0]
    open_account(AgencyAccounts(connector), None, HEAD)
    back_up(folder, tmp_path / "backup", NOW)
    connector.state.dispose()
    return tmp_path / "backup"


def test_what_comes_back_opens_with_its_accounts_keys_and_settings(backup: Path, tmp_path: Path) -> None:
    command = ["--folder", str(tmp_path / "new"), "restore", "--from", str(backup)]
    printed = CliRunner().invoke(main, command)
    assert printed.exit_code == 0, printed.output
    assert "2026-05-04 08:00 UTC" in printed.output
    old, new = open_connector(tmp_path / "office", PASSPHRASE), open_connector(tmp_path / "new", PASSPHRASE)
    assert [one.account for one in all_accounts(AgencyAccounts(new))] == [HEAD]
    assert new.keys.ring == old.keys.ring
    assert new.settings == old.settings
    for connector in (old, new):
        connector.state.dispose()
    assert [path.name for path in (tmp_path / "new").iterdir() if path.stat().st_mode & 0o077] == []
    again = CliRunner().invoke(main, command)
    assert again.exit_code == 1
    assert "restoring overwrites nothing" in again.output


@pytest.mark.parametrize("name", [STATE_FILE, KEY_FILE, SETTINGS_FILE])
def test_an_altered_or_missing_file_is_not_restored(backup: Path, tmp_path: Path, name: str) -> None:
    with (backup / name).open("r+b") as file:
        file.seek(100)
        file.write(b"?")
    with pytest.raises(BackupError, match="altered"):
        restore(backup, tmp_path / "new")
    (backup / name).unlink()
    with pytest.raises(BackupError, match="incomplete"):
        restore(backup, tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_an_added_file_and_another_programs_backup_are_not_restored(backup: Path, tmp_path: Path) -> None:
    (backup / "more").write_bytes(b"")
    with pytest.raises(BackupError, match="altered"):
        restore(backup, tmp_path / "new")
    (backup / "more").unlink()
    manifest = backup / MANIFEST_FILE
    manifest.write_text(manifest.read_text().replace('"connector"', '"gateway"'))
    with pytest.raises(BackupError, match="this program"):
        restore(backup, tmp_path / "new")
    manifest.write_text("{}")
    with pytest.raises(BackupError, match="there is no backup here"):
        restore(backup, tmp_path / "new")
