"""Visits that a village child director reports by the item's short number, without seeing anything of the item."""

from typing import Final

from connectors.console.account import Account
from connectors.console.actions import Action
from connectors.console.context import Console
from connectors.console.record import record_in
from connectors.items.access import parts_of
from connectors.items.actions import take
from connectors.items.courses import Course, course_of
from connectors.items.errors import ItemNotFoundError, StepFault, StepRefusedError
from connectors.items.offices import Offices, offices_of
from connectors.items.papers import VisitPaper
from connectors.items.steps import open_steps
from connectors.state.database import reading, writing
from connectors.state.items import list_items_with
from schemas.messages.items import ActClaims
from schemas.workflows.item_number import ItemNumberError, parse_item_number
from schemas.workflows.position import HistoryError
from schemas.workflows.roles import WorkflowRole

_VISITOR: Final = frozenset({WorkflowRole.VILLAGE_DIRECTOR})


def report_visit(console: Console, account: Account, number: str, paper: VisitPaper, proof: str) -> bool:
    """Record a visit to the child of an item; returns whether it was sent (else it waits to be).

    Raises:
        ItemNotFoundError: no item of this number waits for a visit by this office; nothing more is told.
        StepRefusedError: a step before is still to be sent, or the gateway refuses it.
    """
    offices = offices_of(console)
    course, transition = _visited(console, account, offices, number)
    act = ActClaims(transition=transition, proof=proof)
    delivery = take(console, account, course, offices, act, _VISITOR & parts_of(account, course.kept), own=paper)
    with writing(console.connector.state) as connection:
        record_in(connection, console.seconds(), account.id, Action.VISIT_REPORTED, course.kept.id)
    return delivery.is_sent


def _visited(console: Console, account: Account, offices: Offices, number: str) -> tuple[Course, str]:
    """Return the one item of this number that waits for a visit, and the step that a visit is in its workflow."""
    try:
        wanted = parse_item_number(number)
    except ItemNumberError:
        raise ItemNotFoundError from None
    with reading(console.connector.state) as connection:
        kept = list_items_with(connection, wanted)
    try:
        courses = [course_of(console.connector, one) for one in kept]
    except HistoryError:
        raise ItemNotFoundError from None
    if any(course.is_pending for course in courses):
        raise StepRefusedError(StepFault.STILL_TO_BE_SENT)
    found = [
        (course, step.transition.id)
        for course in courses
        for step in open_steps(course, account.id, _VISITOR & parts_of(account, course.kept), offices, console.now())
        if step.paper is VisitPaper
    ]
    if len(found) != 1:
        raise ItemNotFoundError
    return found[0]
