"""Auditors who sign in with an identity provider, on each database: sessions, refusals, and what the log says of it."""

import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from gateway.api.app import create_app
from gateway.domain.account import Account
from gateway.domain.roles import Role
from gateway.persistence.audit_tables import audit_leaf
from gateway.persistence.engine import read_transaction
from gateway.services.account_book import GatewayAccounts
from gateway.services.context import Gateway
from hosting.accounts.accounts import open_account, reset_account
from hosting.certificates import trusted_authorities
from hosting.sign_on.identities import Identity, IdentityError, link_account
from hosting.sign_on.settings import ProviderSettings
from hosting.sign_on.sign_in import Provider
from tests.identity_provider import CLIENT_ID, CLIENT_SECRET, SUBJECT, IdentityProvider, served_provider
from tests.scenario.gateway_simulator import Clock, opened_gateway

AUDITOR = Account("wang.an", "王安", frozenset({Role.OVERSIGHT_AUDITOR}))
OTHER = Account("li.hua", "李华", frozenset({Role.OVERSIGHT_AUDITOR}))


@pytest.fixture
def provider() -> Iterator[IdentityProvider]:
    with served_provider() as provider:
        yield provider


@pytest.fixture
def gateway(database_url: str, tmp_path: Path, provider: IdentityProvider) -> Iterator[Gateway]:
    secret = tmp_path / "client.secret"
    secret.write_text(CLIENT_SECRET)
    secret.chmod(0o600)
    settings = ProviderSettings(issuer=provider.url, client_id=CLIENT_ID, client_secret_file=secret.name)
    clock = Clock()
    provider.clock = lambda: clock.now().timestamp()
    with opened_gateway(tmp_path / "gateway", clock, database_url) as opened:
        chosen = Provider.open(settings, tmp_path, clock.now)
        gateway = replace(opened, identity_provider=chosen)
        for account in (AUDITOR, OTHER):
            open_account(GatewayAccounts(gateway), None, account)
        link_account(GatewayAccounts(gateway), None, AUDITOR.id, Identity(provider.url, SUBJECT))
        yield gateway
        chosen.client.close()


def _return(browser: FlaskClient) -> str:
    """Go to the provider and return where it sends the browser back to."""
    page = browser.get("/console/sign-in").text
    token = re.search(r'name="form_token" value="([^"]+)"', page)
    assert token is not None
    leave = browser.post("/console/sign-in/provider", data={"form_token": token[1]}).text
    address = re.search(r'content="0; url=([^"]+)"', leave)
    assert address is not None, leave
    parts = urlsplit(httpx.get(unescape(address[1]), verify=trusted_authorities()).headers["Location"])
    return f"{parts.path}?{parts.query}"


def _sign_in(gateway: Gateway) -> tuple[FlaskClient, TestResponse]:
    browser = create_app(gateway).test_client()
    return browser, browser.get(_return(browser))


def _events(gateway: Gateway) -> list[tuple[str, str | None]]:
    with read_transaction(gateway.engine) as connection:
        rows = connection.execute(select(audit_leaf.c.type, audit_leaf.c.reason).order_by(audit_leaf.c.idx))
        return [(row.type, row.reason) for row in rows if row.type.startswith(("auth.", "role."))]


def test_an_auditor_signs_in_once_a_return_and_the_log_says_how(gateway: Gateway) -> None:
    browser, answer = _sign_in(gateway)
    assert answer.status_code == 200
    assert AUDITOR.name in browser.get("/console/", follow_redirects=True).text
    assert _events(gateway)[-2:] == [("role.grant", "identity_linked"), ("auth.succeed", "provider")]
    assert browser.get(answer.request.full_path).status_code == 403


def test_who_is_not_bound_or_shows_no_second_factor_is_refused_and_logged(
    gateway: Gateway, provider: IdentityProvider
) -> None:
    provider.person = {"sub": "somebody-else", "amr": ["mfa"]}
    assert _sign_in(gateway)[1].status_code == 403
    provider.person = {"sub": SUBJECT, "amr": ["pwd"]}
    assert _sign_in(gateway)[1].status_code == 403
    assert _events(gateway)[-2:] == [("auth.fail", "unknown_subject"), ("auth.fail", "no_second_factor")]


def test_a_person_has_one_account_until_it_is_reset(gateway: Gateway, provider: IdentityProvider) -> None:
    book, identity = GatewayAccounts(gateway), Identity(provider.url, SUBJECT)
    with pytest.raises(IdentityError):
        link_account(book, None, OTHER.id, identity)
    reset_account(book, None, AUDITOR.id)
    assert _sign_in(gateway)[1].status_code == 403
    link_account(book, None, OTHER.id, identity)
    browser, _ = _sign_in(gateway)
    assert OTHER.name in browser.get("/console/", follow_redirects=True).text
