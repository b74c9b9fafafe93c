"""Which accounts there may be at the gateway: pure rules about roles and agencies, beside those of every console."""

from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import ClassVar

from gateway.domain.account import Account
from gateway.domain.roles import Role, RoleConflictError, require_separate
from hosting.accounts.account_rules import AccountError, AccountFault, check_names
from schemas.faults import Wording


class RoleFault(StrEnum):
    """Why somebody can't have these roles."""

    SEPARATE = "separate"
    AGENCY_NEEDED = "agency_needed"
    AGENCY_UNKNOWN = "agency_unknown"
    AGENCY_ONLY = "agency_only"


class RoleError(AccountError):
    """Somebody can't have these roles."""

    wordings: ClassVar[Mapping[StrEnum, Wording]] = {
        RoleFault.SEPARATE: Wording(
            "隐私专员、安全管理员、系统管理员不得由一人兼任",
            "Privacy officer, security administrator and system administrator must be three persons",
        ),
        RoleFault.AGENCY_NEEDED: Wording("单位审计员须属于一个单位", "An agency auditor belongs to an agency"),
        RoleFault.AGENCY_UNKNOWN: Wording("没有这个接入单位", "There is no such member"),
        RoleFault.AGENCY_ONLY: Wording(
            "属于某单位的账号只能担任单位审计员", "An account of an agency can be its auditor and nothing else"
        ),
    }


def check_account(account: Account, agencies: Collection[str]) -> None:
    """Check what an account is made of; `agencies` are the members' ids.

    Raises:
        AccountError: malformed id or name, no role, roles that must be apart, or no fitting agency.
    """
    check_names(account)
    if account.agency is not None and account.agency not in agencies:
        raise RoleError(RoleFault.AGENCY_UNKNOWN)
    check_roles(account)


def check_roles(account: Account) -> None:
    """Check that these roles may be one person's, of this agency or of none; raises AccountError."""
    if not account.roles:
        raise AccountError(AccountFault.NO_ROLE)
    try:
        require_separate(account.roles)
    except RoleConflictError:
        raise RoleError(RoleFault.SEPARATE) from None
    if Role.AGENCY_AUDITOR in account.roles and account.agency is None:
        raise RoleError(RoleFault.AGENCY_NEEDED)
    if account.agency is not None and account.roles != {Role.AGENCY_AUDITOR}:
        raise RoleError(RoleFault.AGENCY_ONLY)
