"""Which clocks run for an item now, since when, until when, and what has to be told to somebody above."""

from dataclasses import dataclass
from datetime import datetime, time

from schemas.workflows.clock import Above, Clock, ClockKind, EscalationStep, SpanUnit
from schemas.workflows.due import Due, due_at, period_over_at
from schemas.workflows.events import Escalated, History
from schemas.workflows.position import Office, Position, position_of
from schemas.workflows.rule_pack import Workflow
from schemas.working_days import CHINA_TIME, WorkingCalendar


@dataclass(frozen=True, slots=True)
class RunningClock:
    """A clock that runs. `run` is the number of the event with which it began: it names this run and no other."""

    clock: Clock
    run: int
    since_at: datetime
    due: Due
    duty: Office

    def is_overdue(self, now: datetime) -> bool:
        """Return whether a deadline has passed."""
        return self.clock.kind is ClockKind.DEADLINE and now >= self.due.at


@dataclass(frozen=True, slots=True)
class DueEscalation:
    """Somebody above `agency` is to be told. `due` is when that became so."""

    clock: str
    step: str
    run: int
    to: Above
    agency: str
    due: Due


def running_clocks(workflow: Workflow, history: History, calendar: WorkingCalendar) -> tuple[RunningClock, ...]:
    """Return every clock that runs for the item now, in the order of the workflow. Raises `HistoryError`."""
    position = position_of(workflow, history)
    found = []
    for clock in workflow.clocks:
        begun = _begun(position, clock)
        if begun is not None:
            run, since_at = begun
            duty = Office(clock.duty, position.seats[clock.duty])
            waits = clock.kind is ClockKind.WAITING
            due = period_over_at(clock.span, since_at) if waits else due_at(clock.span, since_at, calendar)
            found.append(RunningClock(clock, run, since_at, due, duty))
    return tuple(found)


def overdue_clocks(
    workflow: Workflow, history: History, now: datetime, calendar: WorkingCalendar
) -> tuple[RunningClock, ...]:
    """Return the deadlines that have passed. Raises `HistoryError`."""
    return tuple(one for one in running_clocks(workflow, history, calendar) if one.is_overdue(now))


def due_escalations(
    workflow: Workflow, history: History, now: datetime, calendar: WorkingCalendar
) -> tuple[DueEscalation, ...]:
    """Return what is to be told and is not recorded yet; a second run of the same job finds nothing.

    When another office has got the duty while the clock runs on, those above that office are told as well.

    Raises:
        HistoryError: the history is not of this workflow.
    """
    told = {one.names for one in history.events if isinstance(one, Escalated)}
    found = []
    for running in overdue_clocks(workflow, history, now, calendar):
        for step in running.clock.escalations:
            due = _escalation_due(step, running.due, calendar)
            agency = running.duty.agency
            if now >= due.at and (running.clock.id, step.id, running.run, agency) not in told:
                found.append(DueEscalation(running.clock.id, step.id, running.run, step.to, agency, due))
    return tuple(found)


def _begun(position: Position, clock: Clock) -> tuple[int, datetime] | None:
    """Return the event and moment with which the clock's present run began; nothing if it doesn't run."""
    begun: tuple[int, datetime] | None = None
    stopped = False
    for stay in position.stays:
        if stay.state not in clock.runs_in:
            begun, stopped = None, False
            continue
        if begun is None:
            begun, stopped = (stay.event, stay.at), False
        for number, act in stay.acts:
            stopped = stopped or act.transition in clock.until
            if act.transition in clock.renewed_by:
                begun, stopped = (number, act.at), False
    return None if stopped else begun


def _escalation_due(step: EscalationStep, deadline: Due, calendar: WorkingCalendar) -> Due:
    if step.after is None:
        return deadline
    # Days are counted from the deadline's own date: at 24:00 it is already the next one.
    counted = {SpanUnit.AT_ONCE: deadline.at, SpanUnit.HOURS: deadline.at}
    noon_at = datetime.combine(deadline.on, time(12), CHINA_TIME)
    due = due_at(step.after, counted.get(step.after.unit, noon_at), calendar)
    return Due(due.at, due.on, due.provisional or deadline.provisional)
