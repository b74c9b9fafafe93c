"""Forgets match runs: hashes once a run is judged, outcomes when their time, their agreement or their epoch is over.

Every step can be repeated and run by several processes at a time: what is deleted already is deleted again.
"""

from collections.abc import Callable
from functools import partial
from typing import TypeVar

from sqlalchemy import Connection

from gateway.log.journal import Draft
from gateway.persistence.engine import forget_deleted, read_transaction
from gateway.persistence.run_queries import (
    delete_run,
    delete_run_parts,
    end_expired_runs,
    list_ended_runs,
    list_judged_with_parts,
)
from gateway.services.context import Gateway

PARTS_A_STEP = 16

T = TypeVar("T")


def delete_over_runs(gateway: Gateway) -> None:
    """Delete the runs whose time is over, and the hashes that a killed process left of judged ones."""
    _write(gateway, partial(end_expired_runs, now=gateway.seconds()))
    with read_transaction(gateway.engine) as connection:
        judged = list_judged_with_parts(connection)
    for run in judged:
        delete_parts_of_run(gateway, run)
    delete_ended_runs(gateway)


def delete_ended_runs(gateway: Gateway, agreement: str | None = None) -> None:
    """Delete the rows of runs that nobody sees any more, of one agreement or of all, and what was deleted before."""
    with read_transaction(gateway.engine) as connection:
        ended = list_ended_runs(connection, agreement)
    for run in ended:
        delete_parts_of_run(gateway, run)
        _write(gateway, partial(delete_run, run=run))
    forget_deleted(gateway.engine)


def delete_parts_of_run(gateway: Gateway, run: int) -> None:
    """Delete the hashes of a run."""
    while _write(gateway, partial(delete_run_parts, run=run, limit=PARTS_A_STEP)) == PARTS_A_STEP:
        pass


def _write(gateway: Gateway, change: Callable[[Connection], T]) -> T:
    return gateway.journal.write(lambda connection: Draft(change(connection), ())).value
