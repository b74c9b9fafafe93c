"""Deletes much in short transactions, so that nobody who writes to the log waits for all of it."""

from collections.abc import Callable

from sqlalchemy import Connection

from gateway.log.journal import Draft
from gateway.persistence.engine import forget_deleted
from gateway.services.context import Gateway


def delete_in_steps(gateway: Gateway, delete_some: Callable[[Connection], int]) -> int:
    """Call `delete_some` in a transaction of its own until it deletes nothing more; return how many it deleted.

    What was deleted is gone from the database's files too, as far as the database can do that.
    """
    deleted = 0
    while (step := gateway.journal.write(lambda connection: Draft(delete_some(connection), ())).value) > 0:
        deleted += step
    if deleted:
        forget_deleted(gateway.engine)
    return deleted
