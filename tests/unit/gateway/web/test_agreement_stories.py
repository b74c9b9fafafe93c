"""The pages of agreements: for whom which are shown, versions with their differences, the story, and trying one out."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
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
from hosting.accounts.sessions import begin_session_in
from hosting.web.secret_cookie import new_secret
from schemas.agreement import Agreement
from schemas.envelope import MessageType
from schemas.messages.agreements import AgreementReview
from tests.accounts import add_settled_account
from tests.scenario.gateway_simulator import REQUESTER_ID, Agency, World, played_world

OTHER = "education.990101"
PASSWORD = "four old locust trees"


@dataclass(frozen=True)
class Told:
    """A gateway with an agreement in force, its next version that was refused, and nothing of others."""

    world: World
    first: Agreement
    second: Agreement


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    folder: Path = tmp_path_factory.mktemp("agreements")
    with played_world(folder / "gateway") as world:
        first = world.conclude()
        second = world.agreement(replaces=first.digest(), revision=2, retention_days=20)
        world.tell(world.requester, MessageType.AGREEMENT_PROPOSE, world.propose(second))
        refusal = AgreementReview(
            agreement=second.digest(), step="refuse", reasons=("not_necessary",), note="保存三十天已经够用"
        )
        world.tell(world.provider, MessageType.AGREEMENT_REVIEW, refusal)
        enrol_member(world.gateway, read_enrolment(Agency(OTHER, world.clock).enrolment()))
        for account in (
            Account("overseer", "李华", frozenset({Role.OVERSIGHT_AUDITOR})),
            Account("privacy", "李华", frozenset({Role.PRIVACY_OFFICER})),
            Account("party", "李华", frozenset({Role.AGENCY_AUDITOR}), REQUESTER_ID),
            Account("stranger", "李华", frozenset({Role.AGENCY_AUDITOR}), OTHER),
        ):
            add_settled_account(GatewayAccounts(world.gateway), account, PASSWORD)
        yield Told(world, first, second)


@pytest.fixture
def client_of(told: Told) -> Callable[[str], FlaskClient]:
    gateway = told.world.gateway
    app = create_app(gateway)

    def client(account: str) -> FlaskClient:
        client, token = app.test_client(), new_secret(os.urandom)
        client.set_cookie("console_session", token)
        with write_transaction(gateway.engine) as connection:
            begin_session_in(connection, ACCOUNT_TABLES, token, account, gateway.seconds())
        return client

    return client


@pytest.mark.parametrize("account", ["overseer", "privacy", "party"])
def test_who_may_see_an_agreement_reads_its_whole_story(
    told: Told, client_of: Callable[[str], FlaskClient], account: str
) -> None:
    client = client_of(account)
    listed = client.get("/console/agreements").text
    assert "提供部门不同意" in listed
    assert f"/console/agreements/{told.second.digest()}" in listed
    page = client.get(f"/console/agreements/{told.second.digest()}").text
    for words in ("与上一版本有什么不同", "结果保存天数", "超出履行职责所必需", "保存三十天已经够用", "绝不提供"):
        assert words in page
    assert f"/console/agreements/{told.first.digest()}" in page


def test_lists_are_narrowed_by_state_and_agency(told: Told, client_of: Callable[[str], FlaskClient]) -> None:
    client = client_of("overseer")
    in_force = client.get("/console/agreements?state=active").text
    assert told.first.digest() in in_force
    assert told.second.digest() not in in_force
    assert "没有这样的协议" in client.get(f"/console/agreements?agency={OTHER}").text
    assert told.first.digest() in client.get("/console/agreements?state=nonsense&agency=nobody").text


def test_agreements_of_others_are_not_shown(told: Told, client_of: Callable[[str], FlaskClient]) -> None:
    client = client_of("stranger")
    assert "还没有协议" in client.get("/console/agreements").text
    address = f"/console/agreements/{told.first.digest()}"
    assert client.get(address).status_code == client.get(f"{address}/simulation?days=5").status_code == 404


def test_an_agreement_is_tried_on_logged_requests_by_who_may_read_them(
    told: Told, client_of: Callable[[str], FlaskClient]
) -> None:
    address = f"/console/agreements/{told.second.digest()}/simulation"
    client = client_of("overseer")
    assert "这次查阅本身会留痕" in client.get(address).text
    assert "这段时间没有这样的请求" in client.get(f"{address}?days=30").text
    for wrong in ("0", "367", "-1", "x"):
        assert "请填写 1 至 366 的整数" in client.get(f"{address}?days={wrong}").text
    assert client_of("privacy").get(address).status_code == 403
    found = client.get("/console/search?type=audit.search").text
    assert "overseer" not in found  # the reader stands in the log as a digest alone
    assert "P04" in found
