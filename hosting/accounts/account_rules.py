"""Who may change whose account, and how accounts may be called: pure rules that hold in both programs."""

import re
from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import ClassVar, Final

from hosting.accounts.book import AnyAccount
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
    OWN_ACCOUNT = "own_account"
    LAST_ADMINISTRATOR = "last_administrator"


class AccountError(FaultError):
    """An account can't be made or changed; a program's rules about its roles raise a subclass."""

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


def check_names(account: AnyAccount) -> None:
    """Check an account's id and name; raises AccountError."""
    if not _ID.fullmatch(account.id):
        raise AccountError(AccountFault.ID)
    if not 0 < len(account.name) <= MAX_NAME_CHARACTERS or not account.name.isprintable():
        raise AccountError(AccountFault.NAME)


def check_other(by: AnyAccount | None, account_id: str) -> None:
    """Check that nobody changes their own rights; `by` is None for the operator on the server.

    Raises:
        AccountError: somebody does.
    """
    if by is not None and by.id == account_id:
        raise AccountError(AccountFault.OWN_ACCOUNT)


def check_administrator_left(account_id: str, working: Collection[AnyAccount], administrator: StrEnum) -> None:
    """Check that one of the `working` (not disabled) accounts keeps the role `administrator` without this one.

    Raises:
        AccountError: `account_id` is the last one.
    """
    if {one.id for one in working if administrator in one.roles} == {account_id}:
        raise AccountError(AccountFault.LAST_ADMINISTRATOR)
