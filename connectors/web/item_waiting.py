"""Items that wait for the account: looked up once a request, for the menu's number and for the page."""

from flask import g

from connectors.console.account import Account
from connectors.console.context import Console
from connectors.console.roles import Permission
from connectors.items.lists import list_items
from connectors.items.views import ItemRow, ItemScope


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
    if "waiting_items" not in g:
        scope = ItemScope.OVERDUE if only_watches(account) else ItemScope.WAITING
        g.waiting_items = list_items(console, account, scope=scope)
    found: list[ItemRow] = g.waiting_items
    return found


def count_waiting_items(console: Console, account: Account) -> int:
    """Return how many items wait for the account."""
    return len(waiting_items(console, account))
