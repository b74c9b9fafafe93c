"""For which roles here an item waits, and from when on, if nothing changes but the time. Pure."""

from collections.abc import Iterator
from datetime import UTC, datetime
from math import ceil
from typing import Final

from connectors.items.access import is_here
from connectors.items.courses import Course
from connectors.items.offices import Offices
from connectors.items.steps import open_steps, waiting_for
from connectors.state.item_waits import ItemWait, WaitKind
from schemas.workflows.clock import ClockKind
from schemas.workflows.events import Escalated
from schemas.workflows.roles import WRITE_ONLY, WorkflowRole
from schemas.workflows.running import due_escalations
from schemas.workflows.visibility import Viewer, taking_part

_AT_ONCE: Final = datetime.min.replace(tzinfo=UTC)
_AT_LAST: Final = datetime.max.replace(tzinfo=UTC)
_NOBODY: Final = "nobody"
"""Stands for the officer: whether a step is open does not depend on who takes it, but on the role."""


def waits_of(course: Course, offices: Offices) -> tuple[ItemWait, ...]:
    """Return what waits here; nothing of an item that has ended or left."""
    if course.kept.left_at is not None or course.kept.is_final:
        return ()
    seen_from = _seen_from(course, offices)
    waits = (*_for_action(course, offices, seen_from), *_for_a_look(course, seen_from))
    return tuple(one for one in waits if one.role != WorkflowRole.SCHOOL_USER or one.school is not None)


def _for_action(course: Course, offices: Offices, seen_from: dict[WorkflowRole, datetime]) -> Iterator[ItemWait]:
    waiting = course.kept.waiting
    if waiting is not None and waiting.refused is not None:
        for role, from_at in seen_from.items():
            yield _wait(course, WaitKind.ACTION, role, from_at)
        return
    periods = [one.due.at for one in course.running if one.clock.kind is ClockKind.WAITING]
    over_at = max(periods, default=_AT_ONCE)
    if not any(one.duty.agency == offices.own for one in waiting_for(course, _AT_LAST)):
        return
    for role, from_at in seen_from.items():
        if open_steps(course, _NOBODY, frozenset({role}), offices, over_at):
            yield _wait(course, WaitKind.ACTION, role, max(from_at, over_at))


def _for_a_look(course: Course, seen_from: dict[WorkflowRole, datetime]) -> Iterator[ItemWait]:
    deadlines = [one.due.at for one in course.running if one.clock.kind is ClockKind.DEADLINE]
    if deadlines:
        for role, from_at in seen_from.items():
            yield _wait(course, WaitKind.LOOK, role, max(from_at, min(deadlines)))


def _seen_from(course: Course, offices: Offices) -> dict[WorkflowRole, datetime]:
    """Return the roles here that see the item, each with the moment from which on it does."""
    found: dict[WorkflowRole, datetime] = {}
    for viewer, from_at in _viewers(course):
        if is_here(viewer, course, offices) and viewer.role not in WRITE_ONLY:
            found[viewer.role] = min(from_at, found.get(viewer.role, _AT_LAST))
    return found


def _viewers(course: Course) -> Iterator[tuple[Viewer, datetime]]:
    for viewer in taking_part(course.workflow, course.position):
        yield viewer, _AT_ONCE
    if course.position.state.final:
        return
    told = [(one.to, one.agency, _AT_ONCE) for one in course.history.events if isinstance(one, Escalated)]
    due = due_escalations(course.workflow, course.history, _AT_LAST, course.calendar)
    for to, agency, from_at in (*told, *((one.to, one.agency, one.due.at) for one in due)):
        if agency in set(course.position.seats.values()):
            yield Viewer(to.value, agency, WorkflowRole.SUPERVISOR), from_at


def _wait(course: Course, kind: WaitKind, role: WorkflowRole, from_at: datetime) -> ItemWait:
    school = course.kept.school if role is WorkflowRole.SCHOOL_USER else None
    seconds = 0 if from_at == _AT_ONCE else ceil(from_at.timestamp())
    return ItemWait(kind, role.value, seconds, school)
