"""An item as its workflow reads it: the verified history, with the step of this agency that is on its way on top."""

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final

from connectors.context import Connector
from connectors.holidays import calendar_for
from connectors.state.items import KeptItem
from keys.crypto.signing import read_header
from keys.protocol.envelopes import envelope_digest, read_unverified
from keys.protocol.item_events import ItemEvent, history_of
from schemas.messages.items import MAX_ITEM_EVENT_CHARACTERS, ItemEventClaims
from schemas.workflows.events import History
from schemas.workflows.load import load_workflows
from schemas.workflows.position import HistoryError, Position, position_of
from schemas.workflows.rule_pack import Workflow
from schemas.workflows.running import RunningClock, running_clocks
from schemas.working_days import WorkingCalendar

_KEPT_EVENTS: Final = 8192
_KEPT_COURSES: Final = 2048


@dataclass(frozen=True)
class Course:
    """An item's workflow and history.

    `sent`: how many events stand at the gateway; the one after them, if there is one, is still to be sent or was
    refused. `is_pending`: a step of this agency is on its way. `calendar`: by which its deadlines are counted.
    """

    kept: KeptItem
    workflow: Workflow
    history: History
    sent: int
    is_pending: bool
    calendar: WorkingCalendar

    @cached_property
    def position(self) -> Position:
        """Where the item stands, the step on its way included."""
        return position_of(self.workflow, self.history)

    @cached_property
    def running(self) -> tuple[RunningClock, ...]:
        """The clocks that run; none once the item left this office."""
        return () if self.kept.left_at is not None else running_clocks(self.workflow, self.history, self.calendar)


def find_workflow(history: History) -> Workflow:
    """Return the workflow that a history began with.

    Raises:
        HistoryError: not one of this version and region.
    """
    workflow = load_workflows().get(history.workflow)
    if workflow is None or (workflow.version, workflow.region) != (history.version, history.region):
        raise HistoryError("the history belongs to another workflow, version or region")
    return workflow


def course_of(connector: Connector, kept: KeptItem) -> Course:
    """Return the course of a kept item, whose events were verified before they were kept.

    An item that has not changed is read once a process, and again when holidays are added.

    Raises:
        HistoryError: the history is not of a workflow that this agency has.
    """
    return read_course(kept, connector.gateway.gateway, calendar_for(connector))


@lru_cache(maxsize=_KEPT_COURSES)
def read_course(kept: KeptItem, gateway: str, calendar: WorkingCalendar) -> Course:
    """Return the course of a kept item by these working days; raises HistoryError as `course_of`."""
    events = [kept_event(token) for token in kept.tokens]
    waiting = kept.waiting
    is_pending = waiting is not None and waiting.refused is None
    if waiting is not None and (is_pending or not events):
        own = kept_event(waiting.token)
        # Signed on top of an event that others have come after, it is signed anew before it is sent.
        events += [own] if own.claims.number == len(events) else []
    history = history_of(events, gateway)
    return Course(kept, find_workflow(history), history, len(kept.tokens), is_pending, calendar)


@lru_cache(maxsize=_KEPT_EVENTS)
def kept_event(token: str) -> ItemEvent:
    """Return an event of our own database: verified, or signed here, before it was kept."""
    claims = read_unverified(ItemEventClaims, token, MAX_ITEM_EVENT_CHARACTERS)
    key_id = read_header(token, MAX_ITEM_EVENT_CHARACTERS).key_id
    return ItemEvent(token, claims, envelope_digest(token), key_id)
