"""Which accounts there may be at an agency: pure rules about roles and schools, beside those of every console."""

from collections.abc import Mapping
from enum import StrEnum
from typing import ClassVar, Final

from connectors.console.account import Account
from connectors.console.roles import Role
from hosting.accounts.account_rules import AccountError, AccountFault, check_names
from schemas.faults import Wording

MAX_SCHOOL_CHARACTERS: Final = 60


class RoleFault(StrEnum):
    """Why somebody can't have these roles."""

    ADMINISTRATOR_ALONE = "administrator_alone"
    SCHOOL_NEEDED = "school_needed"
    SCHOOL_ONLY = "school_only"
    SCHOOL = "school"


class RoleError(AccountError):
    """Somebody can't have these roles."""

    wordings: ClassVar[Mapping[StrEnum, Wording]] = {
        RoleFault.ADMINISTRATOR_ALONE: Wording(
            "安全管理员不得兼任其他角色", "A security administrator may have no other role"
        ),
        RoleFault.SCHOOL_NEEDED: Wording("学校用户须填写所在学校", "A school user works at a school: name it"),
        RoleFault.SCHOOL_ONLY: Wording("只有学校用户填写学校", "Only a school user has a school"),
        RoleFault.SCHOOL: Wording(
            f"学校名称须为 1 至 {MAX_SCHOOL_CHARACTERS} 个字符",
            f"A school's name has 1 to {MAX_SCHOOL_CHARACTERS} characters",
        ),
    }


def check_account(account: Account) -> None:
    """Check what an account is made of.

    Raises:
        AccountError: malformed id, name or school, no role, or roles that must be apart.
    """
    check_names(account)
    school = account.school
    if school is not None and (not 0 < len(school) <= MAX_SCHOOL_CHARACTERS or not school.isprintable()):
        raise RoleError(RoleFault.SCHOOL)
    check_roles(account)


def check_roles(account: Account) -> None:
    """Check that these roles may be one person's, at this school or at none; raises AccountError."""
    if not account.roles:
        raise AccountError(AccountFault.NO_ROLE)
    if Role.ADMINISTRATOR in account.roles and len(account.roles) > 1:
        raise RoleError(RoleFault.ADMINISTRATOR_ALONE)
    if Role.SCHOOL_USER in account.roles and account.school is None:
        raise RoleError(RoleFault.SCHOOL_NEEDED)
    if Role.SCHOOL_USER not in account.roles and account.school is not None:
        raise RoleError(RoleFault.SCHOOL_ONLY)
