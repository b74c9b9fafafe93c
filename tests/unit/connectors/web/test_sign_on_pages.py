"""Signing in with an identity provider over real HTTP: the way there and back, and a museum of ways to cheat."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import httpx
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from connectors.console.account import Account
from connectors.console.actions import Action
from connectors.console.identity_provider import open_provider
from connectors.console.record import list_record
from connectors.console.roles import Role
from connectors.state.database import reading
from connectors.web.app import create_console_app
from hosting.accounts.account_rules import AccountError, AccountFault
from hosting.accounts.accounts import disable_account, reset_account
from hosting.accounts.sign_in import Attempt, SignInRefusedError, sign_in
from hosting.certificates import trusted_authorities
from hosting.sign_on.documents import MAX_DOCUMENT_BYTES
from hosting.sign_on.identities import Identity, IdentityError, IdentityFault, link_account
from hosting.sign_on.settings import ProviderSettings, ProviderSettingsError
from hosting.web.security import SECURITY_HEADERS
from keys.crypto.password import verify_password
from tests.identity_provider import (
    CLIENT_ID,
    CLIENT_SECRET,
    FLOOD_BYTES,
    SUBJECT,
    EcKey,
    IdentityProvider,
    RsaKey,
    make_token,
    served_provider,
)
from tests.unit.connectors.web.office_desk import ADDRESS, PASSWORD, OfficeDesk, open_desk

BEGIN = "/desk/sign-in/provider"
RETURN = f"{BEGIN}/return"
CANARY = "990101201603150015"


@pytest.fixture
def provider() -> Iterator[IdentityProvider]:
    with served_provider() as provider:
        yield provider


@dataclass
class Office:
    """An office whose officers sign in with the provider."""

    desk: OfficeDesk
    provider: IdentityProvider
    officer: Account

    def browser(self) -> FlaskClient:
        return self.desk.app.test_client()

    def actions(self) -> list[tuple[Action, str | None, str | None]]:
        with reading(self.desk.connector.state) as connection:
            return [(line.action, line.account, line.detail) for line in list_record(connection)]


def _open(folder: Path, provider: IdentityProvider, **settings: Any) -> Office:
    secret = folder / "client.secret"
    secret.write_text(CLIENT_SECRET + "\n")
    secret.chmod(0o600)
    desk = open_desk(folder / "office", lambda _: Flask(__name__))
    chosen = ProviderSettings(issuer=provider.url, client_id=CLIENT_ID, client_secret_file=str(secret), **settings)
    connector = replace(
        desk.connector, settings=desk.connector.settings.model_copy(update={"identity_provider": chosen})
    )
    console = replace(desk.console, connector=connector, provider=open_provider(connector))
    desk = OfficeDesk(console, create_console_app(console), desk.clock)
    provider.clock = lambda: desk.clock().timestamp()
    return Office(desk, provider, desk.account(Role.QUERY_OFFICER))


@pytest.fixture
def office(tmp_path: Path, provider: IdentityProvider) -> Iterator[Office]:
    (tmp_path / "office").mkdir()
    office = _open(tmp_path, provider)
    _link(office)
    yield office
    _close(office)


def _close(office: Office) -> None:
    assert office.desk.console.provider is not None
    office.desk.console.provider.client.close()
    office.desk.console.client.close()
    office.desk.connector.state.dispose()


def _link(office: Office, subject: str = SUBJECT) -> None:
    link_account(office.desk.book, None, office.officer.id, Identity(office.provider.url, subject))


def _begin(browser: FlaskClient, **fields: str) -> str:
    """Send the form of the sign-in page and return where its page leads."""
    page = browser.get("/desk/sign-in").text
    token = re.search(r'name="form_token" value="([^"]+)"', page)
    assert token is not None
    answer = browser.post(BEGIN, data={"form_token": token[1], **fields})
    assert answer.status_code == 200, answer.text
    return _refresh(answer)


def _refresh(answer: TestResponse) -> str:
    found = re.search(r'http-equiv="refresh" content="0; url=([^"]+)"', answer.text)
    assert found is not None, answer.text
    return unescape(found[1])


def _visit(address: str) -> str:
    """Go to the provider, and return the path and query that it sends the browser back to."""
    answer = httpx.get(address, verify=trusted_authorities())
    assert answer.status_code == 303, answer.text
    parts = urlsplit(answer.headers["Location"])
    assert parts.path == RETURN
    return f"{parts.path}?{parts.query}"


def _sign_in(office: Office, browser: FlaskClient | None = None) -> TestResponse:
    browser = browser or office.browser()
    return browser.get(_visit(_begin(browser)))


def test_an_officer_signs_in_and_out(office: Office) -> None:
    browser = office.browser()
    answer = browser.get(_visit(_begin(browser, next="/desk/questions?page=2")))
    assert answer.status_code == 200
    assert _refresh(answer) == "/desk/questions?page=2"
    assert "code=" not in unquote(answer.text)
    for name, value in SECURITY_HEADERS.items():
        assert answer.headers[name] == value
    cookies = answer.headers.getlist("Set-Cookie")
    assert all("HttpOnly" in cookie for cookie in cookies)
    assert any(cookie.startswith("console_session=") and "SameSite=Strict" in cookie for cookie in cookies)
    home = browser.get("/desk/")
    assert home.status_code == 200
    assert office.officer.name in home.text
    assert office.actions()[0] == (Action.SIGN_IN, office.officer.id, "provider,address=127.0.0.1")
    assert "您用单位统一身份认证登录" in browser.get("/desk/password").text
    token = re.search(r'name="form_token" value="([^"]+)"', home.text)
    assert token is not None
    out = browser.post("/desk/sign-out", data={"form_token": token[1]}, follow_redirects=True)
    assert "统一身份认证可能仍处于登录状态" in out.text
    assert browser.get("/desk/").status_code == 303
    assert _refresh(browser.get(f"{BEGIN}/sign-out")) == f"{office.provider.url}/sign-out"


def test_the_request_asks_for_all_that_is_checked(office: Office) -> None:
    asked = parse_qs(urlsplit(_begin(office.browser())).query)
    assert asked["response_type"] == ["code"]
    assert asked["client_id"] == [CLIENT_ID]
    assert asked["scope"] == ["openid"]
    assert asked["redirect_uri"] == ["http://127.0.0.1:8480" + RETURN]
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["max_age"] == ["28800"]
    secrets = [asked[name][0] for name in ("state", "nonce", "code_challenge")]
    assert all(len(secret) == 43 for secret in secrets)
    assert len(set(secrets)) == 3


def test_a_form_that_was_being_sent_is_offered_again(office: Office) -> None:
    browser = office.browser()
    answer = browser.get(_visit(_begin(browser, next="/desk/ask", kept='[["case","2026-17"]]')))
    assert "尚未提交" in answer.text
    assert 'value="2026-17"' in answer.text


def test_a_provider_may_publish_another_key(office: Office) -> None:
    assert _sign_in(office).status_code == 200
    office.provider.keys = [EcKey("next")]
    assert _sign_in(office).status_code == 502  # keys were asked for less than a minute ago
    office.desk.clock.now += _minutes(2)
    assert _sign_in(office).status_code == 200


def _minutes(count: int) -> timedelta:
    return timedelta(minutes=count)


NOBODY = {"other-browser": "不是在这个浏览器里开始的", "untrusted": "没有通过核验", "declined": "没有让您登录"}
_FOREIGN = RsaKey("rsa-1")


@pytest.mark.parametrize(
    ("lie", "reason"),
    [
        ({"claims": {"iss": "https://evil.example"}}, "provider_iss"),
        ({"claims": {"aud": "another-client"}}, "provider_aud"),
        ({"claims": {"nonce": "m" * 43}}, "provider_nonce"),
        ({"claims": {"nonce": None}}, "provider_malformed"),
        ({"claims": {"exp": 1}}, "provider_exp"),
        ({"claims": {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}}, "provider_at_hash"),
        ({"header": {"alg": "none"}}, "provider_algorithm"),
        ({"header": {"alg": "HS256"}}, "provider_algorithm"),
        ({"forge": lambda claims: make_token(_FOREIGN, claims)}, "provider_signature"),
        ({"returned": {"iss": "https://evil.example"}}, "provider_mixed_up"),
        ({"returned": {"iss": None}}, "provider_mixed_up"),
        ({"returned": {"code": "another"}}, "provider_status"),
        ({"bodies": {"/token": (200, b"{" + b" " * MAX_DOCUMENT_BYTES + b"}")}}, "provider_too_large"),
        ({"bodies": {"/token": (200, b'{"id_token": 1}')}}, "provider_malformed"),
        ({"bodies": {"/token": (302, b"")}}, "provider_status"),
        ({"bodies": {"/keys": (200, b"[" * 100_000)}}, "provider_malformed"),
        ({"bodies": {"/keys": (200, b'{"keys": []}')}}, "provider_keys"),
        ({"published": [{"kty": "oct", "kid": "rsa-1", "k": "AAAA"}]}, "provider_keys"),
    ],
)
def test_a_lie_is_refused_recorded_and_not_quoted(office: Office, lie: dict[str, Any], reason: str) -> None:
    browser = office.browser()
    for name, value in lie.items():
        setattr(office.provider, name, value)
    office.provider.person["name"] = CANARY
    answer = _sign_in(office, browser)
    assert answer.status_code == 502
    assert NOBODY["untrusted"] in answer.text
    assert "evil.example" not in answer.text + repr(office.actions())
    assert office.actions()[0] == (Action.SIGN_IN_FAILED, None, f"{reason},address=127.0.0.1")
    assert browser.get("/desk/").status_code == 303
    assert not any(cookie.startswith("console_session") for cookie in answer.headers.getlist("Set-Cookie"))


@pytest.mark.parametrize(
    ("methods", "status"),
    [(None, 200), (["client_secret_post"], 200), (["private_key_jwt", "client_secret_basic"], 200), (["none"], 502)],
)
def test_this_program_proves_itself_in_a_way_that_the_provider_knows(
    office: Office, methods: list[str] | None, status: int
) -> None:
    office.provider.metadata = {"token_endpoint_auth_methods_supported": methods}
    assert _sign_in(office).status_code == status


def test_the_provider_may_decline(office: Office) -> None:
    office.provider.returned = {"code": None, "error": "access_denied", "error_description": CANARY}
    answer = _sign_in(office)
    assert answer.status_code == 403
    assert NOBODY["declined"] in answer.text
    assert CANARY not in answer.text
    assert office.actions()[0][2] == "provider_declined,address=127.0.0.1"


def test_a_return_is_accepted_once(office: Office) -> None:
    browser = office.browser()
    back = _visit(_begin(browser))
    secret = browser.get_cookie("console_visit")
    assert secret is not None
    assert browser.get(back).status_code == 200
    browser.set_cookie("console_visit", secret.value)  # not even to who kept all that belongs to it
    assert browser.get(back).status_code == 403


def test_a_code_of_another_browser_signs_nobody_in(office: Office) -> None:
    attacker, victim = office.browser(), office.browser()
    _begin(victim)
    back = _visit(_begin(attacker))
    answer = victim.get(back)
    assert answer.status_code == 403
    assert NOBODY["other-browser"] in answer.text
    assert victim.get("/desk/").status_code == 303
    assert office.actions()[0][2] == "other_browser,address=127.0.0.1"
    assert attacker.get(back).status_code == 403  # and it is over for whoever began it


def test_a_return_after_ten_minutes_is_too_late(office: Office) -> None:
    browser = office.browser()
    back = _visit(_begin(browser))
    office.desk.clock.now += _minutes(10)
    assert browser.get(back).status_code == 403


@pytest.mark.parametrize(
    "spoil",
    [
        lambda back: RETURN,
        lambda back: re.sub(r"state=[^&]+", f"state={'A' * 43}", back),
        lambda back: re.sub(r"state=[^&]+", f"state={CANARY}", back),
    ],
)
def test_a_return_without_a_visit_changes_nothing(office: Office, spoil: Callable[[str], str]) -> None:
    browser = office.browser()
    back, before = _visit(_begin(browser)), office.actions()
    answer = browser.get(spoil(back))
    assert answer.status_code == 403
    assert CANARY not in answer.text
    assert office.actions() == before


@pytest.mark.parametrize("name", ["code", "state", "iss"])
def test_a_parameter_that_is_there_twice_is_refused(office: Office, name: str) -> None:
    browser = office.browser()
    assert browser.get(_visit(_begin(browser)) + f"&{name}=x").status_code == 502
    assert browser.get("/desk/").status_code == 303


@pytest.mark.parametrize("amr", [None, [], ["pwd"], [["mfa"]]])
def test_without_a_second_factor_nobody_is_signed_in(office: Office, amr: object) -> None:
    office.provider.claims = {"amr": amr, "acr": "0"}
    answer = _sign_in(office)
    assert answer.status_code == 403
    assert "第二种验证方式" in answer.text
    assert office.actions()[0] == (
        Action.SIGN_IN_FAILED,
        office.officer.id,
        "no_second_factor,address=127.0.0.1",
    )


def test_a_second_factor_may_show_in_acr(tmp_path: Path, provider: IdentityProvider) -> None:
    (tmp_path / "office").mkdir()
    office = _open(tmp_path, provider, second_factor_acr=("gold", "silver"), second_factor_amr=())
    _link(office)
    browser = office.browser()
    assert parse_qs(urlsplit(_begin(browser)).query)["acr_values"] == ["gold silver"]
    provider.claims = {"amr": ["mfa"], "acr": "bronze"}
    assert _sign_in(office).status_code == 403
    provider.claims = {"acr": "silver"}
    assert _sign_in(office).status_code == 200
    _close(office)


def test_another_claim_may_name_the_account(tmp_path: Path, provider: IdentityProvider) -> None:
    (tmp_path / "office").mkdir()
    office = _open(tmp_path, provider, account_claim="employee_number", scopes=("profile",))
    _link(office, "工号-0042")
    for number, status in (("工号-0042", 200), (SUBJECT, 403), (42, 403), ("", 403), (None, 403)):
        provider.claims = {"employee_number": number}
        assert _sign_in(office).status_code == status, number
    _close(office)


def test_unknown_and_disabled_people_are_refused_alike(office: Office) -> None:
    office.provider.person = {"sub": "somebody-else", "amr": ["mfa"]}
    unknown = _sign_in(office)
    assert unknown.status_code == 403
    assert office.actions()[0] == (Action.SIGN_IN_FAILED, None, "unknown_subject,address=127.0.0.1")
    office.provider.person = {"sub": SUBJECT, "amr": ["mfa"]}
    office.desk.account(Role.ADMINISTRATOR)
    disable_account(office.desk.book, None, office.officer.id)
    disabled = _sign_in(office)
    assert disabled.status_code == 403
    assert "没有绑定可用的账号" in unknown.text
    assert "没有绑定可用的账号" in disabled.text
    assert office.actions()[0][1:] == (office.officer.id, "disabled_account,address=127.0.0.1")


def test_a_bound_account_has_one_way_in(office: Office) -> None:
    book = office.desk.book
    with pytest.raises(SignInRefusedError):
        sign_in(book, Attempt(office.officer.id, PASSWORD, "000000", ADDRESS), "A" * 43)
    with book.reading() as connection:
        stored = connection.execute(book.tables.credential.select()).first()
    assert stored is not None
    assert not verify_password(stored.password_hash, PASSWORD)
    reset_account(book, None, office.officer.id)
    assert _sign_in(office).status_code == 403  # reset: with a new password, and not with the provider
    _link(office)
    assert _sign_in(office).status_code == 200


def test_binding_is_an_administrators_and_for_one_account_each(office: Office) -> None:
    book, admin = office.desk.book, office.desk.account(Role.ADMINISTRATOR)
    identity = Identity(office.provider.url, SUBJECT)
    for account_id, wanted, fault in (
        (admin.id, Identity(office.provider.url, "me"), AccountFault.OWN_ACCOUNT),
        ("nobody", Identity(office.provider.url, "me"), AccountFault.UNKNOWN),
        (office.officer.id, Identity(office.provider.url, "me"), IdentityFault.LINKED),
        (office.desk.account(Role.APPROVER).id, identity, IdentityFault.TAKEN),
        (office.desk.account(Role.APPROVER).id, Identity(office.provider.url, " me"), IdentityFault.SUBJECT),
    ):
        with pytest.raises((AccountError, IdentityError)) as refused:
            link_account(book, admin, account_id, wanted)
        assert refused.value.code == fault
    assert SUBJECT not in repr(identity)


def test_an_administrator_binds_on_a_page(office: Office) -> None:
    browser, approver = office.desk.browser(Role.ADMINISTRATOR), office.desk.account(Role.APPROVER)
    address = f"/desk/accounts/{approver.id}/link"
    assert office.provider.url in browser.client.get(address).text
    assert browser.post(address, subject=SUBJECT).status_code == 422
    done = browser.post(address, subject="approver-7")
    assert done.status_code == 303
    assert "单位统一身份认证" in browser.client.get(done.headers["Location"]).text
    action, account, detail = office.actions()[0]
    assert (action, account) == (Action.ROLES_GRANTED, office.desk.account(Role.ADMINISTRATOR).id)
    assert detail == "identity_linked,approver"
    office.provider.person = {"sub": "approver-7", "amr": ["mfa"]}
    assert _sign_in(office).status_code == 200


@pytest.mark.parametrize(
    ("lie", "status"),
    [
        ({"metadata": {"issuer": "https://evil.example"}}, 502),
        ({"metadata": {"token_endpoint": "http://evil.example/token"}}, 502),
        ({"metadata": {"jwks_uri": "file:///etc/passwd"}}, 502),
        ({"metadata": {"code_challenge_methods_supported": ["plain"]}}, 502),
        ({"bodies": {"/.well-known/openid-configuration": (200, b" " * (MAX_DOCUMENT_BYTES + 1))}}, 502),
        ({"bodies": {"/.well-known/openid-configuration": (500, b"")}}, 503),
    ],
)
def test_a_provider_that_describes_itself_wrongly_is_not_visited(
    office: Office, lie: dict[str, Any], status: int
) -> None:
    for name, value in lie.items():
        setattr(office.provider, name, value)
    browser = office.browser()
    token = re.search(r'name="form_token" value="([^"]+)"', browser.get("/desk/sign-in").text)
    assert token is not None
    answer = browser.post(BEGIN, data={"form_token": token[1]})
    assert answer.status_code == status
    assert "evil.example" not in answer.text
    assert "sign_on" not in answer.text


@pytest.mark.parametrize("path", ["/token", "/keys"])
def test_a_flood_is_not_read_to_its_end(office: Office, path: str) -> None:
    office.provider.flooded = path
    assert _sign_in(office).status_code == 502
    assert office.provider.sent_bytes < FLOOD_BYTES / 4  # what lies in the sockets' buffers was sent as well
    assert office.actions()[0][2] == "provider_too_large,address=127.0.0.1"


def test_the_way_there_begins_with_our_own_form(office: Office) -> None:
    assert "没有做任何改动" in office.browser().post(BEGIN).text
    assert office.provider.asked == []


def test_too_many_failures_from_one_address_are_refused_unseen(office: Office) -> None:
    office.provider.claims = {"nonce": "m" * 43}
    statuses = [_sign_in(office).status_code for _ in range(21)]
    assert statuses == [502] * 20 + [429]


def test_a_secret_that_others_may_read_is_not_taken(tmp_path: Path, provider: IdentityProvider) -> None:
    (tmp_path / "office").mkdir()
    office = _open(tmp_path, provider)
    (tmp_path / "client.secret").chmod(0o644)
    with pytest.raises(ProviderSettingsError, match="chmod 600"):
        open_provider(office.desk.connector)
    _close(office)
