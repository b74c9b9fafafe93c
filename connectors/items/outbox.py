"""Steps on their way to the gateway: each is sent until it is answered, and counts once.

The same token is sent again as long as no answer came. Where another event came first, the item is read again: a step
that still fits is signed anew on top of it, one that does not is kept as refused, with the workflow's own sentence.
"""

import logging
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from sqlalchemy import Connection

from connectors.console.context import Console
from connectors.context import Connector
from connectors.gateway_client import AnswerError, GatewayUnreachableError
from connectors.items.courses import Course, course_of, kept_event
from connectors.items.drafts import open_draft
from connectors.items.errors import Code, StepFault, StepRefusedError
from connectors.items.keeping import settle
from connectors.items.reading import read_item
from connectors.items.signing import message_of, sign_step
from connectors.items.steps import judge, moment_after
from connectors.state.database import destroying, reading, writing
from connectors.state.item_outbox import (
    drop_waiting,
    find_waiting,
    list_refused_before,
    list_waiting,
    note_refused,
    replace_waiting,
)
from connectors.state.items import KeptItem, Waiting, delete_item, find_item
from keys.protocol.item_events import engine_event
from schemas.envelope import MessageType
from schemas.messages.items import MAX_ITEM_REQUEST_BYTES, ItemSubmitAnswer
from schemas.problem import ProblemCode, ProblemError
from schemas.workflows.events import Act
from schemas.workflows.position import HistoryError
from schemas.workflows.refusal import Refusal, RefusalCode

LOG = logging.getLogger("tongxin.connector")

MAX_TRIES: Final = 4
"""How often a step is signed anew in one go; after that it waits for the next time."""

REFUSALS_KEPT_FOR: Final = timedelta(days=30)
"""How long a refused step stays to be seen; the papers in it are destroyed with it."""

_REFUSALS: Final = frozenset(
    {
        ProblemCode.ITEM_REFUSED,
        ProblemCode.NO_ITEM,
        ProblemCode.MALFORMED,
        ProblemCode.NOT_CANONICAL,
        ProblemCode.TOO_LARGE,
    }
)
"""What sending the same again can't change; after anything else it is sent again."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of a step: it stands, or it was refused, or it is still to be sent."""

    is_sent: bool = False
    refused: Code | None = None


@dataclass(frozen=True, slots=True)
class DeliveryCount:
    """How many steps were delivered, still wait, and were refused."""

    delivered: int
    waiting: int
    refused: int


def deliver(console: Console) -> DeliveryCount:
    """Send every step that waits."""
    with reading(console.connector.state) as connection:
        waiting = list_waiting(connection)
    done = [deliver_item(console, item) for item in waiting]
    sent, refused = sum(one.is_sent for one in done), sum(one.refused is not None for one in done)
    return DeliveryCount(sent, len(done) - sent - refused, refused)


def deliver_item(console: Console, item: str) -> Delivery:
    """Send the step of an item that waits, and note what became of it."""
    for _ in range(MAX_TRIES):
        with reading(console.connector.state) as connection:
            waiting = find_waiting(connection, item)
        if waiting is None or waiting.refused is not None:
            return Delivery(is_sent=waiting is None)
        try:
            return _sent(console, waiting)
        except ProblemError as problem:
            if problem.code is not ProblemCode.ITEM_CHANGED:
                return _after_problem(console, waiting, problem)
        except (GatewayUnreachableError, AnswerError) as error:
            LOG.warning("item not delivered: %s", type(error).__name__)
            return Delivery()
        if (done := _sign_anew(console, waiting)) is not None:
            return done
    return Delivery()


def discard(console: Console, item: str) -> None:
    """Take a refused step off, and the item with it where it was never opened."""
    with destroying(console.connector.state) as connection:
        _discard_in(connection, item)


def discard_old_refusals(connector: Connector) -> int:
    """Take off the steps that were refused long ago; returns how many."""
    before_at = connector.now() - REFUSALS_KEPT_FOR
    with destroying(connector.state) as connection:
        old = list_refused_before(connection, int(before_at.timestamp()))
        for item in old:
            _discard_in(connection, item)
    return len(old)


def _discard_in(connection: Connection, item: str) -> None:
    found = find_item(connection, item)
    if found is None or found.waiting is None or found.waiting.refused is None:
        return
    drop_waiting(connection, item, found.waiting.token)
    if not found.tokens:
        delete_item(connection, item)


def _sent(console: Console, waiting: Waiting) -> Delivery:
    answer = console.client.ask(
        MessageType.ITEM_SUBMIT, message_of(waiting), ItemSubmitAnswer, MAX_ITEM_REQUEST_BYTES
    ).message
    if answer.item != waiting.item:
        raise AnswerError("another_item")
    settle(console, waiting)
    return Delivery(is_sent=True)


def _after_problem(console: Console, waiting: Waiting, problem: ProblemError) -> Delivery:
    if problem.code not in _REFUSALS:
        LOG.warning("item not delivered: %s", problem.code.value)
        return Delivery()
    return _refuse(console, waiting, _code_of(problem))


def _code_of(problem: ProblemError) -> Code:
    """Return the workflow's own code where the gateway gives it, as the last step of the pointer."""
    if problem.code is ProblemCode.NO_ITEM:
        return StepFault.ITEM_GONE
    last = problem.pointer.rpartition("/")[2]
    return RefusalCode(last) if last in set(RefusalCode) else problem.code


def _refuse(console: Console, waiting: Waiting, code: Code) -> Delivery:
    with writing(console.connector.state) as connection:
        note_refused(connection, waiting.item, waiting.token, code.value)
    return Delivery(refused=code)


def _sign_anew(console: Console, waiting: Waiting) -> Delivery | None:
    """Put the step on top of what came first; returns None if it is to be sent again."""
    try:
        read_item(console, waiting.item)
    except (GatewayUnreachableError, AnswerError, ProblemError) as error:
        LOG.warning("item not read again: %s", type(error).__name__)
        return Delivery()
    with reading(console.connector.state) as connection:
        kept = find_item(connection, waiting.item)
    if kept is None or kept.waiting is None or kept.waiting.token != waiting.token:
        return None
    course = _course_without_it(console, kept)
    if course is None:
        return _refuse(console, waiting, StepFault.ITEM_GONE)
    try:
        step = _signed_on_top(console, waiting, course)
    except StepRefusedError as refusal:
        return _refuse(console, waiting, refusal.code)
    with writing(console.connector.state) as connection:
        replace_waiting(connection, waiting.token, step)
    return None


def _course_without_it(console: Console, kept: KeptItem) -> Course | None:
    if kept.left_at is not None or not kept.tokens:
        return None
    try:
        return course_of(console.connector, replace(kept, waiting=None))
    except HistoryError:
        return None


def _signed_on_top(console: Console, waiting: Waiting, course: Course) -> Waiting:
    event = engine_event(kept_event(waiting.token).claims)
    if not isinstance(event, Act):
        raise StepRefusedError(StepFault.ITEM_GONE)
    judged = judge(course, event.model_copy(update={"at": moment_after(course.history, console.now())}))
    if isinstance(judged, Refusal):
        raise StepRefusedError(judged.code)
    return sign_step(console, waiting.item, waiting.account, open_draft(console, waiting), course)
