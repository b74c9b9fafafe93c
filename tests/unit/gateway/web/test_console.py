"""What holds for every page of the console: headers, forms, rights, and errors that quote nothing."""

import os
from collections.abc import Callable, Iterator

import pytest
from flask import Blueprint, Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from gateway.api.app import create_app
from gateway.domain.account import Account
from gateway.domain.roles import Permission, Role, permissions_of
from gateway.persistence.account_tables import ACCOUNT_TABLES, console_account
from gateway.persistence.engine import read_transaction, write_transaction
from gateway.services.account_book import GatewayAccounts
from gateway.services.context import Gateway
from gateway.web.signed_in import requires_sign_in, requires_visitor
from hosting.accounts.sessions import begin_session_in
from hosting.web.caller import caller_address
from hosting.web.forgery import bind_forms, form_token
from hosting.web.secret_cookie import new_secret
from hosting.web.security import SECURITY_HEADERS
from hosting.web.sign_in_form import keep_form, kept_fields
from hosting.web.signed_in import SignInGuard
from tests.accounts import add_settled_account
from tests.scenario.gateway_simulator import Clock, opened_gateway

SECRET_TEXT = "990101201603150015"
AGENCY_ROLES = {Role.AGENCY_AUDITOR}


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    with opened_gateway(tmp_path_factory.mktemp("console") / "gateway", Clock()) as gateway:
        for number, role in enumerate(sorted(set(Role) - AGENCY_ROLES)):
            account = Account(f"officer-{number}", "李华", frozenset({role}))
            add_settled_account(GatewayAccounts(gateway), account, "four old locust trees")
        yield gateway


@pytest.fixture(scope="module")
def app(gateway: Gateway) -> Flask:
    app = create_app(gateway)
    faulty = Blueprint("faulty", __name__, url_prefix="/console/faulty")

    def fail() -> str:
        raise ValueError(SECRET_TEXT)

    faulty.add_url_rule("", "fail", fail)
    app.register_blueprint(requires_visitor(faulty, gateway))
    return app


@pytest.fixture
def client_of(app: Flask, gateway: Gateway) -> Callable[[Role | None], FlaskClient]:
    def client(role: Role | None) -> FlaskClient:
        client = app.test_client()
        token = new_secret(os.urandom)
        client.set_cookie("console_session", token)
        client.environ_base["form_token"] = _token_of(app, token)
        if role is not None:
            account_id = f"officer-{sorted(set(Role) - AGENCY_ROLES).index(role)}"
            with write_transaction(gateway.engine) as connection:
                begin_session_in(connection, ACCOUNT_TABLES, token, account_id, gateway.seconds())
        return client

    return client


def _token_of(app: Flask, secret: str) -> str:
    with app.test_request_context("/"):
        bind_forms(secret)
        return form_token()


def _pages(app: Flask) -> list[tuple[str, Permission | None]]:
    """Return the addresses without parameters of all pages that one has to sign in for, with their permissions."""
    found = []
    for rule in app.url_map.iter_rules():
        blueprint = rule.endpoint.rpartition(".")[0]
        guards = [f for f in app.before_request_funcs.get(blueprint, []) if isinstance(f, SignInGuard)]
        if guards and not rule.arguments and "GET" in (rule.methods or ()):
            found.append((rule.rule, guards[0].permission))
    return found


@pytest.mark.parametrize("role", sorted(set(Role) - AGENCY_ROLES))
def test_no_page_opens_for_those_who_may_not(
    app: Flask, client_of: Callable[[Role | None], FlaskClient], role: Role
) -> None:
    client = client_of(role)
    for path, permission in _pages(app):
        answer = client.get(path)
        if permission is not None and permission not in permissions_of({role}):
            assert answer.status_code == 403, path
        assert answer.status_code in {200, 303, 400, 403}, path  # 403 too where a page asks for more than its group
        for name, value in SECURITY_HEADERS.items():
            assert answer.headers[name] == value, path
        assert "<script" not in answer.text, path
        assert "style=" not in answer.text, path


def test_without_a_session_every_page_leads_to_the_sign_in(
    app: Flask, client_of: Callable[[Role | None], FlaskClient]
) -> None:
    for client in (client_of(None), app.test_client()):
        for path, _ in _pages(app):
            answer = client.get(f"{path}?a=b")
            assert answer.status_code == 303
            assert answer.headers["Location"].startswith(f"/console/sign-in?next={path}")


def test_a_form_that_is_not_ours_changes_nothing(
    gateway: Gateway, client_of: Callable[[Role | None], FlaskClient]
) -> None:
    client = client_of(Role.SECURITY_ADMINISTRATOR)
    typed = {"id": "forged", "name": "某人", "roles": "privacy_officer"}
    token = str(client.environ_base["form_token"])
    for data, headers in (
        (typed, {}),
        (typed | {"form_token": "x" * 43}, {}),
        (typed | {"form_token": token}, {"Origin": "http://evil.example"}),
    ):
        answer = client.post("/console/add-account", data=data, headers=headers)
        assert answer.status_code == 403
        assert "没有做任何改动" in answer.text
    with read_transaction(gateway.engine) as connection:
        assert "forged" not in set(connection.scalars(select(console_account.c.id)))
    assert client.post("/console/add-account", data=typed | {"form_token": token}).status_code == 200


def test_signing_out_needs_our_own_form_too(client_of: Callable[[Role | None], FlaskClient]) -> None:
    client = client_of(Role.PRIVACY_OFFICER)
    assert client.post("/console/sign-out").status_code == 403
    assert client.get("/console/password").status_code == 200


def test_an_unforeseen_fault_quotes_nothing(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    answer = app.test_client().get("/console/faulty")
    assert answer.status_code == 500
    assert SECRET_TEXT not in answer.text
    assert SECRET_TEXT not in caplog.text
    assert "ValueError" in caplog.text


def test_a_form_too_large_is_refused(client_of: Callable[[Role | None], FlaskClient]) -> None:
    client = client_of(Role.SECURITY_ADMINISTRATOR)
    assert client.post("/console/add-account", data={"name": "x" * 300_000}).status_code == 413


def test_a_blueprint_without_permission_shows_who_may(
    gateway: Gateway, client_of: Callable[[Role | None], FlaskClient]
) -> None:
    assert requires_sign_in(Blueprint("x", __name__), gateway, Permission.HOLD).before_request_funcs
    answer = client_of(Role.SYSTEM_ADMINISTRATOR).get("/console/accounts")
    assert answer.status_code == 403
    assert "安全管理员" in answer.text


def test_the_session_cookie_is_for_us_alone(app: Flask) -> None:
    cookie = app.test_client().get("/console/sign-in").headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert "Domain" not in cookie


@pytest.mark.parametrize(
    ("direct", "forwarded", "expected"),
    [
        ("192.0.2.1", None, "192.0.2.1"),
        ("192.0.2.1", "198.51.100.1", "192.0.2.1"),
        ("127.0.0.1", "198.51.100.9, 198.51.100.1", "198.51.100.1"),
        ("127.0.0.1", "not an address", "unknown"),
        ("::1", None, "::1"),
    ],
)
def test_only_a_proxy_on_this_machine_is_believed(
    app: Flask, direct: str, forwarded: str | None, expected: str
) -> None:
    headers = {} if forwarded is None else {"X-Forwarded-For": forwarded}
    with app.test_request_context("/", headers=headers, environ_base={"REMOTE_ADDR": direct}):
        assert caller_address() == expected


def test_a_kept_form_has_no_secrets() -> None:
    fields = MultiDict(
        [("a", "1"), ("a", "2"), ("form_token", "t"), ("password", "p"), ("new_password", "n"), ("code", "c")]
    )
    assert kept_fields(keep_form(fields)) == [("a", "1"), ("a", "2")]
    assert keep_form(MultiDict([("a", "x" * 300_000)])) == ""


@pytest.mark.parametrize("text", ["", "[", "{}", "1", "null", "[1]", '[["a",1]]', '[["a"]]', "[" * 100_000])
def test_what_is_no_kept_form_is_nothing(text: str) -> None:
    assert kept_fields(text) == []
