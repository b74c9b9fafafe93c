"""What an officer may do with an item now: the workflow's engine is asked about each transition."""

from collections.abc import Iterable
from datetime import UTC, datetime

from connectors.items.courses import Course
from connectors.items.offices import Offices
from connectors.items.paper_rules import STEP_PAPERS
from connectors.items.views import OpenStep
from schemas.faults import Wording
from schemas.workflows.advance import advance
from schemas.workflows.clock import ClockKind
from schemas.workflows.events import Act, Actor, History
from schemas.workflows.refusal import Refusal, RefusalCode
from schemas.workflows.roles import WorkflowRole
from schemas.workflows.rule_pack import Transition
from schemas.workflows.running import RunningClock

_ANY_PROOF = "any-paper"


def moment_after(history: History | None, now: datetime) -> datetime:
    """Return the whole second at which a new event is recorded: never before the last one, whose clock may be ahead."""
    at = datetime.fromtimestamp(int(now.timestamp()), UTC)
    return at if history is None else max(at, history.events[-1].at)


def open_steps(
    course: Course, officer: str, parts: Iterable[WorkflowRole], offices: Offices, now: datetime
) -> tuple[OpenStep, ...]:
    """Return what an officer may do now in these parts; nothing while a step is on its way, or once the item left."""
    if course.is_pending or course.kept.left_at is not None or not course.sent:
        return ()
    here = [one for one in course.workflow.transitions if course.position.state.id in one.sources]
    found = (_open_step(course, one, officer, parts, offices, now) for one in here)
    return tuple(step for step in found if step is not None)


def _open_step(
    course: Course, one: Transition, officer: str, parts: Iterable[WorkflowRole], offices: Offices, now: datetime
) -> OpenStep | None:
    named = offices.fitting(course.workflow.id, one.names) if one.names else ()
    next_offices = tuple(office for office in named if office[0] != offices.own)
    if one.names and not next_offices:
        return None
    act = Act(
        at=moment_after(course.history, now),
        actor=Actor(agency=offices.own, role=WorkflowRole.CASE_OWNER, officer=officer),
        transition=one.id,
        reason=one.reasons[0] if one.reasons else None,
        next_office=next_offices[0][0] if one.names else None,
        proof=_ANY_PROOF if one.proof else None,
    )
    judged = accepted_in(course, act, parts)
    if isinstance(judged, Refusal):
        return None
    words = {reason.code: Wording(reason.zh, reason.en) for reason in course.workflow.reasons}
    reasons = tuple((code, words[code]) for code in one.reasons)
    return OpenStep(one, judged[0], next_offices, reasons, one.proof, STEP_PAPERS.get((course.workflow.id, one.id)))


def accepted_in(course: Course, act: Act, parts: Iterable[WorkflowRole]) -> tuple[WorkflowRole, History] | Refusal:
    """Return the first of the parts in which `act` is accepted, with the history that follows; else why it is not."""
    refused = Refusal(RefusalCode.NOT_YOU)
    for role in sorted(parts):
        actor = act.actor.model_copy(update={"role": role})
        judged = judge(course, act.model_copy(update={"actor": actor}))
        if isinstance(judged, History):
            return role, judged
        if judged.code is not RefusalCode.NOT_YOU:
            refused = judged
    return refused


def judge(course: Course, act: Act) -> History | Refusal:
    """Return the history with `act`, or why the workflow refuses it."""
    return advance(course.workflow, course.history, act, act.at, course.calendar)


def waiting_for(course: Course, now: datetime) -> tuple[RunningClock, ...]:
    """Return the deadlines that somebody is to meet next, the earliest first.

    A deadline counts where its office can do something now: those that run until a certain act, and the earliest of
    the others, since a limit for the whole course runs beside the next step's. None while a period is to be waited out.
    """
    running = course.running
    if any(one.clock.kind is ClockKind.WAITING and now < one.due.at for one in running):
        return ()
    state = course.position.state.id
    able = {doer.seat for one in course.workflow.transitions if state in one.sources for doer in one.by}
    deadlines = [one for one in running if one.clock.kind is ClockKind.DEADLINE and one.clock.duty in able]
    deadlines.sort(key=lambda one: one.due.at)
    others = [one for one in deadlines if not one.clock.until]
    return tuple(one for one in deadlines if one.clock.until or one is others[0])
