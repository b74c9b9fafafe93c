"""Who may change whose account, on a real database, and what the log says of it."""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import select

from gateway.domain.account import Account
from gateway.domain.account_rules import RoleFault
from gateway.domain.roles import Role
from gateway.log.disclosure import parse_disclosure
from gateway.persistence.audit_tables import audit_disclosure, audit_leaf
from gateway.persistence.engine import read_transaction
from gateway.services.account_book import GatewayAccounts
from gateway.services.context import Gateway
from hosting.accounts.account_rules import AccountError, AccountFault
from hosting.accounts.accounts import all_accounts, change_roles, disable_account, get_account, open_account
from hosting.accounts.sign_in_card import sign_in_card
from tests.scenario.gateway_simulator import Clock, opened_gateway

FIRST = Account("li.hua", "李华", frozenset({Role.SECURITY_ADMINISTRATOR}))
SECOND = Account("wang.an", "王安", frozenset({Role.SECURITY_ADMINISTRATOR}))
AUDITOR = Account("zhao.yi", "阿卜杜热合曼·买买提", frozenset({Role.OVERSIGHT_AUDITOR}))


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[Gateway]:
    with opened_gateway(tmp_path / "gateway", Clock()) as gateway:
        open_account(GatewayAccounts(gateway), None, FIRST)
        open_account(GatewayAccounts(gateway), FIRST, AUDITOR)
        yield gateway


def _last_event(gateway: Gateway) -> tuple[str, str | None, dict[str, str]]:
    with read_transaction(gateway.engine) as connection:
        leaf = connection.execute(select(audit_leaf).order_by(audit_leaf.c.idx.desc())).first()
        assert leaf is not None
        texts = connection.scalars(select(audit_disclosure.c.disclosure).where(audit_disclosure.c.idx == leaf.idx))
        disclosed = [parse_disclosure(text) for text in texts]
    return leaf.type, leaf.reason, {one.name.value: one.value for one in disclosed}


def test_who_granted_to_whom_is_in_the_log(gateway: Gateway) -> None:
    assert _last_event(gateway) == ("role.grant", "account_added", {"officer": "li.hua", "account": "zhao.yi"})
    change_roles(GatewayAccounts(gateway), FIRST, "zhao.yi", [Role.PRIVACY_OFFICER])
    assert _last_event(gateway) == ("role.revoke", None, {"officer": "li.hua", "account": "zhao.yi"})
    disable_account(GatewayAccounts(gateway), None, "zhao.yi")
    assert _last_event(gateway) == ("role.revoke", "account_disabled", {"account": "zhao.yi"})


def test_no_name_enters_the_log(gateway: Gateway) -> None:
    with read_transaction(gateway.engine) as connection:
        entries = b"".join(connection.scalars(select(audit_leaf.c.entry)))
    for text in ("李华", "li.hua", "买买提", "zhao.yi"):
        assert text.encode() not in entries
    assert b'"fields":["oversight_auditor"]' in entries


def test_nobody_changes_their_own_rights(gateway: Gateway) -> None:
    open_account(GatewayAccounts(gateway), FIRST, SECOND)
    for change in (
        lambda: change_roles(GatewayAccounts(gateway), FIRST, "li.hua", [Role.OVERSIGHT_AUDITOR]),
        lambda: disable_account(GatewayAccounts(gateway), FIRST, "li.hua"),
    ):
        with pytest.raises(AccountError) as caught:
            change()
        assert caught.value.code is AccountFault.OWN_ACCOUNT
    assert get_account(GatewayAccounts(gateway), "li.hua").account == FIRST


def test_the_last_security_administrator_stays_even_for_the_operator(gateway: Gateway) -> None:
    for change in (
        lambda: change_roles(GatewayAccounts(gateway), None, "li.hua", [Role.OVERSIGHT_AUDITOR]),
        lambda: disable_account(GatewayAccounts(gateway), None, "li.hua"),
    ):
        with pytest.raises(AccountError) as caught:
            change()
        assert caught.value.code is AccountFault.LAST_ADMINISTRATOR


def test_two_who_disable_one_another_at_once_do_not_both_succeed(gateway: Gateway) -> None:
    open_account(GatewayAccounts(gateway), FIRST, SECOND)

    def disable(pair: tuple[Account, str]) -> bool:
        try:
            disable_account(GatewayAccounts(gateway), *pair)
        except AccountError:
            return False
        return True

    with ThreadPoolExecutor(2) as both:
        assert sorted(both.map(disable, [(FIRST, "wang.an"), (SECOND, "li.hua")])) == [False, True]


def test_roles_that_must_be_apart_are_refused_by_the_service(gateway: Gateway) -> None:
    with pytest.raises(AccountError) as caught:
        change_roles(GatewayAccounts(gateway), FIRST, "zhao.yi", [Role.PRIVACY_OFFICER, Role.SYSTEM_ADMINISTRATOR])
    assert caught.value.code is RoleFault.SEPARATE
    with pytest.raises(AccountError):
        open_account(
            GatewayAccounts(gateway),
            FIRST,
            Account("new.one", "新人", frozenset({Role.AGENCY_AUDITOR}), "education.990101"),
        )
    assert [stored.account.id for stored in all_accounts(GatewayAccounts(gateway))] == ["li.hua", "zhao.yi"]


def test_a_name_is_given_once(gateway: Gateway) -> None:
    with pytest.raises(AccountError) as caught:
        open_account(GatewayAccounts(gateway), FIRST, AUDITOR)
    assert caught.value.code is AccountFault.EXISTS
    with pytest.raises(AccountError):
        get_account(GatewayAccounts(gateway), os.urandom(4).hex())


def test_the_card_says_all_that_is_needed_and_its_repr_nothing(gateway: Gateway) -> None:
    card = sign_in_card(GatewayAccounts(gateway), SECOND.id, open_account(GatewayAccounts(gateway), FIRST, SECOND))
    assert card.totp_uri.startswith("otpauth://totp/")
    assert f"secret={card.totp_secret}" in card.totp_uri
    assert card.spaced_secret().replace(" ", "") == card.totp_secret
    assert card.picture().startswith("data:image/svg+xml")
    assert card.password not in repr(card)
    assert card.totp_secret not in repr(card)
