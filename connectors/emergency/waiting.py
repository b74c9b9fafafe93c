"""How many emergency calls wait for somebody: what the navigation and the first page count."""

from connectors.console.account import Account
from connectors.console.context import Console
from connectors.console.roles import Permission
from connectors.emergency.calls import list_unreviewed
from connectors.emergency.notices import count_notices


def count_unreviewed(console: Console, account: Account) -> int:
    """Return how many emergency calls of others this account may review."""
    if not account.may(Permission.APPROVE_QUESTIONS):
        return 0
    return sum(call.officer != account.id for call in list_unreviewed(console.connector))


def count_unseen_notices(console: Console, account: Account) -> int:
    """Return how many emergency calls made to this agency nobody has looked at."""
    if not account.may(Permission.SEE_ASKED_OF_US):
        return 0
    return count_notices(console.connector, unseen_only=True)
