"""The one way in which an item moves: every guard is checked, then one event is added to the history."""

from datetime import datetime

from schemas.workflows.events import MAX_EVENTS, Act, Actor, Escalated, History, Opened
from schemas.workflows.position import Position, position_of
from schemas.workflows.refusal import Refusal, RefusalCode
from schemas.workflows.rule_pack import Doer, Seat, Transition, Workflow
from schemas.workflows.running import DueEscalation, due_escalations, running_clocks
from schemas.working_days import WorkingCalendar


def open_item(workflow: Workflow, opened: Opened, now: datetime) -> History | Refusal:
    """Return the history of a new item, owned by whoever opens it.

    Refused: a moment in the future, an office or role that may not open it, seats other than those that are filled at
    the beginning, an agency of another kind than its seat wants, a reporter where the workflow takes none down.
    """
    code = _judge_opening(workflow, opened, now)
    if code is not None:
        return Refusal(code)
    return History(workflow=workflow.id, version=workflow.version, region=workflow.region, events=(opened,))


def advance(
    workflow: Workflow, history: History, act: Act, now: datetime, calendar: WorkingCalendar
) -> History | Refusal:
    """Return the history with `act`, or why it is refused. Whatever the workflow does not allow is refused.

    Args:
        workflow: the version that the history began with.
        history: all that was recorded so far.
        act: what is to be recorded, at the moment `act.at`.
        now: aware UTC; `act.at` may lie before it, never after, and not before the last event.
        calendar: the working days by which waiting periods end.

    Raises:
        HistoryError: the history is not of this workflow.
    """
    position = position_of(workflow, history)
    one = workflow.find_transition(act.transition)
    if one is None:
        return Refusal(RefusalCode.UNKNOWN_ACT)
    code = (
        _judge_time(history, act.at, now)
        or _judge_doer(position, one, act)
        or _judge_words(workflow, one, act)
        or _judge_course(workflow, history, position, one, act, calendar)
    )
    return history.with_event(act) if code is None else Refusal(code)


def record_escalation(
    workflow: Workflow, history: History, told: DueEscalation, now: datetime, calendar: WorkingCalendar
) -> History | Refusal:
    """Return the history with the escalation, refused where it is not due or was recorded already.

    Raises:
        HistoryError: the history is not of this workflow.
    """
    code = _judge_time(history, now, now)
    if code is None and told not in due_escalations(workflow, history, now, calendar):
        code = RefusalCode.NOT_DUE
    if code is not None:
        return Refusal(code)
    event = Escalated(at=now, clock=told.clock, step=told.step, run=told.run, to=told.to, agency=told.agency)
    return history.with_event(event)


def _judge_opening(workflow: Workflow, opened: Opened, now: datetime) -> RefusalCode | None:
    first = workflow.opened_by
    if opened.at > now:
        return RefusalCode.IN_THE_FUTURE
    if opened.actor.role not in first.roles:
        return RefusalCode.NOT_YOU
    if set(opened.seats) != set(workflow.opening_seats):
        return RefusalCode.SEATS_INCOMPLETE
    seated = {**opened.seats, first.seat: opened.actor.agency}
    if not all(_fits(workflow.seat(seat), agency) for seat, agency in seated.items()):
        return RefusalCode.WRONG_KIND_OF_OFFICE
    if opened.reporter is not None and workflow.confidential_to is None:
        return RefusalCode.NOT_WANTED
    return None


def _fits(seat: Seat, agency: str) -> bool:
    return agency.partition(".")[0] in {kind.value for kind in seat.kinds}


def _judge_time(history: History, at: datetime, now: datetime) -> RefusalCode | None:
    if at > now:
        return RefusalCode.IN_THE_FUTURE
    if at < history.events[-1].at:
        return RefusalCode.BEFORE_THE_LAST
    if len(history.events) >= MAX_EVENTS:
        return RefusalCode.FULL
    return None


def _judge_doer(position: Position, one: Transition, act: Act) -> RefusalCode | None:
    if position.state.id not in one.sources:
        return RefusalCode.NOT_NOW
    if not any(_is(position, act.actor, doer) for doer in one.by):
        return RefusalCode.NOT_YOU
    return None


def _is(position: Position, actor: Actor, doer: Doer) -> bool:
    return position.seats.get(doer.seat) == actor.agency and actor.role in doer.roles


def _judge_words(workflow: Workflow, one: Transition, act: Act) -> RefusalCode | None:
    """Check that what the transition wants is given, and nothing beside."""
    wanted = (
        (act.reason, bool(one.reasons), RefusalCode.REASON_WANTED),
        (act.next_office, one.names is not None, RefusalCode.NEXT_OFFICE_WANTED),
        (act.proof, one.proof, RefusalCode.PROOF_WANTED),
    )
    for given, is_wanted, missing in wanted:
        if (given is not None) != is_wanted:
            return missing if is_wanted else RefusalCode.NOT_WANTED
    if act.reason is not None and act.reason not in one.reasons:
        return RefusalCode.REASON_UNKNOWN
    if act.next_office == act.actor.agency:
        return RefusalCode.NEXT_OFFICE_IS_YOURS
    if one.names and act.next_office and not _fits(workflow.seat(one.names), act.next_office):
        return RefusalCode.WRONG_KIND_OF_OFFICE
    return None


def _judge_course(
    workflow: Workflow, history: History, position: Position, one: Transition, act: Act, calendar: WorkingCalendar
) -> RefusalCode | None:
    if not position.done.issuperset(one.needs):
        return RefusalCode.STEP_MISSING
    for running in running_clocks(workflow, history, calendar):
        if running.clock.id == one.waits_for and act.at < running.due.at:
            return RefusalCode.TOO_EARLY
    return None
