"""Items that wait for the account: their number for the menu, and the rows for the page."""

from connectors.console.account import Account
from connectors.console.context import Console
from connectors.console.roles import Permission
from connectors.items.lists import list_items
from connectors.items.views import ItemRow, ItemScope
from connectors.items.waiting import count_waiting


def only_watches(account: Account) -> bool:
    """Return whether the account follows up what is overdue elsewhere, and handles no item itself."""
    return account.may(Permission.SEE_REFERRALS) and not (
        account.may(Permission.OPEN_REFERRALS) or account.may(Permission.TAKE_REPORTS)
    )


def waiting_items(console: Console, account: Account) -> list[ItemRow]:
    """Return the items that wait for the account, the most urgent first; none for who may see no items.

    For who only watches that is what is overdue.
    """
    if not account.may(Permission.SEE_REFERRALS):
        return []
    return list_items(console, account, scope=_scope(account))


def count_waiting_items(console: Console, account: Account) -> int:
    """Return how many items wait for the account: what every page shows beside the menu."""
    return count_waiting(console, account, _scope(account)) if account.may(Permission.SEE_REFERRALS) else 0


def _scope(account: Account) -> ItemScope:
    return ItemScope.OVERDUE if only_watches(account) else ItemScope.WAITING
