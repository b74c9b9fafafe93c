"""The roles in which officers act in a workflow, in the offices' own words."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from schemas.faults import Wording


class WorkflowRole(StrEnum):
    """What an officer is when acting; an agency grants it to accounts."""

    SCHOOL_USER = "school_user"
    CASE_OWNER = "case_owner"
    DUTY_OFFICER = "duty_officer"
    CHILD_SUPERVISOR = "child_supervisor"
    VILLAGE_DIRECTOR = "village_director"
    SUPERVISOR = "supervisor"
    """Follows up what is overdue, in a superior office or the lead body."""


ROLE_NAMES: Final[Mapping[WorkflowRole, Wording]] = {
    WorkflowRole.SCHOOL_USER: Wording("学校经办人", "school officer"),
    WorkflowRole.CASE_OWNER: Wording("经办人", "handling officer"),
    WorkflowRole.DUTY_OFFICER: Wording("值班人员", "duty officer"),
    WorkflowRole.CHILD_SUPERVISOR: Wording("儿童督导员", "child supervisor (township)"),
    WorkflowRole.VILLAGE_DIRECTOR: Wording("儿童主任", "child director (village)"),
    WorkflowRole.SUPERVISOR: Wording("督办人员", "supervising officer"),
}

WRITE_ONLY: Final = frozenset({WorkflowRole.VILLAGE_DIRECTOR})
"""Roles that report on what is asked of them and follow nothing else."""
