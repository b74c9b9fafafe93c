"""Who may change whose account, and which accounts there may be: pure rules over the accounts as they stand."""

import re
from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import ClassVar, Final

from gateway.domain.account import Account
from gateway.domain.roles import Role, RoleConflictError, require_separate
from schemas.faults import FaultError, Wording

MAX_NAME_CHARACTERS: Final = 60
_ID = re.compile(r"(?!.*[0-9]{14})[a-z][a-z0-9._-]{1,39}")


class AccountFault(StrEnum):
    """Why an account can't be made or changed."""

    ID = "id"
    NAME = "name"
    EXISTS = "exists"
    UNKNOWN = "unknown"
    DISABLED = "disabled"
    NO_ROLE = "no_role"
    SEPARATE = "separate"
    AGENCY_NEEDED = "agency_needed"
    AGENCY_UNKNOWN = "agency_unknown"
    AGENCY_ONLY = "agency_only"
    OWN_ACCOUNT = "own_account"
    LAST_ADMINISTRATOR = "last_administrator"


class AccountError(FaultError):
    """An account can't be made or changed."""

    wordings: ClassVar[Mapping[StrEnum, Wording]] = {
        AccountFault.ID: Wording(
            "登录名须以小写字母开头，由 2 至 40 个小写字母、数字、点、横线组成",
            "A sign-in name begins with a small letter and has 2 to 40 small letters, digits, dots or dashes",
        ),
        AccountFault.NAME: Wording(
            f"姓名须为 1 至 {MAX_NAME_CHARACTERS} 个字符", f"A name has 1 to {MAX_NAME_CHARACTERS} characters"
        ),
        AccountFault.EXISTS: Wording("已有这个登录名", "There is an account of this sign-in name"),
        AccountFault.UNKNOWN: Wording("没有这个账号", "There is no such account"),
        AccountFault.DISABLED: Wording("账号已停用；请先恢复", "The account is disabled; enable it first"),
        AccountFault.NO_ROLE: Wording("请至少选择一个角色", "Choose one role at least"),
        AccountFault.SEPARATE: Wording(
            "隐私专员、安全管理员、系统管理员不得由一人兼任",
            "Privacy officer, security administrator and system administrator must be three persons",
        ),
        AccountFault.AGENCY_NEEDED: Wording("单位审计员须属于一个单位", "An agency auditor belongs to an agency"),
        AccountFault.AGENCY_UNKNOWN: Wording("没有这个接入单位", "There is no such member"),
        AccountFault.AGENCY_ONLY: Wording(
            "属于某单位的账号只能担任单位审计员", "An account of an agency can be its auditor and nothing else"
        ),
        AccountFault.OWN_ACCOUNT: Wording(
            "不得更改自己的角色，也不得停用自己；请另一位安全管理员办理",
            "Nobody changes their own roles or disables themselves; another security administrator does",
        ),
        AccountFault.LAST_ADMINISTRATOR: Wording(
            "这是最后一位安全管理员；请先另设一位", "This is the last security administrator; appoint another one first"
        ),
    }

    def __str__(self) -> str:
        return f"{self.wording.zh} / {self.wording.en}"


def check_account(account: Account, agencies: Collection[str]) -> None:
    """Check what an account is made of; `agencies` are the members' ids.

    Raises:
        AccountError: malformed id or name, no role, roles that must be apart, or no fitting agency.
    """
    if not _ID.fullmatch(account.id):
        raise AccountError(AccountFault.ID)
    if not 0 < len(account.name) <= MAX_NAME_CHARACTERS or not account.name.isprintable():
        raise AccountError(AccountFault.NAME)
    if account.agency is not None and account.agency not in agencies:
        raise AccountError(AccountFault.AGENCY_UNKNOWN)
    check_roles(account)


def check_roles(account: Account) -> None:
    """Check that these roles may be one person's, of this agency or of none; raises AccountError."""
    if not account.roles:
        raise AccountError(AccountFault.NO_ROLE)
    try:
        require_separate(account.roles)
    except RoleConflictError:
        raise AccountError(AccountFault.SEPARATE) from None
    if Role.AGENCY_AUDITOR in account.roles and account.agency is None:
        raise AccountError(AccountFault.AGENCY_NEEDED)
    if account.agency is not None and account.roles != {Role.AGENCY_AUDITOR}:
        raise AccountError(AccountFault.AGENCY_ONLY)


def check_other(by: Account | None, account_id: str) -> None:
    """Check that nobody changes their own rights; `by` is None for the operator on the server.

    Raises:
        AccountError: somebody does.
    """
    if by is not None and by.id == account_id:
        raise AccountError(AccountFault.OWN_ACCOUNT)


def check_administrator_left(account_id: str, working: Collection[Account]) -> None:
    """Check that one of the `working` (not disabled) accounts stays security administrator without this one.

    Raises:
        AccountError: `account_id` is the last one.
    """
    administrators = {one.id for one in working if Role.SECURITY_ADMINISTRATOR in one.roles}
    if administrators == {account_id}:
        raise AccountError(AccountFault.LAST_ADMINISTRATOR)
