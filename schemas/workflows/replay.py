"""Checks a history that came from a store or from another office: each event again, by the rules of its workflow."""

from datetime import datetime

from schemas.workflows.advance import advance, open_item
from schemas.workflows.events import Act, Escalated, Event, History
from schemas.workflows.position import HistoryError
from schemas.workflows.refusal import Refusal
from schemas.workflows.rule_pack import Workflow
from schemas.workflows.running import running_clocks
from schemas.working_days import WorkingCalendar


def replay(workflow: Workflow, history: History, now: datetime, calendar: WorkingCalendar) -> History:
    """Return `history` after every event of it was accepted anew.

    Whether an escalation was due is not asked again: a holiday notice that came later may have moved the deadline.

    Raises:
        HistoryError: an event is refused, out of order, or lies in the future.
    """
    again = _accepted(0, open_item(workflow, history.opened, now))
    if (history.workflow, history.version, history.region) != (again.workflow, again.version, again.region):
        raise HistoryError("the history belongs to another workflow, version or region")
    for number, event in enumerate(history.events[1:], start=1):
        again = _accepted(number, _again(workflow, again, event, now, calendar))
    return again


def _again(
    workflow: Workflow, history: History, event: Event, now: datetime, calendar: WorkingCalendar
) -> History | Refusal:
    if isinstance(event, Act):
        return advance(workflow, history, event, now, calendar)
    if isinstance(event, Escalated) and _could_be_told(workflow, history, event, now, calendar):
        return history.with_event(event)
    raise HistoryError(f"event {len(history.events)} can't have happened")


def _could_be_told(
    workflow: Workflow, history: History, event: Escalated, now: datetime, calendar: WorkingCalendar
) -> bool:
    told = [one.names for one in history.events if isinstance(one, Escalated)]
    steps = {
        (running.clock.id, step.id, running.run, step.to, running.duty.agency)
        for running in running_clocks(workflow, history, calendar)
        for step in running.clock.escalations
    }
    known = (event.clock, event.step, event.run, event.to, event.agency) in steps
    return known and event.names not in told and history.events[-1].at <= event.at <= now


def _accepted(number: int, judged: History | Refusal) -> History:
    if isinstance(judged, Refusal):
        raise HistoryError(f"event {number} was refused: {judged.code}")
    return judged
