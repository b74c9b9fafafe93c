"""Which account may see an item, and in which parts of the workflow it may act on it."""

from datetime import datetime

from connectors.console.account import Account
from connectors.console.context import Console
from connectors.console.roles import workflow_roles_of
from connectors.items.courses import Course, course_of
from connectors.items.errors import ItemNotFoundError
from connectors.items.offices import Offices, offices_of
from connectors.state.database import reading
from connectors.state.items import KeptItem, find_item
from schemas.workflows.clock import Above
from schemas.workflows.position import HistoryError
from schemas.workflows.roles import WRITE_ONLY, WorkflowRole
from schemas.workflows.visibility import Viewer, visible_to


def get_course(console: Console, account: Account, item: str) -> Course:
    """Return the course of an item that the account may see.

    Raises:
        ItemNotFoundError: there is no such item, its history does not hold, or the account may not see it.
    """
    with reading(console.connector.state) as connection:
        kept = find_item(connection, item)
    if kept is None:
        raise ItemNotFoundError
    try:
        course = course_of(console.connector, kept)
    except HistoryError:
        raise ItemNotFoundError from None
    if not may_see(account, course, offices_of(console), console.now()):
        raise ItemNotFoundError
    return course


def parts_of(account: Account, kept: KeptItem) -> frozenset[WorkflowRole]:
    """Return the parts that the account takes in this item; somebody of a school, in that school's own alone."""
    parts = workflow_roles_of(account.roles)
    is_own = kept.school is not None and kept.school == account.school
    return parts if is_own else parts - {WorkflowRole.SCHOOL_USER}


def may_see(account: Account, course: Course, offices: Offices, now: datetime) -> bool:
    """Return whether the account may look at the item; who only writes may not."""
    parts = parts_of(account, course.kept) - WRITE_ONLY
    viewers = visible_to(course.workflow, course.history, now, course.calendar)
    return any(viewer.role in parts and is_here(viewer, course, offices) for viewer in viewers)


def is_here(viewer: Viewer, course: Course, offices: Offices) -> bool:
    """Return whether the office of a viewer is this agency."""
    if viewer.office == "self":
        return viewer.agency == offices.own
    if viewer.office == Above.SUPERIOR.value:
        return offices.superior_of(viewer.agency) == offices.own
    # The gateway's settings say which member is the lead body: it shows the item to no other that takes no part.
    return offices.own not in course.position.seats.values()
