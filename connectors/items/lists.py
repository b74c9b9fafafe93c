"""Items as an account sees them: the lists, and one item."""

from connectors.console.account import Account
from connectors.console.context import Console
from connectors.items.views import ItemRow, ItemScope, ItemView


def list_items(console: Console, account: Account, *, scope: ItemScope) -> list[ItemRow]:
    """Return the items that the account may see, the most urgent first."""
    raise NotImplementedError


def get_item(console: Console, account: Account, item: str) -> ItemView:
    """Return one item and record that it was looked at; raises ItemNotFoundError."""
    raise NotImplementedError


def find_by_number(console: Console, account: Account, number: str) -> str | None:
    """Return the id of the item with this short number that the account may see, or None."""
    raise NotImplementedError
