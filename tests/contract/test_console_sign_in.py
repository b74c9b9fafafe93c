"""Signing in on each database: the same rows, rules and locks."""

import os
from collections.abc import Iterator
from pathlib import Path

import pyotp
import pytest

from gateway.domain.account import Account
from gateway.domain.roles import Role
from gateway.services.account_book import GatewayAccounts
from gateway.services.context import Gateway
from hosting.accounts.account_rules import AccountError
from hosting.accounts.accounts import change_roles, disable_account, open_account, reset_account
from hosting.accounts.own_password import replace_password
from hosting.accounts.sessions import end_session, open_session
from hosting.accounts.sign_in import Attempt, SignInRefusedError, sign_in
from hosting.accounts.sign_in_throttle import SignInLockedError
from hosting.web.secret_cookie import new_secret
from tests.scenario.gateway_simulator import Clock, opened_gateway

PASSWORD = "four old locust trees"
ADMINISTRATOR = Account("li.hua", "阿卜杜热合曼·买买提", frozenset({Role.SECURITY_ADMINISTRATOR}))
AUDITOR = Account("wang.an", "王安", frozenset({Role.OVERSIGHT_AUDITOR, Role.PRIVACY_OFFICER}))


@pytest.fixture
def gateway(database_url: str, tmp_path: Path) -> Iterator[Gateway]:
    with opened_gateway(tmp_path / "gateway", Clock(), database_url) as gateway:
        yield gateway


def test_the_life_of_an_account(gateway: Gateway) -> None:
    open_account(GatewayAccounts(gateway), None, ADMINISTRATOR)
    new = open_account(GatewayAccounts(gateway), ADMINISTRATOR, AUDITOR)
    token = new_secret(os.urandom)
    replace_password(GatewayAccounts(gateway), AUDITOR, new.password, PASSWORD, "192.0.2.1", token)
    opened = open_session(GatewayAccounts(gateway), token)
    assert opened is not None
    assert opened.account == AUDITOR
    end_session(GatewayAccounts(gateway), token)
    attempt = Attempt("wang.an", PASSWORD, pyotp.TOTP(new.totp_secret).at(gateway.now()), "192.0.2.1")
    sign_in(GatewayAccounts(gateway), attempt, token)
    assert open_session(GatewayAccounts(gateway), token) is not None
    with pytest.raises(SignInRefusedError):
        sign_in(GatewayAccounts(gateway), attempt, new_secret(os.urandom))
    change_roles(GatewayAccounts(gateway), ADMINISTRATOR, "wang.an", [Role.SYSTEM_ADMINISTRATOR])
    assert open_session(GatewayAccounts(gateway), token) is None
    disable_account(GatewayAccounts(gateway), ADMINISTRATOR, "wang.an")
    reset_account(GatewayAccounts(gateway), None, "wang.an")
    with pytest.raises(AccountError):
        disable_account(GatewayAccounts(gateway), None, "li.hua")


def test_five_failures_lock(gateway: Gateway) -> None:
    attempt = Attempt("nobody", PASSWORD, "000000", "192.0.2.1")
    for _ in range(5):
        with pytest.raises(SignInRefusedError):
            sign_in(GatewayAccounts(gateway), attempt, new_secret(os.urandom))
    with pytest.raises(SignInLockedError):
        sign_in(GatewayAccounts(gateway), attempt, new_secret(os.urandom))
