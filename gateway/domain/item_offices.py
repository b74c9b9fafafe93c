"""Which offices an item concerns: who sits in a seat, who stands above whom, who may see it, whom a step is about."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from schemas.agency_kinds import AgencyKind
from schemas.messages.registry import Member
from schemas.superior import find_superior
from schemas.workflows.clock import Above
from schemas.workflows.events import Act, Escalated, History, Opened
from schemas.workflows.position import position_of
from schemas.workflows.rule_pack import Workflow
from schemas.workflows.visibility import visible_to
from schemas.working_days import WorkingCalendar


@dataclass(frozen=True, slots=True)
class Offices:
    """The registered members by id, and the one that is the lead body, if any is."""

    members: Mapping[str, Member]
    lead_body: str | None

    def fits(self, agency: str, kinds: Collection[AgencyKind]) -> bool:
        """Return whether `agency` is a member of one of these kinds."""
        member = self.members.get(agency)
        return member is not None and member.agency_type in {kind.value for kind in kinds}

    def find_above(self, agency: str, to: Above) -> str | None:
        """Return the member that hears of what is overdue at `agency`, or None where nobody is registered."""
        if to is Above.LEAD_BODY:
            return self.lead_body if self.lead_body in self.members else None
        return find_superior(agency, self.members.values())


def may_see(
    offices: Offices, workflow: Workflow, history: History, agency: str, now: datetime, calendar: WorkingCalendar
) -> bool:
    """Return whether somebody in `agency` may see the item at `now`. Raises `HistoryError`."""
    for viewer in visible_to(workflow, history, now, calendar):
        if viewer.office == "self":
            seeing: str | None = viewer.agency
        else:
            seeing = offices.find_above(viewer.agency, Above(viewer.office))
        if seeing == agency:
            return True
    return False


def concerned(offices: Offices, workflow: Workflow, before: History | None, after: History) -> set[str]:
    """Return the offices that the last event concerns: all in seats before or after it, and those that were told.

    Raises:
        HistoryError: a history is not of this workflow.
    """
    seated = set(position_of(workflow, after).seats.values())
    if before is not None:
        seated |= set(position_of(workflow, before).seats.values())
    told = {
        offices.find_above(event.agency, event.to)
        for event in after.events
        if isinstance(event, Escalated) and event.agency in seated
    }
    return seated | {agency for agency in told if agency is not None}


def find_peer(workflow: Workflow, history: History) -> str | None:
    """Return the office that the last event concerns beside whoever did it, or None where there is none.

    It is the office named next, else the owner, else the owner before, else the first in another seat. An escalation is
    about the office whose deadline has passed.

    Raises:
        HistoryError: the history is not of this workflow.
    """
    last = history.events[-1]
    if isinstance(last, Escalated):
        return last.agency
    candidates = [last.next_office] if isinstance(last, Act) else []
    after = position_of(workflow, history)
    candidates.append(after.owner.agency)
    if not isinstance(last, Opened):
        candidates.append(
            position_of(workflow, history.model_copy(update={"events": history.events[:-1]})).owner.agency
        )
    candidates += [after.seats[seat.id] for seat in workflow.seats if seat.id in after.seats]
    return next((agency for agency in candidates if agency not in {None, last.actor.agency}), None)
