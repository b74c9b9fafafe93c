"""Deletes the sealed papers of items that ended a while ago: whoever needed them has fetched them. Events stay."""

from datetime import timedelta
from typing import Final

from gateway.persistence.item_queries import delete_papers_ended
from gateway.services.context import Gateway
from gateway.services.delete_in_steps import delete_in_steps

PAPERS_KEPT: Final = timedelta(days=30)
"""How long the papers of an item stay after it has come into a final state."""

ITEMS_A_STEP = 50


def delete_item_papers(gateway: Gateway) -> int:
    """Delete the papers of every item that ended longer than `PAPERS_KEPT` ago; return of how many items."""
    before = int((gateway.now() - PAPERS_KEPT).timestamp())
    return delete_in_steps(gateway, lambda connection: delete_papers_ended(connection, before, ITEMS_A_STEP))
