"""Deletes what is known of emergency calls beside the log, once it was kept for its three years. The log stays."""

from functools import partial

from sqlalchemy import Connection

from gateway.log.journal import Draft
from gateway.persistence.emergency_queries import delete_call, list_settled
from gateway.persistence.engine import forget_deleted
from gateway.services.context import Gateway
from schemas.emergency import RECORD_LASTS

CALLS_A_STEP = 200


def delete_emergency_calls(gateway: Gateway) -> int:
    """Delete the calls opened longer than `RECORD_LASTS` ago that suspend nobody; return how many."""
    before = int((gateway.now() - RECORD_LASTS).timestamp())
    deleted = 0
    while (step := gateway.journal.write(partial(_delete, before)).value) > 0:
        deleted += step
    if deleted:
        forget_deleted(gateway.engine)
    return deleted


def _delete(before: int, connection: Connection) -> Draft[int]:
    calls = list_settled(connection, before, CALLS_A_STEP)
    for call in calls:
        delete_call(connection, call)
    return Draft(len(calls), ())
