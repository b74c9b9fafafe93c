"""A copy of a connector's folder opens like the original, is its owner's alone, and replaces nothing."""

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
from connectors.settings import KEY_FILE, SETTINGS_FILE, STATE_FILE
from hosting.accounts.accounts import all_accounts, open_account
from hosting.backup_manifest import BackupError
from hosting.holiday_notices import NOTICES_FOLDER
from tests.unit.connectors.offices import PASSPHRASE, Clock, open_office

NOW = datetime(2026, 5, 4, 8, tzinfo=UTC)
HEAD = Account("he.jianguo", "何建国", frozenset({Role.SHARING_OFFICE_HEAD}), None)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "office"
    folder.mkdir()
    open_office(folder, [], Clock())[0].state.dispose()
    return folder


def test_a_copy_made_while_somebody_writes_holds_what_was_written_and_opens(folder: Path, tmp_path: Path) -> None:
    serving = open_connector(folder, PASSPHRASE)
    open_account(AgencyAccounts(serving), None, HEAD)
    printed = CliRunner().invoke(main, ["--folder", str(folder), "backup", "--to", str(tmp_path / "copy")])
    assert printed.exit_code == 0
    assert "口令不在其中" in printed.output
    serving.state.dispose()
    copy = open_connector(tmp_path / "copy", PASSPHRASE)
    assert [one.account for one in all_accounts(AgencyAccounts(copy))] == [HEAD]
    assert copy.signing_key().verification_key.key_id == serving.signing_key().verification_key.key_id
    copy.state.dispose()


def test_added_holiday_notices_are_copied(folder: Path, tmp_path: Path) -> None:
    (folder / NOTICES_FOLDER).mkdir()
    (folder / NOTICES_FOLDER / "2027.yaml").write_text("year: 2027\n")
    back_up(folder, tmp_path / "copy", NOW)
    assert (tmp_path / "copy" / NOTICES_FOLDER / "2027.yaml").read_text() == "year: 2027\n"


def test_a_copy_is_its_owners_alone(folder: Path, tmp_path: Path) -> None:
    back_up(folder, tmp_path / "copy", NOW)
    assert (tmp_path / "copy").stat().st_mode & 0o077 == 0
    for name in (KEY_FILE, SETTINGS_FILE, STATE_FILE):
        assert (tmp_path / "copy" / name).stat().st_mode & 0o077 == (folder / name).stat().st_mode & 0o077


def test_an_older_copy_is_not_written_over(folder: Path, tmp_path: Path) -> None:
    back_up(folder, tmp_path / "copy", NOW)
    before = (tmp_path / "copy" / STATE_FILE).stat().st_mtime_ns
    with pytest.raises(BackupError):
        back_up(folder, tmp_path / "copy", NOW)
    assert (tmp_path / "copy" / STATE_FILE).stat().st_mtime_ns == before


def test_a_folder_without_a_connector_is_not_copied(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(BackupError):
        back_up(tmp_path / "empty", tmp_path / "copy", NOW)
    assert not (tmp_path / "copy").exists()


def test_a_damaged_database_is_told(folder: Path, tmp_path: Path) -> None:
    with (folder / STATE_FILE).open("r+b") as file:
        file.seek(4096)
        file.write(b"x" * 4096)
    with pytest.raises(BackupError):
        back_up(folder, tmp_path / "copy", NOW)
