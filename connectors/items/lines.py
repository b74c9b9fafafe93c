"""The story of an item in words: what was done by whom, and who was told of passed deadlines."""

from collections.abc import Iterator
from typing import Final

from connectors.items.courses import Course
from connectors.items.offices import Offices
from connectors.items.views import EscalationLine, HistoryLine
from schemas.faults import Wording
from schemas.workflows.clock import Above
from schemas.workflows.events import Act, Escalated, Opened

OPENED: Final = Wording("发起", "opened")
ABOVE_NAMES: Final = {
    Above.SUPERIOR: Wording("上级主管部门", "the superior office"),
    Above.LEAD_BODY: Wording("牵头协调机构", "the lead body"),
}


def lines_of(course: Course, offices: Offices) -> tuple[HistoryLine, ...]:
    """Return what was done, oldest first; the step on its way last."""
    return tuple(
        _line(course, offices, number, event)
        for number, event in enumerate(course.history.events)
        if isinstance(event, Opened | Act)
    )


def escalations_of(course: Course, offices: Offices) -> tuple[EscalationLine, ...]:
    """Return who was told, oldest first."""
    return tuple(_told(course, offices))


def _line(course: Course, offices: Offices, number: int, event: Opened | Act) -> HistoryLine:
    is_ours = event.actor.agency == offices.own
    act = event if isinstance(event, Act) else None
    return HistoryLine(
        number=number,
        at=event.at,
        office=offices.name(event.actor.agency),
        is_ours=is_ours,
        officer=event.actor.officer if is_ours else None,
        step=_step(course, act),
        transition=act.transition if act else None,
        reason=_reason(course, act),
        next_office=offices.name(act.next_office) if act and act.next_office else None,
        proof=act.proof if act else None,
        pending=number >= course.sent,
    )


def _step(course: Course, act: Act | None) -> Wording:
    one = course.workflow.find_transition(act.transition) if act else None
    return OPENED if one is None else Wording(one.name_zh, one.name_en)


def _reason(course: Course, act: Act | None) -> Wording | None:
    words = {reason.code: Wording(reason.zh, reason.en) for reason in course.workflow.reasons}
    return words.get(act.reason) if act and act.reason else None


def _told(course: Course, offices: Offices) -> Iterator[EscalationLine]:
    for event in course.history.events:
        clock = course.workflow.find_clock(event.clock) if isinstance(event, Escalated) else None
        if isinstance(event, Escalated) and clock is not None:
            name = Wording(clock.name_zh, clock.name_en)
            yield EscalationLine(event.at, name, ABOVE_NAMES[event.to], offices.name(event.agency))
