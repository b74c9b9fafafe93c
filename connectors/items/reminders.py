"""What an account is reminded of: what is overdue, and what is due within one working day."""

from dataclasses import dataclass
from datetime import datetime

from connectors.console.account import Account
from connectors.console.context import Console
from connectors.items.views import ItemRow


@dataclass(frozen=True, slots=True)
class Reminders:
    """Items that wait for the account: overdue, and due soon; the most urgent first.

    `provisional`: a deadline among them may move, since a year's holiday notice is not known.
    """

    overdue: tuple[ItemRow, ...]
    due_soon: tuple[ItemRow, ...]
    provisional: bool


def reminders(console: Console, account: Account, now: datetime) -> Reminders:
    """Return what the account is reminded of at `now`."""
    raise NotImplementedError
