"""Roles at an agency's console: who may do what, and which roles one person may not hold together."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from schemas.workflows.roles import WorkflowRole


class Role(StrEnum):
    """A role of an account at an agency."""

    QUERY_OFFICER = "query_officer"
    APPROVER = "approver"
    SHARING_OFFICE_HEAD = "sharing_office_head"
    DATA_STEWARD = "data_steward"
    CASE_OWNER = "case_owner"
    SCHOOL_USER = "school_user"
    VILLAGE_DIRECTOR = "village_director"
    CHILD_SUPERVISOR = "child_supervisor"
    DUTY_OFFICER = "duty_officer"
    SUPERVISOR = "supervisor"
    ADMINISTRATOR = "administrator"


class Permission(StrEnum):
    """What an account may do."""

    SEE_OVERVIEW = "see_overview"
    KEEP_LEDGERS = "keep_ledgers"
    ASK = "ask"
    SEE_QUESTIONS = "see_questions"
    APPROVE_QUESTIONS = "approve_questions"
    REVIEW_MATCHES = "review_matches"
    SEE_ASKED_OF_US = "see_asked_of_us"
    HOLD_AGREEMENTS = "hold_agreements"
    PREPARE_AGREEMENTS = "prepare_agreements"
    SIGN_AGREEMENTS = "sign_agreements"
    SEE_DATA = "see_data"
    FLAG_DROPOUT = "flag_dropout"
    SEE_DROPOUTS = "see_dropouts"
    TRIAGE_DROPOUTS = "triage_dropouts"
    SEE_REFERRALS = "see_referrals"
    OPEN_REFERRALS = "open_referrals"
    TAKE_REPORTS = "take_reports"
    REPORT_VISIT = "report_visit"
    MANAGE_ACCOUNTS = "manage_accounts"
    SEE_JOBS = "see_jobs"
    CALL_EMERGENCY = "call_emergency"


_ASKING: Final = frozenset(
    {Permission.KEEP_LEDGERS, Permission.ASK, Permission.SEE_QUESTIONS, Permission.REVIEW_MATCHES}
)
_AGREEMENTS: Final = frozenset(
    {
        Permission.SEE_OVERVIEW,
        Permission.SEE_ASKED_OF_US,
        Permission.HOLD_AGREEMENTS,
        Permission.PREPARE_AGREEMENTS,
    }
)
_ITEMS: Final = frozenset({Permission.SEE_OVERVIEW, Permission.SEE_REFERRALS})

PERMISSIONS: Final[Mapping[Role, frozenset[Permission]]] = MappingProxyType(
    {
        Role.QUERY_OFFICER: _ASKING | {Permission.SEE_OVERVIEW, Permission.CALL_EMERGENCY},
        Role.APPROVER: frozenset(
            {
                Permission.SEE_OVERVIEW,
                Permission.SEE_QUESTIONS,
                Permission.APPROVE_QUESTIONS,
                Permission.REVIEW_MATCHES,
            }
        ),
        Role.SHARING_OFFICE_HEAD: _AGREEMENTS | {Permission.SIGN_AGREEMENTS},
        Role.DATA_STEWARD: _AGREEMENTS | {Permission.SEE_DATA},
        Role.CASE_OWNER: _ASKING
        | _ITEMS
        | {Permission.OPEN_REFERRALS, Permission.TAKE_REPORTS, Permission.SEE_DROPOUTS, Permission.TRIAGE_DROPOUTS}
        | {Permission.CALL_EMERGENCY},
        Role.SCHOOL_USER: _ITEMS
        | {
            Permission.OPEN_REFERRALS,
            Permission.TAKE_REPORTS,
            Permission.KEEP_LEDGERS,
            Permission.FLAG_DROPOUT,
            Permission.SEE_DROPOUTS,
        },
        Role.VILLAGE_DIRECTOR: frozenset({Permission.REPORT_VISIT}),
        Role.CHILD_SUPERVISOR: _ITEMS | {Permission.OPEN_REFERRALS, Permission.TAKE_REPORTS},
        Role.DUTY_OFFICER: _ITEMS | {Permission.TAKE_REPORTS, Permission.CALL_EMERGENCY},
        Role.SUPERVISOR: _ITEMS,
        Role.ADMINISTRATOR: frozenset(
            {Permission.SEE_OVERVIEW, Permission.SEE_DATA, Permission.MANAGE_ACCOUNTS, Permission.SEE_JOBS}
        ),
    }
)
"""Nobody approves their own question, nor confirms their own signature of an agreement, whichever roles they hold."""


def permissions_of(roles: Iterable[Role]) -> frozenset[Permission]:
    """Return what somebody with these roles may do."""
    return frozenset().union(*(PERMISSIONS[role] for role in roles))


def workflow_roles_of(roles: Iterable[Role]) -> frozenset[WorkflowRole]:
    """Return the parts that somebody with these roles takes in workflows: a role of a workflow bears the same value."""
    held = {role.value for role in roles}
    return frozenset(role for role in WorkflowRole if role.value in held)
