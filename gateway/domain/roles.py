"""Roles at the gateway's console: who may do what, and which roles one person may not hold together."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Role(StrEnum):
    """A role of an account (NIST SP 800-53 AU-9(4); MLPS 2.0: three separate administrators)."""

    OVERSIGHT_AUDITOR = "oversight_auditor"
    AGENCY_AUDITOR = "agency_auditor"
    PRIVACY_OFFICER = "privacy_officer"
    SECURITY_ADMINISTRATOR = "security_administrator"
    SYSTEM_ADMINISTRATOR = "system_administrator"


class Permission(StrEnum):
    """What an account may do."""

    SEE_OVERVIEW = "see_overview"
    READ_ENTRIES = "read_entries"
    DISCLOSE_PERSONAL = "disclose_personal"
    EXPORT_ENTRIES = "export_entries"
    SEE_AGREEMENTS = "see_agreements"
    ACCOUNT_FOR_CHILD = "account_for_child"
    SEE_INTEGRITY = "see_integrity"
    VERIFY_LOG = "verify_log"
    SEE_ALERTS = "see_alerts"
    CLOSE_ALERTS = "close_alerts"
    SEE_REPORTS = "see_reports"
    PROPOSE_ERASURE = "propose_erasure"
    APPROVE_ERASURE = "approve_erasure"
    HOLD = "hold"
    MANAGE_ACCOUNTS = "manage_accounts"
    SEE_JOBS = "see_jobs"
    SEE_SUSPENSIONS = "see_suspensions"
    LIFT_SUSPENSIONS = "lift_suspensions"


_SEPARATED: Final = frozenset({Role.PRIVACY_OFFICER, Role.SECURITY_ADMINISTRATOR, Role.SYSTEM_ADMINISTRATOR})
_EVERYBODY: Final = frozenset({Permission.SEE_OVERVIEW, Permission.SEE_INTEGRITY})
_READING: Final = frozenset(
    {
        Permission.READ_ENTRIES,
        Permission.SEE_AGREEMENTS,
        Permission.DISCLOSE_PERSONAL,
        Permission.EXPORT_ENTRIES,
        Permission.ACCOUNT_FOR_CHILD,
        Permission.VERIFY_LOG,
        Permission.SEE_ALERTS,
        Permission.SEE_REPORTS,
    }
)

PERMISSIONS: Final[Mapping[Role, frozenset[Permission]]] = MappingProxyType(
    {
        Role.OVERSIGHT_AUDITOR: _EVERYBODY | _READING,
        Role.AGENCY_AUDITOR: _EVERYBODY | _READING,
        Role.PRIVACY_OFFICER: _EVERYBODY
        | {
            Permission.SEE_AGREEMENTS,
            Permission.SEE_ALERTS,
            Permission.CLOSE_ALERTS,
            Permission.SEE_REPORTS,
            Permission.PROPOSE_ERASURE,
            Permission.APPROVE_ERASURE,
            Permission.HOLD,
            Permission.SEE_SUSPENSIONS,
        },
        Role.SECURITY_ADMINISTRATOR: _EVERYBODY
        | {Permission.MANAGE_ACCOUNTS, Permission.APPROVE_ERASURE, Permission.SEE_ALERTS}
        | {Permission.SEE_SUSPENSIONS, Permission.LIFT_SUSPENSIONS},
        Role.SYSTEM_ADMINISTRATOR: _EVERYBODY | {Permission.SEE_JOBS, Permission.VERIFY_LOG},
    }
)


class RoleConflictError(ValueError):
    """One person would hold two roles that must be apart."""


def require_separate(roles: Iterable[Role]) -> None:
    """Check that no two of privacy officer, security and system administrator are held together.

    Raises:
        RoleConflictError: they are.
    """
    if len(_SEPARATED.intersection(roles)) > 1:
        raise RoleConflictError("隐私专员、安全管理员、系统管理员不得由一人兼任 / these roles may not be one person's")


def permissions_of(roles: Iterable[Role]) -> frozenset[Permission]:
    """Return what somebody with these roles may do."""
    return frozenset().union(*(PERMISSIONS[role] for role in roles))
