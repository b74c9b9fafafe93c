"""What others did with items: asked of the gateway by its feed, verified as a whole, kept sealed."""

import logging
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from connectors.console.context import Console
from connectors.context import Connector
from connectors.gateway_client import AnswerError, GatewayUnreachableError
from connectors.items.outbox import deliver
from connectors.items.reading import ReadOutcome, read_item
from connectors.items.waiting import bring_up_to_date
from connectors.state.database import destroying, reading, writing
from connectors.state.items import (
    delete_papers_left_before,
    feed_position,
    find_item,
    note_feed_position,
)
from schemas.envelope import MessageType
from schemas.messages.items import MAX_ITEM_FEED_BYTES, ItemChange, ItemFeedAnswer, ItemFeedRequest
from schemas.problem import ProblemError

LOG = logging.getLogger("tongxin.connector")

PAPERS_KEPT_AFTER_LEAVING: Final = timedelta(days=30)
"""How long an office keeps the papers of an item that others handle now."""


@dataclass(frozen=True, slots=True)
class SyncCount:
    """How many items were read anew, left this office, and did not verify; `is_complete`: the whole feed was read."""

    read: int
    left: int
    refused: int
    is_complete: bool


def synchronise(console: Console) -> SyncCount:
    """Read every item that changed since the last time; without the gateway nothing changes, and nothing is lost."""
    found: Counter[ReadOutcome] = Counter()
    is_complete = True
    try:
        read_changes(console, found)
    except (GatewayUnreachableError, AnswerError, ProblemError) as error:
        LOG.warning("items not read: %s", type(error).__name__)
        is_complete = False
    counts = (found[ReadOutcome.KEPT], found[ReadOutcome.LEFT], found[ReadOutcome.REFUSED])
    return SyncCount(*counts, is_complete)


def exchange_items(console: Console) -> None:
    """Send every step that waits, read every item that changed, count what waits: what is done by the clock.

    Raises:
        GatewayUnreachableError, AnswerError, ProblemError: the feed was not read to its end.
    """
    deliver(console)
    try:
        read_changes(console, Counter())
    finally:
        bring_up_to_date(console)


def read_changes(console: Console, found: Counter[ReadOutcome]) -> None:
    """Read the feed to its end, and every item that it names; counts into `found`.

    Raises:
        GatewayUnreachableError, AnswerError, ProblemError: it was not read to its end.
    """
    while _read_part(console, found):
        pass


def forget_papers_that_left(connector: Connector) -> int:
    """Delete the papers of items that others have handled for long; returns how many."""
    before_at = connector.now() - PAPERS_KEPT_AFTER_LEAVING
    with destroying(connector.state) as connection:
        return delete_papers_left_before(connection, int(before_at.timestamp()))


def _read_part(console: Console, found: Counter[ReadOutcome]) -> bool:
    """Read what a part of the feed names; returns whether there is more.

    The place in the feed is noted item by item: what fails is asked for again, what was read is not.
    """
    with reading(console.connector.state) as connection:
        after = feed_position(connection)
    answer = console.client.ask(
        MessageType.ITEM_FEED, ItemFeedRequest(after=after), ItemFeedAnswer, MAX_ITEM_FEED_BYTES
    ).message
    for change in answer.items:
        if change.change <= after:
            raise AnswerError("feed_out_of_order")
        after = change.change
        if not _is_known(console, change):
            found[read_item(console, change.item)] += 1
        with writing(console.connector.state) as connection:
            note_feed_position(connection, after)
    return answer.more and bool(answer.items)


def _is_known(console: Console, change: ItemChange) -> bool:
    """Return whether all events of a changed item are here, so that this office's own steps are not read again."""
    with reading(console.connector.state) as connection:
        kept = find_item(connection, change.item)
    return kept is not None and kept.left_at is None and len(kept.tokens) == change.events
