"""Items that the gateway holds: their history as the signed events tell it, and adding one event to it.

What stands in the database was verified before it was stored. State and owner are derived, never stored; when an item
is to be looked at again, and since when it has ended, are kept beside it to be found by.
"""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from sqlalchemy import Connection

from gateway.domain.item_offices import Offices, concerned
from gateway.persistence.item_queries import (
    StoredItem,
    StoredPaper,
    add_event,
    add_item,
    add_papers,
    find_item,
    list_tokens,
    next_change,
    note_parties,
    update_item,
)
from gateway.services.context import Gateway
from gateway.services.members import Members
from hosting.holiday_notices import own_notices
from keys.crypto.signing import read_header
from keys.protocol.envelopes import envelope_digest, read_unverified
from keys.protocol.item_events import ItemEvent, history_of
from schemas.messages.items import MAX_ITEM_EVENT_CHARACTERS, ItemEventClaims, OpenedClaims
from schemas.workflows.events import History
from schemas.workflows.load import load_workflows
from schemas.workflows.position import position_of
from schemas.workflows.rule_pack import Workflow
from schemas.workflows.running import due_escalations
from schemas.working_days import WorkingCalendar

LOOK_AHEAD: Final = timedelta(days=1)
"""An open item is looked at once a day at least: a holiday notice may have moved its deadlines."""


@dataclass(frozen=True, slots=True)
class HeldItem:
    """An item with its events, and the history that they tell, by the workflow that it follows."""

    stored: StoredItem
    events: tuple[ItemEvent, ...]
    workflow: Workflow
    history: History


@dataclass(frozen=True, slots=True)
class Growth:
    """An item as it will be with one more event, its change not numbered yet, and the offices that this concerns."""

    held: HeldItem
    parties: frozenset[str]


class WorkflowUnknownError(Exception):
    """The gateway has no workflow of this id, version and region."""


def find_workflow(id_: str, version: int, region: str) -> Workflow:
    """Return the gateway's own workflow; raises WorkflowUnknownError for another version or region."""
    known = load_workflows().get(id_)
    if known is None or (known.version, known.region) != (version, region):
        raise WorkflowUnknownError(id_)
    return known


def workflow_of(opened: OpenedClaims) -> Workflow:
    """Return the workflow that an opening names; raises WorkflowUnknownError."""
    return find_workflow(opened.workflow, opened.version, opened.region)


def calendar_of(gateway: Gateway) -> WorkingCalendar:
    """Return the working days by which the gateway counts: the State Council's notices, as they are known now."""
    return own_notices(gateway.folder).calendar


def offices_of(gateway: Gateway, members: Members) -> Offices:
    """Return the register with who stands above whom."""
    return Offices(members.members, gateway.settings.lead_body)


def find_held_item(connection: Connection, gateway: Gateway, item: str) -> HeldItem | None:
    """Return an item with its history, or None.

    Raises:
        WorkflowUnknownError: its workflow is no longer the gateway's.
    """
    stored = find_item(connection, item)
    if stored is None:
        return None
    events = tuple(_event(token) for token in list_tokens(connection, item))
    workflow = find_workflow(stored.workflow, stored.version, stored.region)
    return HeldItem(stored, events, workflow, history_of(events, gateway.id))


def grow(gateway: Gateway, members: Members, held: HeldItem | None, event: ItemEvent, after: History) -> Growth:
    """Return what there is to store of an event that was accepted; made before the write lock is taken.

    Args:
        gateway: the process.
        members: the register.
        held: the item before; None for one that is opened.
        event: the verified event.
        after: the history with it.
    """
    workflow = find_workflow(after.workflow, after.version, after.region)
    stored = StoredItem(
        item=event.claims.item,
        workflow=after.workflow,
        version=after.version,
        region=after.region,
        events=len(after.events),
        change=0,
        look_at=next_look(gateway, workflow, after),
        ended_at=event.claims.at if position_of(workflow, after).state.final else None,
    )
    events = (event,) if held is None else (*held.events, event)
    parties = concerned(offices_of(gateway, members), workflow, None if held is None else held.history, after)
    return Growth(HeldItem(stored, events, workflow, after), frozenset(parties))


def add_event_to_item(connection: Connection, growth: Growth, papers: tuple[StoredPaper, ...]) -> HeldItem:
    """Store an event with its papers, and tell the offices that it concerns by a new change; return the item.

    In this write transaction the item must have the events before it and no more.
    """
    event = growth.held.events[-1]
    stored = replace(growth.held.stored, change=next_change(connection))
    if stored.events == 1:
        add_item(connection, stored)
    else:
        update_item(connection, stored)
    add_event(connection, stored.item, event.claims.number, event.digest, event.token)
    add_papers(connection, stored.item, papers)
    note_parties(connection, stored, growth.parties)
    return replace(growth.held, stored=stored)


def next_look(gateway: Gateway, workflow: Workflow, history: History) -> int | None:
    """Return when the clock job is to look at an item next (POSIX seconds), None once it has ended."""
    if position_of(workflow, history).state.final:
        return None
    now = gateway.now()
    ahead = now + LOOK_AHEAD
    due = [one.due.at for one in due_escalations(workflow, history, ahead, calendar_of(gateway))]
    return int(max(now, min([*due, ahead])).timestamp())


def _event(token: str) -> ItemEvent:
    claims = read_unverified(ItemEventClaims, token, MAX_ITEM_EVENT_CHARACTERS)
    return ItemEvent(token, claims, envelope_digest(token), read_header(token, MAX_ITEM_EVENT_CHARACTERS).key_id)
