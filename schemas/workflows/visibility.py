"""Who sees an item: its owner, whoever has something to do, who follows it, and those above once it is overdue."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from schemas.workflows.events import Escalated, History
from schemas.workflows.position import Position, position_of
from schemas.workflows.roles import WRITE_ONLY, WorkflowRole
from schemas.workflows.rule_pack import Workflow
from schemas.workflows.running import due_escalations
from schemas.working_days import WorkingCalendar


@dataclass(frozen=True, slots=True)
class Viewer:
    """A role in the office that is `agency` itself, its superior, or the lead body over it."""

    office: Literal["self", "superior", "lead_body"]
    agency: str
    role: WorkflowRole


def visible_to(workflow: Workflow, history: History, now: datetime, calendar: WorkingCalendar) -> frozenset[Viewer]:
    """Return who may see the item at `now`: never nobody.

    Those above see it once an escalation is due, also when the job that records it has not run, until the item ends or
    has left the office that they are above.

    Raises:
        HistoryError: the history is not of this workflow.
    """
    position = position_of(workflow, history)
    viewers = taking_part(workflow, position)
    if position.state.final:
        return viewers
    above = {(one.to, one.agency) for one in history.events if isinstance(one, Escalated)}
    above |= {(one.to, one.agency) for one in due_escalations(workflow, history, now, calendar)}
    seated = set(position.seats.values())
    return viewers | {Viewer(to.value, agency, WorkflowRole.SUPERVISOR) for to, agency in above if agency in seated}


def taking_part(workflow: Workflow, position: Position) -> frozenset[Viewer]:
    """Return who sees the item whether it is overdue or not: its owner, its followers, and who may do something."""
    return _onlookers(workflow, position) | _doers(workflow, position)


def _onlookers(workflow: Workflow, position: Position) -> frozenset[Viewer]:
    """The owner and the offices that follow the item, without roles that only write."""
    seats = [seat for seat in workflow.seats if seat.follows or seat.id == position.state.owner]
    return frozenset(
        Viewer("self", position.seats[seat.id], role)
        for seat in seats
        if seat.id in position.seats
        for role in seat.roles - WRITE_ONLY
    )


def _doers(workflow: Workflow, position: Position) -> frozenset[Viewer]:
    """Whoever may do something in the present state of an item that is under way."""
    return frozenset(
        Viewer("self", position.seats[doer.seat], role)
        for one in workflow.transitions
        if position.state.id in one.sources and not position.state.final
        for doer in one.by
        if doer.seat in position.seats
        for role in doer.roles
    )
