"""Keeping what stands at the gateway: events that were verified, papers that were opened, own steps that arrived."""

from dataclasses import replace

from sqlalchemy import Connection

from connectors.console.context import Console
from connectors.items.courses import course_of, kept_event
from connectors.items.drafts import open_draft
from connectors.items.kept_papers import seal_kept
from connectors.items.verify import VerifiedItem
from connectors.state.database import writing
from connectors.state.item_outbox import drop_waiting, find_waiting
from connectors.state.items import Waiting, add_events, add_item, add_paper, find_item, note_standing
from keys.protocol.envelopes import envelope_digest


class RewrittenError(Exception):
    """An item's history is not the one that was kept, with more at its end."""


def settle(console: Console, waiting: Waiting) -> None:
    """Keep a step that the gateway took: as an event, with the paper of this office's own file."""
    with writing(console.connector.state) as connection:
        _settle_in(console, connection, waiting)


def keep_verified(console: Console, found: VerifiedItem) -> None:
    """Keep an item that was verified as a whole.

    Raises:
        RewrittenError: events that were kept are not in it, or not in their places.
    """
    with writing(console.connector.state) as connection:
        kept = find_item(connection, found.item)
        known = () if kept is None else kept.tokens
        if [envelope_digest(token) for token in known] != [event.digest for event in found.events[: len(known)]]:
            raise RewrittenError
        add_item(connection, found.item, found.workflow.id)
        waiting = find_waiting(connection, found.item)
        if waiting is not None and envelope_digest(waiting.token) in {event.digest for event in found.events}:
            _settle_in(console, connection, waiting)
        add_events(connection, found.item, [event.token for event in found.events[len(known) :]], len(known))
        for event, content, paper in found.papers:
            add_paper(connection, seal_kept(console, found.item, event, paper, content))
        note_standing(connection, found.item, is_final=found.is_final)


def _settle_in(console: Console, connection: Connection, waiting: Waiting) -> None:
    if not drop_waiting(connection, waiting.item, waiting.token):
        return
    number = kept_event(waiting.token).claims.number
    own = open_draft(console, waiting).own
    if own is not None:
        add_paper(connection, seal_kept(console, waiting.item, number, own))
    kept = find_item(connection, waiting.item)
    # With events of others before it that are not here yet, reading the item brings it in its place.
    if kept is not None and len(kept.tokens) == number:
        add_events(connection, waiting.item, [waiting.token], number)
        course = course_of(console.connector, replace(kept, tokens=(*kept.tokens, waiting.token)))
        note_standing(connection, waiting.item, is_final=course.position.state.final)
