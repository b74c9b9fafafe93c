"""A judge's claim to a run: short, so that a process that died holds nobody up, and renewed while the judge works."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Final

from sqlalchemy import Connection

from gateway.log.journal import AuditUnavailableError, Draft
from gateway.persistence.run_queries import renew_claim
from gateway.services.context import Gateway

CLAIM_SECONDS: Final = 30
"""Less than a request waits for whoever judges: after a crash the first one that comes judges anew."""

RENEW_SECONDS: Final = 10.0

_logger = logging.getLogger(__name__)


@contextmanager
def kept_claim(gateway: Gateway, run: int, claim: str) -> Iterator[None]:
    """Renew a claim to a run until the block ends; one that was lost stays lost."""
    is_over = threading.Event()
    renewing = threading.Thread(target=_renew, args=(gateway, run, claim, is_over), name="claim", daemon=True)
    renewing.start()
    try:
        yield
    finally:
        is_over.set()
        renewing.join()


def _renew(gateway: Gateway, run: int, claim: str, is_over: threading.Event) -> None:
    while not is_over.wait(RENEW_SECONDS):
        try:
            gateway.journal.write(partial(_renewed, gateway, run, claim))
        except AuditUnavailableError as error:  # another judge may begin too; one of them stores what it found
            _logger.warning("a claim could not be renewed: %s", type(error).__name__)


def _renewed(gateway: Gateway, run: int, claim: str, connection: Connection) -> Draft[None]:
    renew_claim(connection, run, claim, gateway.seconds() + CLAIM_SECONDS)
    return Draft(None, ())
