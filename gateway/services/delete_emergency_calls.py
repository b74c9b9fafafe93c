"""Deletes what is known of emergency calls beside the log, once it was kept for its three years. The log stays."""

from functools import partial

from sqlalchemy import Connection

from gateway.persistence.emergency_queries import delete_call, list_settled
from gateway.services.context import Gateway
from gateway.services.delete_in_steps import delete_in_steps
from schemas.emergency import RECORD_LASTS

CALLS_A_STEP = 200


def delete_emergency_calls(gateway: Gateway) -> int:
    """Delete the calls opened longer than `RECORD_LASTS` ago that suspend nobody; return how many."""
    before = int((gateway.now() - RECORD_LASTS).timestamp())
    return delete_in_steps(gateway, partial(_delete, before))


def _delete(before: int, connection: Connection) -> int:
    calls = list_settled(connection, before, CALLS_A_STEP)
    for call in calls:
        delete_call(connection, call)
    return len(calls)
