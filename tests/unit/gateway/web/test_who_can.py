"""The page of who may learn what: for all that the reader may see, and nothing of agreements of others."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from gateway.api.app import create_app
from gateway.domain.account import Account
from gateway.domain.roles import Role
from gateway.persistence.account_tables import ACCOUNT_TABLES
from gateway.persistence.engine import write_transaction
from gateway.services.account_book import GatewayAccounts
from gateway.services.enrol_member import enrol_member, read_enrolment
from hosting.accounts.accounts import open_account
from hosting.accounts.own_password import replace_password
from hosting.accounts.sessions import begin_session_in
from hosting.web.secret_cookie import new_secret
from tests.scenario.gateway_simulator import REQUESTER_ID, Agency, World, played_world

OTHER = "education.990101"


def settle(book: GatewayAccounts, account: Account) -> None:
    """Add an account whose owner has put a password of their own in the place of the one-time password."""
    new = open_account(book, None, account)
    replace_password(book, account, new.password, "four old locust trees", "::1", new_secret(os.urandom))


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder: Path = tmp_path_factory.mktemp("who-can")
    with played_world(folder / "gateway") as world:
        world.conclude()
        enrol_member(world.gateway, read_enrolment(Agency(OTHER, world.clock).enrolment()))
        for account in (
            Account("overseer", "李华", frozenset({Role.OVERSIGHT_AUDITOR})),
            Account("party", "李华", frozenset({Role.AGENCY_AUDITOR}), REQUESTER_ID),
            Account("stranger", "李华", frozenset({Role.AGENCY_AUDITOR}), OTHER),
        ):
            settle(GatewayAccounts(world.gateway), account)
        yield world


@pytest.fixture
def client_of(world: World) -> Callable[[str], FlaskClient]:
    app = create_app(world.gateway)

    def client(account: str) -> FlaskClient:
        client, token = app.test_client(), new_secret(os.urandom)
        client.set_cookie("console_session", token)
        with write_transaction(world.gateway.engine) as connection:
            begin_session_in(connection, ACCOUNT_TABLES, token, account, world.gateway.seconds())
        return client

    return client


@pytest.mark.parametrize("account", ["overseer", "party"])
def test_an_attribute_s_ways_are_shown_to_who_may_see_them(
    client_of: Callable[[str], FlaskClient], account: str
) -> None:
    page = client_of(account).get("/console/who-can?attribute=disability_cert_valid")
    assert page.status_code == 200
    assert "生效的协议 1 份" in page.text
    assert "残疾人证有效" in page.text
    assert "关于同一个孩子" not in page.text


def test_an_agency_s_profile_stands_by_region(client_of: Callable[[str], FlaskClient]) -> None:
    client = client_of("overseer")
    client.get("/console/language/en")
    page = client.get(f"/console/who-can?agency={REQUESTER_ID}").text
    assert "What can it put together about one child?" in page
    assert "Children of 990101" in page


def test_agreements_of_others_are_not_shown(client_of: Callable[[str], FlaskClient]) -> None:
    page = client_of("stranger").get(f"/console/who-can?agency={REQUESTER_ID}").text
    assert "没有人能得到" in page


def test_class_c_is_said_to_be_nobody_s(client_of: Callable[[str], FlaskClient]) -> None:
    assert "这一项不予共享" in client_of("overseer").get("/console/who-can?attribute=custody_place").text


def test_what_nobody_knows_is_not_asked_and_not_repeated(client_of: Callable[[str], FlaskClient]) -> None:
    page = client_of("overseer").get("/console/who-can?attribute=990101201603150015&agency=%3Cb%3E")
    assert page.status_code == 200
    assert "生效的协议 1 份" in page.text
    assert "990101201603150015" not in page.text.split("<main", 1)[1].replace("next=", "")
