"""Opens the items of flagged pupils away from the pages; what a stopped console or gateway left undone goes on."""

import logging
from functools import partial

from connectors.console.context import Console
from connectors.dropouts.absence_ledger import flag_store_of
from connectors.dropouts.background import RETRY_SECONDS, BackgroundWorker
from connectors.dropouts.open_flags import flagging_of
from connectors.gateway_client import GatewayUnreachableError
from schemas.problem import ProblemError

LOG = logging.getLogger("tongxin.connector")


def flag_worker(console: Console, retry_seconds: float = RETRY_SECONDS) -> BackgroundWorker:
    """Return the worker that flags pupils."""
    store = flag_store_of(console.connector)
    return BackgroundWorker(
        "dropout-flags", lambda: bool(store.waiting()), partial(work_on_flags, console), retry_seconds
    )


def work_on_flags(console: Console) -> None:
    """Bring every flag that waits as far as it comes now."""
    flagging = flagging_of(console)
    for flag in flagging.store.waiting():
        try:
            flagging.work_on(flag)
        except (GatewayUnreachableError, ProblemError) as error:
            LOG.warning("a flag waits for the gateway: %s", type(error).__name__)
