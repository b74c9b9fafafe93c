"""The operator's commands for the officers' accounts: the first account signs in with what they print."""

import os
import re
from pathlib import Path

import pyotp
import pytest
from click.testing import CliRunner, Result

from connectors.cli import main
from connectors.console.account_book import AgencyAccounts
from connectors.context import open_connector
from connectors.settings import load_settings, save_settings
from hosting.accounts.sessions import open_session
from hosting.accounts.sign_in import Attempt, SignInRefusedError, sign_in
from hosting.sign_on.settings import ProviderSettings
from hosting.web.secret_cookie import new_secret
from tests.unit.connectors.offices import PASSPHRASE, Clock, open_office

ADD = ["account", "add", "li.hua", "--name", "阿卜杜热合曼·买买提", "--role", "administrator"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    connector, _ = open_office(tmp_path, [], Clock())
    connector.state.dispose()
    return tmp_path


def _run(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["--folder", str(folder), *arguments], env={"TONGXIN_PASSPHRASE": PASSPHRASE})


def _printed(result: Result, word: str) -> str:
    assert result.exit_code == 0, result.output
    found = re.search(rf"{word}: +(.+)", result.output)
    assert found is not None, result.output
    return found[1]


def _signs_in(folder: Path, result: Result) -> bool:
    secret, token = _printed(result, "secret").replace(" ", ""), new_secret(os.urandom)
    connector = open_connector(folder, PASSPHRASE)
    book = AgencyAccounts(connector)
    code = pyotp.TOTP(secret).at(connector.now())
    sign_in(book, Attempt("li.hua", _printed(result, "password"), code, "::1"), token)
    opened = open_session(book, token)
    connector.state.dispose()
    return opened is not None and opened.is_one_time


def test_the_first_account_signs_in_with_what_is_printed(folder: Path) -> None:
    result = _run(folder, *ADD)
    assert _signs_in(folder, result)
    assert _printed(result, "address") == "http://127.0.0.1:8480/desk/sign-in"
    assert "li.hua" in _run(folder, "account", "list").output
    assert _signs_in(folder, _run(folder, "account", "reset", "li.hua"))


def test_roles_change_and_a_disabled_account_comes_back(folder: Path) -> None:
    _run(folder, *ADD)
    added = _run(
        folder, "account", "add", "zhao.yi", "--name", "赵一", "--role", "school_user", "--school", "童安县第一小学"
    )
    assert added.exit_code == 0
    assert "童安县第一小学" in _run(folder, "account", "list", "--json").output
    assert _run(folder, "account", "disable", "zhao.yi").exit_code == 0
    assert '"state": "disabled"' in _run(folder, "account", "list", "--json").output
    assert _run(folder, "account", "reset", "zhao.yi").exit_code == 0
    assert _run(folder, "account", "roles", "zhao.yi", "--role", "school_user", "--role", "case_owner").exit_code == 0
    assert '"case_owner, school_user"' in _run(folder, "account", "list", "--json").output


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (ADD, "已有这个登录名"),
        (["account", "disable", "li.hua"], "这是最后一位安全管理员"),
        (["account", "roles", "li.hua", "--role", "approver"], "这是最后一位安全管理员"),
        (["account", "reset", "nobody"], "没有这个账号"),
        (["account", "add", "zhao", "--name", "赵", "--role", "school_user"], "学校用户须填写所在学校"),
        (
            ["account", "add", "zhao", "--name", "赵", "--role", "approver", "--role", "administrator"],
            "不得兼任其他角色",
        ),
    ],
)
def test_what_the_rules_forbid_is_said_in_a_sentence(folder: Path, arguments: list[str], sentence: str) -> None:
    _run(folder, *ADD)
    result = _run(folder, *arguments)
    assert result.exit_code == 1
    assert sentence in result.output
    assert "Traceback" not in result.output


def test_a_console_without_a_gateway_says_what_to_do(folder: Path) -> None:
    result = _run(folder, "console")
    assert result.exit_code == 1
    assert "尚未接入网关" in result.output


def test_an_account_is_bound_to_a_person_at_the_provider_that_is_set(folder: Path) -> None:
    password = _printed(_run(folder, *ADD), "password")
    link = ["account", "link", "li.hua", "--subject", "person-7"]
    assert "identity_provider" in _run(folder, *link).output
    secret = folder / "client.secret"
    secret.write_text("a secret")
    secret.chmod(0o600)
    provider = ProviderSettings(
        issuer="https://id.example", client_id="tongxin-desk", client_secret_file="client.secret"
    )
    save_settings(folder, load_settings(folder).model_copy(update={"identity_provider": provider}))
    assert _run(folder, *link).exit_code == 0
    assert "person-7" not in _run(folder, "account", "list").output
    assert "已绑定统一身份" in _run(folder, *link).output
    connector = open_connector(folder, PASSPHRASE)
    with pytest.raises(SignInRefusedError):
        sign_in(AgencyAccounts(connector), Attempt("li.hua", password, "000000", "::1"), new_secret(os.urandom))
    connector.state.dispose()
    assert _signs_in(folder, _run(folder, "account", "reset", "li.hua"))
