import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.account import Account
from gateway.domain.account_rules import RoleFault, check_account, check_roles
from gateway.domain.roles import Permission, Role, permissions_of
from hosting.accounts.account_rules import AccountError, AccountFault, check_administrator_left, check_other

AGENCY = "civil_affairs.990101"
APART = {Role.PRIVACY_OFFICER, Role.SECURITY_ADMINISTRATOR, Role.SYSTEM_ADMINISTRATOR}
ROLES = st.frozensets(st.sampled_from(Role))


def _account(*roles: Role, account_id: str = "li.hua", name: str = "李华", agency: str | None = None) -> Account:
    return Account(account_id, name, frozenset(roles), agency)


@given(roles=ROLES, agency=st.sampled_from([None, AGENCY]))
def test_no_accepted_account_joins_what_must_be_apart(roles: frozenset[Role], agency: str | None) -> None:
    try:
        check_roles(_account(*roles, agency=agency))
    except AccountError:
        return
    assert len(roles & APART) <= 1
    assert roles
    assert (Role.AGENCY_AUDITOR in roles) == (agency is not None)
    held = permissions_of(roles)
    assert not held >= {Permission.PROPOSE_ERASURE, Permission.MANAGE_ACCOUNTS}
    assert not held >= {Permission.SEE_JOBS, Permission.MANAGE_ACCOUNTS}


@pytest.mark.parametrize(
    ("account", "fault"),
    [
        (_account(Role.OVERSIGHT_AUDITOR, account_id="Li"), AccountFault.ID),
        (_account(Role.OVERSIGHT_AUDITOR, account_id="x"), AccountFault.ID),
        (_account(Role.OVERSIGHT_AUDITOR, account_id="x" * 41), AccountFault.ID),
        (_account(Role.OVERSIGHT_AUDITOR, account_id="a990101201603150015"), AccountFault.ID),
        (_account(Role.OVERSIGHT_AUDITOR, account_id="li.hua\n"), AccountFault.ID),
        (_account(Role.OVERSIGHT_AUDITOR, name=""), AccountFault.NAME),
        (_account(Role.OVERSIGHT_AUDITOR, name="李\u202e华"), AccountFault.NAME),
        (_account(Role.OVERSIGHT_AUDITOR, name="李" * 61), AccountFault.NAME),
        (_account(), AccountFault.NO_ROLE),
        (_account(Role.PRIVACY_OFFICER, Role.SYSTEM_ADMINISTRATOR), RoleFault.SEPARATE),
        (_account(Role.AGENCY_AUDITOR), RoleFault.AGENCY_NEEDED),
        (_account(Role.AGENCY_AUDITOR, agency="education.990101"), RoleFault.AGENCY_UNKNOWN),
        (_account(Role.AGENCY_AUDITOR, Role.OVERSIGHT_AUDITOR, agency=AGENCY), RoleFault.AGENCY_ONLY),
    ],
)
def test_what_is_no_account(account: Account, fault: AccountFault | RoleFault) -> None:
    with pytest.raises(AccountError) as caught:
        check_account(account, {AGENCY})
    assert caught.value.code is fault


def test_an_agency_auditor_is_an_account() -> None:
    check_account(_account(Role.AGENCY_AUDITOR, agency=AGENCY, name="阿卜杜热合曼·买买提"), {AGENCY})


def test_nobody_changes_their_own_account_but_the_operator_may_change_any() -> None:
    with pytest.raises(AccountError) as caught:
        check_other(_account(Role.SECURITY_ADMINISTRATOR), "li.hua")
    assert caught.value.code is AccountFault.OWN_ACCOUNT
    check_other(_account(Role.SECURITY_ADMINISTRATOR), "wang.an")
    check_other(None, "li.hua")


def test_one_security_administrator_stays() -> None:
    last = _account(Role.SECURITY_ADMINISTRATOR)
    auditor = _account(Role.OVERSIGHT_AUDITOR, account_id="wang.an")
    with pytest.raises(AccountError) as caught:
        check_administrator_left("li.hua", [last, auditor], Role.SECURITY_ADMINISTRATOR)
    assert caught.value.code is AccountFault.LAST_ADMINISTRATOR
    check_administrator_left("wang.an", [last, auditor], Role.SECURITY_ADMINISTRATOR)
    check_administrator_left(
        "li.hua", [last, _account(Role.SECURITY_ADMINISTRATOR, account_id="zhao.yi")], Role.SECURITY_ADMINISTRATOR
    )


def test_faults_speak_both_languages_and_quote_nothing() -> None:
    assert set(AccountError.wordings) == set(AccountFault)
    assert str(AccountError(AccountFault.EXISTS)) == "已有这个登录名 / There is an account of this sign-in name"
    assert "李华" not in repr(_account(Role.OVERSIGHT_AUDITOR))
