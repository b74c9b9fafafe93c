"""Deletes the sealed papers of items that ended a while ago: whoever needed them has fetched them. Events stay."""

from datetime import timedelta
from functools import partial
from typing import Final

from sqlalchemy import Connection

from gateway.log.journal import Draft
from gateway.persistence.engine import forget_deleted
from gateway.persistence.item_queries import delete_papers_ended
from gateway.services.context import Gateway

PAPERS_KEPT: Final = timedelta(days=30)
"""How long the papers of an item stay after it has come into a final state."""

ITEMS_A_STEP = 50


def delete_item_papers(gateway: Gateway) -> int:
    """Delete the papers of every item that ended longer than `PAPERS_KEPT` ago; return of how many items."""
    before = int((gateway.now() - PAPERS_KEPT).timestamp())
    deleted = 0
    while (step := gateway.journal.write(partial(_delete, before)).value) > 0:
        deleted += step
    if deleted:
        forget_deleted(gateway.engine)
    return deleted


def _delete(before: int, connection: Connection) -> Draft[int]:
    return Draft(delete_papers_ended(connection, before, ITEMS_A_STEP), ())
