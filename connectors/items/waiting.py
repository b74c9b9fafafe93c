"""What waits for an account, from what is kept: the work follows from what changed, not from how much there is."""

import hashlib
from typing import Final

from connectors.console.account import Account
from connectors.console.context import Console
from connectors.console.roles import workflow_roles_of
from connectors.holidays import calendar_for
from connectors.items.courses import course_of
from connectors.items.offices import Offices, offices_of
from connectors.items.standing import waits_of
from connectors.items.views import ItemScope
from connectors.state.alerts import raise_alert
from connectors.state.database import reading, writing
from connectors.state.item_waits import (
    Asked,
    ItemWait,
    WaitKind,
    count_waits,
    find_basis,
    keep_basis,
    keep_waits,
    list_marked,
    list_waits,
)
from connectors.state.items import KeptItem, find_item
from schemas.workflows.position import HistoryError
from schemas.workflows.roles import WRITE_ONLY, WorkflowRole
from schemas.working_days import WorkingCalendar

ITEMS_AT_ONCE: Final = 100
"""Items whose waits are kept in one transaction."""

KINDS: Final = {ItemScope.WAITING: WaitKind.ACTION, ItemScope.OVERDUE: WaitKind.LOOK}


def count_waiting(console: Console, account: Account, scope: ItemScope) -> int:
    """Return how many items wait for the account, or are overdue: as many as `list_items` lists."""
    bring_up_to_date(console)
    with reading(console.connector.state) as connection:
        return count_waits(connection, _asked(console, account, scope))


def ids_waiting(console: Console, account: Account, scope: ItemScope) -> list[str]:
    """Return the items that wait for the account, or are overdue."""
    bring_up_to_date(console)
    with reading(console.connector.state) as connection:
        return list_waits(connection, _asked(console, account, scope))


def bring_up_to_date(console: Console) -> None:
    """Keep the waits of every item that has changed, or of all where offices or holidays have."""
    offices, state = offices_of(console), console.connector.state
    basis = _basis(offices, calendar_for(console.connector))
    with reading(state) as connection:
        is_known = find_basis(connection) == basis
        marked = list_marked(connection, ITEMS_AT_ONCE)
    if not is_known:
        with writing(state) as connection:
            keep_basis(connection, basis)
            marked = list_marked(connection, ITEMS_AT_ONCE)
    while marked:
        _keep(console, offices)
        with reading(state) as connection:
            marked = list_marked(connection, ITEMS_AT_ONCE)


def _keep(console: Console, offices: Offices) -> None:
    unknown = []
    with writing(console.connector.state) as connection:
        for id_ in list_marked(connection, ITEMS_AT_ONCE):
            kept = find_item(connection, id_)
            waits = None if kept is None else _waits(console, kept, offices)
            keep_waits(connection, id_, waits or ())
            unknown += [id_] if waits is None else []
    for id_ in unknown:
        raise_alert(console.connector.state, "item_workflow_unknown", id_, console.seconds())


def _waits(console: Console, kept: KeptItem, offices: Offices) -> tuple[ItemWait, ...] | None:
    try:
        return waits_of(course_of(console.connector, kept), offices)
    except HistoryError:
        return None


def _asked(console: Console, account: Account, scope: ItemScope) -> Asked:
    roles = workflow_roles_of(account.roles) - WRITE_ONLY
    if account.school is None:
        roles -= {WorkflowRole.SCHOOL_USER}
    return Asked(KINDS[scope], frozenset(role.value for role in roles), account.school, console.seconds())


def _basis(offices: Offices, calendar: WorkingCalendar) -> str:
    """Return what waits follow from beside the items: which offices there are, and the holidays that are known."""
    members = sorted((member.agency, member.region) for member in offices.members)
    notices = sorted(calendar.notices.items())
    return hashlib.sha256(repr((members, notices)).encode()).hexdigest()
