"""Signing in on a real database with a clock that is moved: throttling, used codes, sessions and what the log says."""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pyotp
import pytest
from sqlalchemy import select

from gateway.domain.account import Account
from gateway.domain.roles import Role
from gateway.log.disclosure import parse_disclosure
from gateway.persistence.account_tables import console_attempt, console_credential, console_session
from gateway.persistence.audit_tables import audit_disclosure, audit_leaf
from gateway.persistence.engine import read_transaction
from gateway.services.account_book import GatewayAccounts
from gateway.services.context import Gateway
from hosting.accounts.accounts import change_roles, disable_account, open_account, reset_account
from hosting.accounts.own_password import replace_password
from hosting.accounts.password_rules import PasswordError, PasswordFault
from hosting.accounts.sessions import end_session, open_session
from hosting.accounts.sign_in import Attempt, SignInRefusedError, sign_in
from hosting.accounts.sign_in_throttle import SignInLockedError
from hosting.web.secret_cookie import new_secret
from tests.scenario.gateway_simulator import Clock, opened_gateway

PASSWORD = "four old locust trees"
MINUTE = timedelta(minutes=1)


@dataclass
class Desk:
    """A gateway, its clock, and one account on it."""

    gateway: Gateway
    clock: Clock
    account: Account
    password: str
    secret: str

    @property
    def book(self) -> GatewayAccounts:
        return GatewayAccounts(self.gateway)

    def code(self) -> str:
        return pyotp.TOTP(self.secret).at(self.clock.now())

    def attempt(self, **changes: str) -> str:
        typed = {"account": self.account.id, "password": self.password, "code": self.code(), "address": "192.0.2.7"}
        token = new_secret(os.urandom)
        sign_in(self.book, Attempt(**(typed | changes)), token)
        return token

    def events(self) -> list[tuple[str, str | None]]:
        with read_transaction(self.gateway.engine) as connection:
            rows = connection.execute(select(audit_leaf.c.type, audit_leaf.c.reason).order_by(audit_leaf.c.idx))
            return [(row.type, row.reason) for row in rows if row.type.startswith(("auth.", "role."))]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    clock = Clock()
    with opened_gateway(tmp_path / "gateway", clock) as gateway:
        account = Account("li.hua", "李华", frozenset({Role.SECURITY_ADMINISTRATOR}))
        new = open_account(GatewayAccounts(gateway), None, account)
        replace_password(GatewayAccounts(gateway), account, new.password, PASSWORD, "192.0.2.7", new_secret(os.urandom))
        yield Desk(gateway, clock, account, PASSWORD, new.totp_secret)


def test_a_session_is_over_after_fifteen_idle_minutes_or_eight_hours(desk: Desk) -> None:
    token = desk.attempt()
    for _ in range(47):
        desk.clock.ahead += 10 * MINUTE
        assert open_session(desk.book, token) is not None
    desk.clock.ahead += 10 * MINUTE
    assert open_session(desk.book, token) is None
    idle = desk.attempt()
    desk.clock.ahead += 15 * MINUTE
    assert open_session(desk.book, idle) is None


def test_no_token_is_kept(desk: Desk) -> None:
    token = desk.attempt()
    with read_transaction(desk.gateway.engine) as connection:
        rows = repr(connection.execute(select(console_session)).all())
        credentials = repr(connection.execute(select(console_credential)).all())
    assert token not in rows
    assert desk.secret not in credentials
    assert desk.password not in credentials
    end_session(desk.book, token)
    assert open_session(desk.book, token) is None
    assert open_session(desk.book, new_secret(os.urandom)) is None


def test_a_code_is_used_once_and_none_of_before_it(desk: Desk) -> None:
    early = pyotp.TOTP(desk.secret).at(desk.clock.now() - timedelta(seconds=30))
    desk.attempt()
    for code in (desk.code(), early):
        with pytest.raises(SignInRefusedError):
            desk.attempt(code=code)
    desk.clock.ahead += MINUTE
    desk.attempt()


def test_a_code_that_two_send_at_once_lets_one_in(desk: Desk) -> None:
    code = desk.code()

    def send(_: int) -> bool:
        try:
            desk.attempt(code=code)
        except SignInRefusedError:
            return False
        return True

    with ThreadPoolExecutor(4) as senders:
        assert sum(senders.map(send, range(4))) == 1


def test_five_failures_lock_and_a_restart_does_not_help(desk: Desk) -> None:
    for _ in range(5):
        with pytest.raises(SignInRefusedError):
            desk.attempt(password="wrong")
    with pytest.raises(SignInLockedError):
        desk.attempt()
    with pytest.raises(SignInLockedError):
        desk.attempt(account=" LI.HUA ", address="198.51.100.1")
    desk.clock.ahead += 15 * MINUTE
    desk.attempt()
    assert desk.events()[-6:] == [
        *[("auth.fail", "wrong_password")] * 4,
        ("auth.fail", "locked"),
        ("auth.succeed", None),
    ]


def test_many_at_once_are_no_way_round_the_limit(desk: Desk) -> None:
    def send(number: int) -> type[Exception]:
        try:
            desk.attempt(password=f"guess {number}")
        except (SignInRefusedError, SignInLockedError) as error:
            return type(error)
        raise AssertionError("a guess was let in")

    with ThreadPoolExecutor(8) as senders:
        answers = list(senders.map(send, range(16)))
    assert answers.count(SignInRefusedError) == 5


def test_twenty_failures_lock_an_address_whoever_is_tried(desk: Desk) -> None:
    for number in range(20):
        with pytest.raises(SignInRefusedError):
            desk.attempt(account=f"nobody-{number}")
    with pytest.raises(SignInLockedError):
        desk.attempt()
    desk.attempt(address="198.51.100.1")


def test_success_forgets_the_failures_of_the_account(desk: Desk) -> None:
    for _ in range(3):
        for _ in range(4):
            with pytest.raises(SignInRefusedError):
                desk.attempt(code="000000", address="192.0.2.8")
        desk.attempt(address="192.0.2.9")
        desk.clock.ahead += MINUTE
    with read_transaction(desk.gateway.engine) as connection:
        kept = {row.failures for row in connection.execute(select(console_attempt))}
    assert kept == {0, 12}


def test_names_and_addresses_of_attempts_are_not_kept_in_clear(desk: Desk) -> None:
    with pytest.raises(SignInRefusedError):
        desk.attempt(account="my secret password by mistake")
    with read_transaction(desk.gateway.engine) as connection:
        rows = repr(connection.execute(select(console_attempt)).all())
        disclosed = [parse_disclosure(text).value for text in connection.scalars(select(audit_disclosure.c.disclosure))]
    assert "mistake" not in rows
    assert "192.0.2.7" not in rows
    assert not [value for value in disclosed if "mistake" in value]
    assert desk.events()[-1] == ("auth.fail", "unknown_account")


def test_changes_of_rights_end_the_sessions(desk: Desk) -> None:
    gateway = desk.gateway
    open_account(GatewayAccounts(gateway), None, Account("wang.an", "王安", frozenset({Role.SECURITY_ADMINISTRATOR})))
    token = desk.attempt()
    change_roles(GatewayAccounts(gateway), None, "li.hua", [Role.SECURITY_ADMINISTRATOR, Role.OVERSIGHT_AUDITOR])
    assert open_session(GatewayAccounts(gateway), token) is None
    desk.clock.ahead += MINUTE
    token = desk.attempt()
    disable_account(GatewayAccounts(gateway), None, "li.hua")
    assert open_session(GatewayAccounts(gateway), token) is None
    desk.clock.ahead += MINUTE
    with pytest.raises(SignInRefusedError):
        desk.attempt()
    assert desk.events()[-1] == ("auth.fail", "disabled_account")


def test_a_new_password_ends_the_other_sessions(desk: Desk) -> None:
    before, after = desk.attempt(), new_secret(os.urandom)
    with pytest.raises(PasswordError) as caught:
        replace_password(desk.book, desk.account, "wrong", "a river with two names", "192.0.2.7", after)
    assert caught.value.code is PasswordFault.WRONG
    replace_password(desk.book, desk.account, desk.password, "a river with two names", "192.0.2.7", after)
    assert open_session(desk.book, before) is None
    opened = open_session(desk.book, after)
    assert opened is not None
    assert not opened.is_one_time


def test_a_one_time_password_is_for_three_days(desk: Desk) -> None:
    open_account(desk.book, None, Account("wang.an", "王安", frozenset({Role.SECURITY_ADMINISTRATOR})))
    new = reset_account(desk.book, None, "li.hua")
    desk.password, desk.secret = new.password, new.totp_secret
    opened = open_session(desk.book, desk.attempt())
    assert opened is not None
    assert opened.is_one_time
    desk.clock.ahead += timedelta(hours=72)
    with pytest.raises(SignInRefusedError):
        desk.attempt()
