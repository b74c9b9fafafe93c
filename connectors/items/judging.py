"""Judging what an account wants to do before anything is kept: by the workflow, the register, and the papers given."""

from collections.abc import Mapping

from pydantic import ValidationError

from connectors.console.account import Account
from connectors.console.context import Console
from connectors.console.roles import workflow_roles_of
from connectors.items.courses import Course
from connectors.items.errors import Code, StepFault, StepRefusedError
from connectors.items.offices import Offices
from connectors.items.papers import Paper
from connectors.items.steps import accepted_in, moment_after
from schemas.messages.items import ActClaims
from schemas.workflows.advance import open_item
from schemas.workflows.events import Act, Actor, History, Opened
from schemas.workflows.refusal import Refusal, RefusalCode
from schemas.workflows.roles import WorkflowRole
from schemas.workflows.rule_pack import Workflow


def act_claims(transition: str, reason: str | None, next_office: str | None, proof: str | None) -> ActClaims:
    """Return what is to be said of a step; raises StepRefusedError for what has no such form."""
    try:
        return ActClaims(transition=transition, reason=reason, next_office=next_office, proof=proof)
    except ValidationError as error:
        faults: dict[str, Code] = {
            "transition": RefusalCode.UNKNOWN_ACT,
            "reason": RefusalCode.REASON_UNKNOWN,
            "next_office": RefusalCode.OFFICE_UNKNOWN,
            "proof": StepFault.MALFORMED_PROOF,
        }
        place = str(error.errors(include_input=False, include_url=False)[0]["loc"][0])
        raise StepRefusedError(faults[place]) from None


def judge_act(
    console: Console, account: Account, course: Course, claims: ActClaims, parts: frozenset[WorkflowRole]
) -> tuple[WorkflowRole, History]:
    """Return the part in which the workflow takes the act, and the history with it; raises StepRefusedError."""
    act = Act(
        at=moment_after(course.history, console.now()),
        actor=Actor(agency=console.connector.agency, role=WorkflowRole.CASE_OWNER, officer=account.id),
        **claims.model_dump(),
    )
    judged = accepted_in(course, act, parts)
    if isinstance(judged, Refusal):
        raise StepRefusedError(judged.code)
    return judged


def opening_role(console: Console, account: Account, rules: Workflow, seats: Mapping[str, str]) -> WorkflowRole:
    """Return the part in which the account may open an item with these seats; raises StepRefusedError."""
    refused = RefusalCode.NOT_YOU
    for role in sorted(workflow_roles_of(account.roles)):
        actor = Actor(agency=console.connector.agency, role=role, officer=account.id)
        opened = Opened(at=moment_after(None, console.now()), actor=actor, seats=dict(seats))
        judged = open_item(rules, opened, opened.at)
        if isinstance(judged, History):
            return role
        refused = judged.code if judged.code is not RefusalCode.NOT_YOU else refused
    raise StepRefusedError(refused)


def check_papers(kind: type[Paper] | None, own: Paper | None, papers: Mapping[str, Paper]) -> None:
    """Check that the papers are of the kind that the step takes; raises StepRefusedError."""
    given = [*papers.values(), *([] if own is None else [own])]
    if any(kind is None or not isinstance(paper, kind) for paper in given):
        raise StepRefusedError(StepFault.WRONG_PAPER)


def check_office(offices: Offices, rules: Workflow, seat: str, agency: str) -> None:
    """Check that an office is registered and fits into a seat; raises StepRefusedError."""
    is_seat = seat in {one.id for one in rules.seats}
    if not is_seat or agency not in dict(offices.fitting(rules.id, seat)):
        raise StepRefusedError(RefusalCode.OFFICE_UNKNOWN)


def addressed(papers: Mapping[str, Paper], own: Paper | None, readers: tuple[str, ...]) -> dict[str, Paper]:
    """Return what goes to whom: as it was said, else the own paper to its usual readers."""
    return dict(papers) or ({} if own is None else dict.fromkeys(readers, own))
