"""Offices and acts of a made-up county, for the tests of workflows."""

from datetime import UTC, datetime, timedelta
from typing import Final

from schemas.workflows.advance import advance, open_item
from schemas.workflows.events import Act, Actor, History, Opened, Reporter
from schemas.workflows.load import load_workflows
from schemas.workflows.position import position_of
from schemas.workflows.refusal import Refusal, RefusalCode
from schemas.workflows.roles import WorkflowRole
from schemas.workflows.rule_pack import Workflow
from schemas.working_days import CHINA_TIME, working_calendar

CALENDAR: Final = working_calendar()

W1, W2, W6, P07 = (load_workflows()[id_] for id_ in ("W1", "W2", "W6", "P07"))

BUREAU: Final = "education.990101"
SCHOOL: Final = "education.990101.school7"
POLICE: Final = "public_security.990101"
CIVIL: Final = "civil_affairs.990101"
OTHER_CIVIL: Final = "civil_affairs.990102"
TOWNSHIP: Final = "civil_affairs.990101003"
FEDERATION: Final = "disabled_federation.990101"

CASE_OWNER, DUTY, SUPERVISOR = WorkflowRole.CASE_OWNER, WorkflowRole.DUTY_OFFICER, WorkflowRole.CHILD_SUPERVISOR
TEACHER, VILLAGE = WorkflowRole.SCHOOL_USER, WorkflowRole.VILLAGE_DIRECTOR

MONDAY_AT: Final = datetime(2026, 3, 2, 9, 0, tzinfo=CHINA_TIME).astimezone(UTC)

OPENED_BY: Final = {
    "W1": (SCHOOL, TEACHER),
    "W2": (BUREAU, CASE_OWNER),
    "W6": (BUREAU, CASE_OWNER),
    "P07": (POLICE, DUTY),
}
SEATS: Final[dict[str, dict[str, str]]] = {
    "W1": {"education": BUREAU, "township": TOWNSHIP},
    "W2": {"police": POLICE, "township": TOWNSHIP, "civil_affairs": CIVIL},
    "W6": {},
    "P07": {"addressee": CIVIL, "township": TOWNSHIP},
}


def actor(agency: str, role: WorkflowRole) -> Actor:
    return Actor(agency=agency, role=role, officer="o-17")


def opening(workflow: Workflow, at: datetime = MONDAY_AT, reporter: Reporter | None = None) -> Opened:
    return Opened(at=at, actor=actor(*OPENED_BY[workflow.id]), seats=SEATS[workflow.id], reporter=reporter)


def new_item(workflow: Workflow, at: datetime = MONDAY_AT, reporter: Reporter | None = None) -> History:
    return accepted(open_item(workflow, opening(workflow, at, reporter), at))


def act(  # one parameter for each thing that an act can say
    transition: str,
    agency: str,
    role: WorkflowRole,
    at: datetime = MONDAY_AT,
    *,
    reason: str | None = None,
    next_office: str | None = None,
    proof: str | None = None,
) -> Act:
    return Act(
        at=at, actor=actor(agency, role), transition=transition, reason=reason, next_office=next_office, proof=proof
    )


def after(workflow: Workflow, history: History, *acts: Act) -> History:
    for one in acts:
        history = accepted(advance(workflow, history, one, one.at, CALENDAR))
    return history


def accepted(judged: History | Refusal) -> History:
    assert isinstance(judged, History), judged
    return judged


def refused(workflow: Workflow, history: History, one: Act, now: datetime | None = None) -> RefusalCode:
    judged = advance(workflow, history, one, now or one.at, CALENDAR)
    assert isinstance(judged, Refusal), state_of(workflow, judged)
    return judged.code


def state_of(workflow: Workflow, history: History) -> str:
    return position_of(workflow, history).state.id


def owner_of(workflow: Workflow, history: History) -> str:
    return position_of(workflow, history).owner.agency


def china(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=CHINA_TIME).astimezone(UTC)


def later(at: datetime, **span: int) -> datetime:
    return at + timedelta(**span)


def report_taken_down(at: datetime = MONDAY_AT, reporter: Reporter | None = None) -> History:
    return after(W2, new_item(W2, at, reporter), act("take_down", POLICE, DUTY, at))


def sent_referral(at: datetime = MONDAY_AT) -> History:
    return after(W6, new_item(W6, at), act("send", BUREAU, CASE_OWNER, at, next_office=CIVIL))


def acknowledged_referral(at: datetime = MONDAY_AT) -> History:
    return after(W6, sent_referral(at), act("acknowledge", CIVIL, CASE_OWNER, at))


def suspected_dropout(at: datetime = MONDAY_AT) -> History:
    return after(
        W1,
        new_item(W1, at),
        act("contact_parents", SCHOOL, TEACHER, at),
        act("visit_home", SCHOOL, TEACHER, at, proof="visit-1"),
        act("suspect", SCHOOL, TEACHER, at),
    )


def persuading(at: datetime = MONDAY_AT) -> History:
    return after(
        W1,
        suspected_dropout(at),
        act("report", SCHOOL, TEACHER, at, reason="family_or_guardianship", proof="report-1"),
        act("acknowledge", BUREAU, CASE_OWNER, at),
        act("persuade", BUREAU, CASE_OWNER, at),
    )
