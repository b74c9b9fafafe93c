"""Acknowledge many schools' reports away from the pages; each counts once it stands at the gateway."""

import logging
from functools import partial
from typing import Final

from connectors.console.account_book import AgencyAccounts
from connectors.console.context import Console
from connectors.dropouts.background import RETRY_SECONDS, BackgroundWorker
from connectors.gateway_client import GatewayUnreachableError
from connectors.items.actions import take_step
from connectors.items.courses import Course, course_of
from connectors.items.errors import ItemNotFoundError, StepFault, StepRefusedError
from connectors.items.outbox import deliver_item
from connectors.state.database import reading
from connectors.state.dropout_acknowledgements import (
    Acknowledgement,
    AcknowledgementState,
    is_anything_waiting,
    list_waiting,
    note_acknowledgement,
)
from connectors.state.items import find_item
from hosting.accounts.accounts import get_account
from schemas.problem import ProblemError
from schemas.workflows.events import Act

STEP: Final = "acknowledge"
LOG = logging.getLogger("tongxin.connector")


def acknowledgement_worker(console: Console, retry_seconds: float = RETRY_SECONDS) -> BackgroundWorker:
    """Return the worker that acknowledges reports."""
    return BackgroundWorker(
        "dropout-acknowledgements",
        lambda: is_anything_waiting(console.connector.state),
        partial(work_on_acknowledgements, console),
        retry_seconds,
    )


def work_on_acknowledgements(console: Console) -> None:
    """Acknowledge every report that waits; what can't be sent now waits on."""
    for one in list_waiting(console.connector.state):
        try:
            _work_on(console, one)
        except (GatewayUnreachableError, ProblemError) as error:
            LOG.warning("an acknowledgement waits for the gateway: %s", type(error).__name__)


def _work_on(console: Console, one: Acknowledgement) -> None:
    state, failure = console.connector.state, None
    try:
        becomes = _acknowledge(console, one)
    except ItemNotFoundError:
        becomes, failure = AcknowledgementState.REFUSED, StepFault.ITEM_GONE.value
    except StepRefusedError as error:
        is_waiting = error.code is StepFault.STILL_TO_BE_SENT
        becomes = AcknowledgementState.WAITING if is_waiting else AcknowledgementState.REFUSED
        failure = None if is_waiting else error.code.value
    if becomes is not AcknowledgementState.WAITING:
        note_acknowledgement(state, one, becomes, failure)


def _acknowledge(console: Console, one: Acknowledgement) -> AcknowledgementState:
    """Take the step unless it was taken, by an earlier try or by somebody else, and see whether it stands."""
    course = _course(console, one.item)
    if course.is_pending:
        deliver_item(console, one.item)
    elif not _is_acknowledged(course):
        account = get_account(AgencyAccounts(console.connector), one.account).account
        take_step(console, account, one.item, STEP)
    course = _course(console, one.item)
    is_done = not course.is_pending and _is_acknowledged(course)
    return AcknowledgementState.DONE if is_done else AcknowledgementState.WAITING


def _is_acknowledged(course: Course) -> bool:
    """Return whether the last report was acknowledged: after another one it is to be done again."""
    acts = [one.transition for one in course.history.events if isinstance(one, Act)]
    return STEP in acts and "report" not in acts[len(acts) - acts[::-1].index(STEP) :]


def _course(console: Console, item: str) -> Course:
    with reading(console.connector.state) as connection:
        kept = find_item(connection, item)
    if kept is None:
        raise ItemNotFoundError
    return course_of(console.connector, kept)
