"""Delete an item that was never sent to another office, at its author's word: its papers are gone at once and for good.

At the gateway its number stands, as withdrawn: what was logged stays logged.
"""

from typing import Final

from sqlalchemy import delete

from connectors.console.account import Account
from connectors.console.actions import Action
from connectors.console.context import Console
from connectors.console.record import record_in
from connectors.items.access import get_course
from connectors.items.actions import take_step
from connectors.items.courses import Course
from connectors.items.draft_rules import is_own_draft
from connectors.items.errors import StepRefusedError
from connectors.items.outbox import deliver_item
from connectors.state.database import destroying, reading
from connectors.state.item_tables import item_paper
from connectors.state.items import delete_item, find_item
from schemas.workflows.refusal import RefusalCode

_WITHDRAW: Final = "withdraw"
_REASON: Final = "no_longer_needed"


def delete_draft(console: Console, account: Account, item: str) -> bool:
    """Delete a draft of the account's own; returns whether the gateway knows that it is withdrawn already.

    A draft that did not reach the gateway is gone as a whole. Should the gateway have it after all, because its answer
    was lost, its number comes back without any content, and can be deleted again.

    Raises:
        ItemNotFoundError: there is no such item, or the account may not see it.
        StepRefusedError: it is no draft any more, or somebody else's.
    """
    course = _draft(console, account, item)
    if course.is_pending:
        deliver_item(console, item)
        course = _draft(console, account, item)
    if course.sent:
        take_step(console, account, item, _WITHDRAW, reason=_REASON)
    with destroying(console.connector.state) as connection:
        if course.sent:
            connection.execute(delete(item_paper).where(item_paper.c.item == item))
        else:
            delete_item(connection, item)
        record_in(connection, console.seconds(), account.id, Action.ITEM_DELETED, item)
    with reading(console.connector.state) as connection:
        kept = find_item(connection, item)
    return kept is None or kept.waiting is None


def _draft(console: Console, account: Account, item: str) -> Course:
    course = get_course(console, account, item)
    if not is_own_draft(course, account):
        raise StepRefusedError(RefusalCode.NOT_NOW)
    return course
