"""Attacks on the officer's console: guessing, replayed codes, forged forms, too much at once, over sessions."""

import os
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pyotp
import pytest
from sqlalchemy import select

from connectors.console.account import Account
from connectors.console.actions import Action
from connectors.console.record import Recorded, list_record
from connectors.console.roles import Role
from connectors.state.console_tables import ACCOUNT_TABLES
from connectors.state.database import reading
from hosting.accounts.accounts import change_roles, disable_account, open_account
from hosting.accounts.own_password import replace_password
from hosting.web.secret_cookie import new_secret
from hosting.web.security import SECURITY_HEADERS
from hosting.web.signed_in import MAX_FORM_BYTES
from tests.unit.connectors.web.office_desk import ADDRESS, PASSWORD, Browser, OfficeDesk, open_desk

MINUTE = timedelta(minutes=1)
OFFICER = Account("li.hua", "李华", frozenset({Role.QUERY_OFFICER}))


class Victim(OfficeDesk):
    """An office whose officer li.hua is attacked."""

    secret = ""

    def code(self) -> str:
        return pyotp.TOTP(self.secret).at(self.clock.now)

    def visitor(self) -> Browser:
        return self.browser_with(new_secret(os.urandom))

    def attempt(self, visitor: Browser | None = None, headers: dict[str, str] | None = None, **typed: str):  # type: ignore[no-untyped-def]
        visitor = visitor or self.visitor()
        fields = {"account": OFFICER.id, "password": PASSWORD, "code": self.code(), "form_token": visitor.form_token}
        return visitor.client.post("/desk/sign-in", data=fields | typed, headers=headers)

    def record(self) -> list[Recorded]:
        with reading(self.connector.state) as connection:
            return list_record(connection)


@pytest.fixture
def victim(tmp_path: Path) -> Iterator[Victim]:
    desk = open_desk(tmp_path)
    victim = Victim(desk.console, desk.app, desk.clock)
    new = open_account(victim.book, None, OFFICER)
    replace_password(victim.book, OFFICER, new.password, PASSWORD, ADDRESS, new_secret(os.urandom))
    victim.secret = new.totp_secret
    yield victim
    desk.console.client.close()
    desk.connector.state.dispose()


def test_five_guesses_lock_the_account_from_wherever_they_come(victim: Victim) -> None:
    for number in range(5):
        answer = victim.attempt(password="wrong", headers={"X-Forwarded-For": f"198.51.100.{number}"})
        assert answer.status_code == 403
    locked = victim.attempt(headers={"X-Forwarded-For": "203.0.113.5"})
    assert locked.status_code == 429
    assert "已暂停 15 分钟" in locked.text
    victim.clock.now += 15 * MINUTE
    assert victim.attempt().status_code == 303
    reasons = [one.detail for one in victim.record() if one.action is Action.SIGN_IN_FAILED]
    assert [str(reason).partition(",")[0] for reason in reasons] == ["locked"] + ["wrong_password"] * 4


def test_twenty_guesses_lock_an_address_whoever_is_tried(victim: Victim) -> None:
    for number in range(20):
        assert victim.attempt(account=f"nobody-{number}").status_code == 403
    assert victim.attempt().status_code == 429
    assert victim.attempt(headers={"X-Forwarded-For": "198.51.100.9"}).status_code == 303


def test_a_forged_forwarding_header_is_no_way_round_the_address(victim: Victim) -> None:
    for number in range(20):
        headers = {"X-Forwarded-For": f"203.0.113.{number}, 198.51.100.9"}  # the proxy writes the last one
        assert victim.attempt(account=f"nobody-{number}", headers=headers).status_code == 403
    assert victim.attempt(headers={"X-Forwarded-For": "203.0.113.99, 198.51.100.9"}).status_code == 429


def test_wrong_name_password_and_code_look_alike(victim: Victim) -> None:
    answers = [
        victim.attempt(visitor := victim.visitor(), **typed).text.replace(visitor.form_token, "")
        for typed in ({"password": "wrong"}, {"code": "000000"})
    ]
    assert answers[0] == answers[1]
    unknown = victim.visitor()
    page = victim.attempt(unknown, account="no.body").text.replace(unknown.form_token, "")
    assert page.replace('value="no.body"', "") == answers[0].replace('value="li.hua"', "")


def test_a_code_is_accepted_once(victim: Victim) -> None:
    code = victim.code()
    assert victim.attempt(code=code).status_code == 303
    assert victim.attempt(code=code).status_code == 403
    victim.clock.now += MINUTE
    assert victim.attempt(code=code).status_code == 403
    assert victim.attempt().status_code == 303


def test_a_form_from_elsewhere_signs_nobody_in(victim: Victim) -> None:
    visitor = victim.visitor()
    for typed, headers in (
        ({"form_token": ""}, {}),
        ({"form_token": "x" * 43}, {}),
        ({"form_token": victim.visitor().form_token}, {}),
        ({}, {"Origin": "http://evil.example"}),
        ({}, {"Origin": "null"}),
        ({}, {"Sec-Fetch-Site": "cross-site"}),
    ):
        answer = victim.attempt(visitor, headers=headers, **typed)
        assert answer.status_code == 403
        assert "没有做任何改动" in answer.text
    assert {one.action for one in victim.record()} == {Action.ROLES_GRANTED, Action.PASSWORD_REPLACED}


def test_signing_in_takes_another_token_than_the_visitors(victim: Victim) -> None:
    visitor = victim.visitor()
    answer = victim.attempt(visitor)
    assert answer.status_code == 303
    cookie = answer.headers["Set-Cookie"]
    assert visitor.token not in cookie
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert victim.browser_with(visitor.token).client.get("/desk/").status_code == 303


def test_a_session_is_over_when_idle_after_a_day_and_with_every_change_of_rights(victim: Victim) -> None:
    idle = victim.browser(Role.QUERY_OFFICER)
    assert idle.client.get("/desk/").status_code == 200
    victim.clock.now += 15 * MINUTE
    assert "over=1" in idle.client.get("/desk/").headers["Location"]
    long = victim.browser(Role.QUERY_OFFICER)
    for _ in range(48):
        victim.clock.now += 10 * MINUTE
        answer = long.client.get("/desk/")
    assert answer.status_code == 303
    for end in (
        lambda: change_roles(victim.book, None, "query-officer", [Role.APPROVER]),
        lambda: disable_account(victim.book, OFFICER, "query-officer"),
    ):
        open_account_of_administrator(victim)
        held = victim.browser(Role.QUERY_OFFICER)
        assert held.client.get("/desk/").status_code == 200
        end()
        assert held.client.get("/desk/").status_code == 303


def open_account_of_administrator(victim: Victim) -> None:
    """Let somebody administer, or nobody may be disabled."""
    victim.account(Role.ADMINISTRATOR)


def test_what_was_typed_when_the_session_ended_is_offered_again_but_no_password(victim: Victim) -> None:
    administrator = victim.browser(Role.ADMINISTRATOR)
    victim.clock.now += 20 * MINUTE
    answer = administrator.post("/desk/add-account", id="wang.an", name="王安", password="typed by mistake")
    assert answer.status_code == 403
    assert "登录后可以继续提交" in answer.text
    assert "wang.an" in answer.text
    assert "typed by mistake" not in answer.text


def test_an_one_time_password_opens_nothing_but_its_replacement(victim: Victim) -> None:
    new = open_account(victim.book, None, Account("wang.an", "王安", frozenset({Role.ADMINISTRATOR})))
    visitor = victim.visitor()
    code = pyotp.TOTP(new.totp_secret).at(victim.clock.now)
    assert victim.attempt(visitor, account="wang.an", password=new.password, code=code).status_code == 303
    for address in ("/desk/", "/desk/accounts", "/desk/add-account"):
        assert visitor.client.get(address).headers["Location"] == "/desk/password"
    assert visitor.client.get("/desk/password").status_code == 200


def test_too_large_a_form_is_refused_unread(victim: Victim) -> None:
    administrator = victim.browser(Role.ADMINISTRATOR)
    answer = administrator.post("/desk/add-account", name="x" * (MAX_FORM_BYTES + 1))
    assert answer.status_code == 413
    assert "提交的内容太大" in answer.text
    assert victim.attempt(account="x" * (MAX_FORM_BYTES + 1)).status_code == 413


class Unread(BytesIO):
    """A body that nobody may read."""

    def read(self, _size: int | None = -1, /) -> bytes:
        raise AssertionError("the body was read")

    readinto = readline = read  # type: ignore[assignment]


def test_nobody_fills_the_memory_with_a_file_who_may_not_upload(victim: Victim) -> None:
    kind, body = "multipart/form-data; boundary=cut", bytes(2 * MAX_FORM_BYTES)
    over = victim.visitor().client.post("/desk/ledgers", input_stream=Unread(body), content_type=kind)
    assert over.status_code == 303
    assert "over=1" in over.headers["Location"]
    steward = victim.browser(Role.DATA_STEWARD).client
    assert "您的角色不能这样做" in steward.post("/desk/ledgers", input_stream=Unread(body), content_type=kind).text
    officer = victim.browser(Role.QUERY_OFFICER).client
    assert (
        "程序出错" in officer.post("/desk/ledgers", input_stream=Unread(body), content_type=kind).text
    )  # whose body is read


def test_no_way_out_of_the_console_by_the_sign_in(victim: Victim) -> None:
    for away in ("//evil.example", "/\\evil.example", "https://evil.example/", "javascript:alert(1)"):
        victim.clock.now += MINUTE
        answer = victim.attempt(next=away)
        assert answer.headers["Location"] == "/desk/"


def test_headers_stand_on_every_answer_to_a_visitor(victim: Victim) -> None:
    visitor = victim.visitor()
    answers = [
        visitor.client.get("/desk/sign-in"),
        visitor.client.get("/desk/no-such-page"),
        victim.attempt(password="wrong"),
        victim.attempt(form_token=""),
    ]
    for answer in answers:
        for name, value in SECURITY_HEADERS.items():
            assert answer.headers[name] == value
        assert "script-src" not in answer.headers["Content-Security-Policy"]


def test_the_record_tells_it_without_what_was_typed(victim: Victim) -> None:
    victim.attempt(account="my secret password by mistake")
    victim.attempt(password="another secret")
    victim.attempt()
    first, second, third = victim.record()[:3]
    assert (first.action, first.account) == (Action.SIGN_IN, "li.hua")
    assert (second.account, second.detail) == ("li.hua", "wrong_password,address=127.0.0.1")
    assert (third.account, third.detail) == (None, "unknown_account,address=127.0.0.1")
    assert "secret" not in repr(victim.record())
    with reading(victim.connector.state) as connection:
        for table in (ACCOUNT_TABLES.attempt, ACCOUNT_TABLES.session, ACCOUNT_TABLES.credential):
            rows = repr(connection.execute(select(table)).all())
            assert "127.0.0.1" not in rows
            assert PASSWORD not in rows
            assert victim.secret not in rows
