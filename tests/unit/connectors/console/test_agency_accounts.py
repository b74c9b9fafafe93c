"""Who may have which account at an agency, who may change it, and what the agency's record says of it."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.console.account import Account
from connectors.console.account_book import AgencyAccounts
from connectors.console.account_rules import RoleFault, check_account, check_roles
from connectors.console.actions import Action
from connectors.console.record import list_record
from connectors.console.roles import Permission, Role, permissions_of
from connectors.state.database import reading
from hosting.accounts.account_rules import AccountError, AccountFault
from hosting.accounts.accounts import (
    all_accounts,
    change_roles,
    disable_account,
    get_account,
    open_account,
    reset_account,
)
from hosting.accounts.sign_in_card import sign_in_card
from tests.unit.connectors.offices import Clock, open_office

FIRST = Account("li.hua", "李华", frozenset({Role.ADMINISTRATOR}))
SECOND = Account("wang.an", "王安", frozenset({Role.ADMINISTRATOR}))
OFFICER = Account("zhao.yi", "阿卜杜热合曼·买买提", frozenset({Role.QUERY_OFFICER}))


@pytest.fixture
def book(tmp_path: Path) -> Iterator[AgencyAccounts]:
    connector, _ = open_office(tmp_path, [], Clock())
    book = AgencyAccounts(connector)
    open_account(book, None, FIRST)
    open_account(book, FIRST, OFFICER)
    yield book
    connector.state.dispose()


def _account(*roles: Role, school: str | None = None) -> Account:
    return Account("li.hua", "李华", frozenset(roles), school)


@given(roles=st.frozensets(st.sampled_from(Role)), school=st.sampled_from([None, "童安县第一小学"]))
def test_no_accepted_account_administers_and_works(roles: frozenset[Role], school: str | None) -> None:
    try:
        check_roles(_account(*roles, school=school))
    except AccountError:
        return
    assert roles
    assert (Role.SCHOOL_USER in roles) == (school is not None)
    assert not permissions_of(roles) >= {Permission.MANAGE_ACCOUNTS, Permission.ASK}
    assert not permissions_of(roles) >= {Permission.MANAGE_ACCOUNTS, Permission.APPROVE_QUESTIONS}


@pytest.mark.parametrize(
    ("account", "fault"),
    [
        (_account(), AccountFault.NO_ROLE),
        (_account(Role.ADMINISTRATOR, Role.DATA_STEWARD), RoleFault.ADMINISTRATOR_ALONE),
        (_account(Role.SCHOOL_USER), RoleFault.SCHOOL_NEEDED),
        (_account(Role.APPROVER, school="童安县第一小学"), RoleFault.SCHOOL_ONLY),
        (_account(Role.SCHOOL_USER, school=""), RoleFault.SCHOOL),
        (_account(Role.SCHOOL_USER, school="校" * 61), RoleFault.SCHOOL),
        (_account(Role.SCHOOL_USER, school="一小\u202e"), RoleFault.SCHOOL),
        (Account("a990101201603150015", "李华", frozenset({Role.APPROVER})), AccountFault.ID),
        (Account("li.hua", "", frozenset({Role.APPROVER})), AccountFault.NAME),
    ],
)
def test_what_is_no_account(account: Account, fault: AccountFault | RoleFault) -> None:
    with pytest.raises(AccountError) as caught:
        check_account(account)
    assert caught.value.code is fault
    assert "/" in str(caught.value)


def test_who_asks_may_approve_for_others() -> None:
    check_account(_account(Role.QUERY_OFFICER, Role.APPROVER, Role.CASE_OWNER))


def test_the_record_says_who_did_what(book: AgencyAccounts) -> None:
    change_roles(book, FIRST, "zhao.yi", [Role.APPROVER, Role.QUERY_OFFICER])
    change_roles(book, FIRST, "zhao.yi", [Role.APPROVER])
    disable_account(book, None, "zhao.yi")
    reset_account(book, FIRST, "zhao.yi")
    with reading(book.connector.state) as connection:
        told = [(one.account, one.action, one.subject, one.detail) for one in list_record(connection)]
    assert told == [
        ("li.hua", Action.ROLES_GRANTED, "zhao.yi", "credentials_reset,approver"),
        (None, Action.ROLES_REVOKED, "zhao.yi", "account_disabled,approver"),
        ("li.hua", Action.ROLES_REVOKED, "zhao.yi", "query_officer"),
        ("li.hua", Action.ROLES_GRANTED, "zhao.yi", "approver"),
        ("li.hua", Action.ROLES_GRANTED, "zhao.yi", "account_added,query_officer"),
        (None, Action.ROLES_GRANTED, "li.hua", "account_added,administrator"),
    ]
    assert get_account(book, "zhao.yi").is_disabled is False


@pytest.mark.parametrize(
    "change",
    [
        lambda book: change_roles(book, FIRST, "li.hua", [Role.DATA_STEWARD]),
        lambda book: disable_account(book, FIRST, "li.hua"),
        lambda book: reset_account(book, FIRST, "li.hua"),
    ],
)
def test_nobody_changes_their_own_account(book: AgencyAccounts, change: Callable[[AgencyAccounts], object]) -> None:
    open_account(book, FIRST, SECOND)
    with pytest.raises(AccountError) as caught:
        change(book)
    assert caught.value.code is AccountFault.OWN_ACCOUNT


def test_one_administrator_stays_even_for_the_operator(book: AgencyAccounts) -> None:
    for change in (
        lambda: change_roles(book, None, "li.hua", [Role.DATA_STEWARD]),
        lambda: disable_account(book, None, "li.hua"),
    ):
        with pytest.raises(AccountError) as caught:
            change()
        assert caught.value.code is AccountFault.LAST_ADMINISTRATOR


def test_two_who_disable_one_another_at_once_do_not_both_succeed(book: AgencyAccounts) -> None:
    open_account(book, FIRST, SECOND)

    def disable(pair: tuple[Account, str]) -> bool:
        try:
            disable_account(book, *pair)
        except AccountError:
            return False
        return True

    with ThreadPoolExecutor(2) as both:
        assert sorted(both.map(disable, [(FIRST, "wang.an"), (SECOND, "li.hua")])) == [False, True]


def test_a_refused_change_leaves_neither_account_nor_record(book: AgencyAccounts) -> None:
    with reading(book.connector.state) as connection:
        before = len(list_record(connection))
    with pytest.raises(AccountError):
        open_account(book, FIRST, OFFICER)
    with pytest.raises(AccountError):
        change_roles(book, FIRST, "zhao.yi", [Role.QUERY_OFFICER, Role.ADMINISTRATOR])
    with reading(book.connector.state) as connection:
        assert len(list_record(connection)) == before
    assert [stored.account for stored in all_accounts(book)] == [FIRST, OFFICER]


def test_the_card_leads_to_the_agencys_own_console(book: AgencyAccounts) -> None:
    card = sign_in_card(book, "zhao.yi", reset_account(book, FIRST, "zhao.yi"))
    assert card.address == "http://127.0.0.1:8480/desk/sign-in"
    assert "disabled_federation.990101" in card.totp_uri
    assert card.password not in repr(card)
    assert "买买提" not in repr(OFFICER)
