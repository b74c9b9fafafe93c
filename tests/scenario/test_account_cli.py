"""The operator's commands for accounts: the first account of a new gateway signs in with what they print."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pyotp
import pytest
from click.testing import CliRunner, Result

from gateway.bootstrap import open_gateway
from gateway.cli import main, setup_commands
from gateway.services.account_book import GatewayAccounts
from gateway.settings import load_settings, save_settings
from hosting.accounts.sessions import open_session
from hosting.accounts.sign_in import Attempt, sign_in
from hosting.sign_on.settings import ProviderSettings
from hosting.web.secret_cookie import new_secret
from tests.scenario.gateway_simulator import CHEAP, GATEWAY_ID, PASSPHRASE

INIT = ["init", "--id", GATEWAY_ID, "--name-zh", "测试网关", "--name-en", "Test", "--url", "http://127.0.0.1:8000"]
ADD = ["account", "add", "li.hua", "--name", "阿卜杜热合曼·买买提", "--role", "security_administrator"]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setattr(setup_commands, "STANDARD_KDF_COST", CHEAP)
    assert _run(tmp_path / "gateway", *INIT).exit_code == 0
    return tmp_path / "gateway"


def _run(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["--folder", str(folder), *arguments], env={"TONGXIN_PASSPHRASE": PASSPHRASE})


def _printed(result: Result, word: str) -> str:
    assert result.exit_code == 0, result.output
    found = re.search(rf"{word}: +(.+)", result.output)
    assert found is not None, result.output
    return found[1]


def _signs_in(folder: Path, result: Result) -> bool:
    secret = _printed(result, "secret").replace(" ", "")
    token = new_secret(os.urandom)
    with open_gateway(folder, PASSPHRASE) as gateway:
        code = pyotp.TOTP(secret).at(gateway.now())
        sign_in(GatewayAccounts(gateway), Attempt("li.hua", _printed(result, "password"), code, "::1"), token)
        opened = open_session(GatewayAccounts(gateway), token)
    return opened is not None and opened.is_one_time


def test_the_first_account_signs_in_with_what_is_printed(folder: Path) -> None:
    result = _run(folder, *ADD)
    assert _signs_in(folder, result)
    assert pyotp.parse_uri(_printed(result, "address of code")).secret == _printed(result, "secret").replace(" ", "")
    assert _printed(result, "address") == "http://127.0.0.1:8000/console/sign-in"
    assert "li.hua" in _run(folder, "account", "list").output
    assert "阿卜杜热合曼·买买提" in _run(folder, "account", "list", "--json").output
    assert _signs_in(folder, _run(folder, "account", "reset", "li.hua"))


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (ADD, "已有这个登录名"),
        (["account", "disable", "li.hua"], "这是最后一位安全管理员"),
        (["account", "roles", "li.hua", "--role", "oversight_auditor"], "这是最后一位安全管理员"),
        (["account", "reset", "nobody"], "没有这个账号"),
        (["account", "add", "zhao", "--name", "赵", "--role", "agency_auditor"], "单位审计员须属于一个单位"),
        (
            ["account", "add", "zhao", "--name", "赵", "--role", "privacy_officer", "--role", "system_administrator"],
            "不得由一人兼任",
        ),
    ],
)
def test_what_the_rules_forbid_is_said_in_a_sentence(folder: Path, arguments: list[str], sentence: str) -> None:
    _run(folder, *ADD)
    result = _run(folder, *arguments)
    assert result.exit_code == 1
    assert sentence in result.output
    assert "Traceback" not in result.output


def test_a_disabled_account_comes_back_by_a_reset(folder: Path) -> None:
    _run(folder, *ADD)
    assert _run(folder, "account", "add", "zhao.yi", "--name", "赵一", "--role", "oversight_auditor").exit_code == 0
    assert _run(folder, "account", "disable", "zhao.yi").exit_code == 0
    assert '"state": "disabled"' in _run(folder, "account", "list", "--json").output
    assert _run(folder, "account", "reset", "zhao.yi").exit_code == 0
    assert _run(folder, "account", "roles", "zhao.yi", "--role", "privacy_officer").exit_code == 0
    assert '"state": "disabled"' not in _run(folder, "account", "list", "--json").output


def test_an_account_is_bound_to_a_person_at_the_provider_that_is_set(folder: Path) -> None:
    assert _run(folder, *ADD).exit_code == 0
    link = ["account", "link", "li.hua", "--subject", "person-7"]
    assert "identity_provider" in _run(folder, *link).output
    provider = ProviderSettings(issuer="https://id.example", client_id="tongxin", client_secret_file="client.secret")
    save_settings(folder, load_settings(folder).model_copy(update={"identity_provider": provider}))
    assert "client secret" in _run(folder, *link).output  # there is no such file yet
    secret = folder / "client.secret"
    secret.write_text("a secret")
    secret.chmod(0o600)
    assert _run(folder, *link).exit_code == 0
    assert "已绑定统一身份" in _run(folder, *link).output
