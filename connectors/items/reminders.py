"""What an account is reminded of: what is overdue, and what is due within one working day."""

from dataclasses import dataclass
from datetime import datetime

from connectors.console.account import Account
from connectors.console.context import Console
from connectors.holidays import calendar_for
from connectors.items.lists import list_items
from connectors.items.views import ItemRow, ItemScope
from schemas.workflows.clock import Span, SpanUnit
from schemas.workflows.due import due_at


@dataclass(frozen=True, slots=True)
class Reminders:
    """Items that wait for the account: overdue, and due soon; the most urgent first.

    `provisional`: a deadline among them may move, since a year's holiday notice is not known.
    """

    overdue: tuple[ItemRow, ...]
    due_soon: tuple[ItemRow, ...]
    provisional: bool


def reminders(console: Console, account: Account, now: datetime) -> Reminders:
    """Return what the account is reminded of at `now`: what is due until the end of the next working day."""
    soon = due_at(Span(unit=SpanUnit.WORKING_DAYS, value=1), now, calendar_for(console.connector))
    rows = list_items(console, account, scope=ItemScope.WAITING)
    overdue = tuple(row for row in rows if row.overdue)
    due_soon = tuple(row for row in rows if not row.overdue and row.due is not None and row.due.at <= soon.at)
    is_provisional = any(row.due is not None and row.due.provisional for row in (*overdue, *due_soon))
    return Reminders(overdue, due_soon, is_provisional)
