"""Reads and checks ledgers in the background of the console; what a restart broke off is done again."""

import logging
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final

from connectors.context import Connector
from connectors.desk.ledger_check import check_ledger
from connectors.desk.ledger_upload import find_header_of
from connectors.requester.ledger_roster import ledger_store_of
from connectors.state.ledgers import LedgerState

LEDGERS_AT_ONCE: Final = 1
"""Checking is computing: a second ledger at the same time would make both slower."""

LOG = logging.getLogger("tongxin.connector")


class LedgerWorker:
    """One thread of a console's process."""

    def __init__(self, connector: Connector) -> None:
        self._connector = connector
        self._pool = ThreadPoolExecutor(LEDGERS_AT_ONCE, "ledger")

    def resume(self) -> None:
        """Go on with every ledger that waits to be read or checked: to be called once, when the process starts."""
        waiting = ledger_store_of(self._connector).list_in(LedgerState.READING, LedgerState.CHECKING)
        for kept in reversed(waiting):
            self.submit(kept.id)

    def submit(self, ledger_id: str) -> None:
        """Let a ledger be read or checked, after those that wait already."""
        self._pool.submit(work_on, self._connector, ledger_id).add_done_callback(_tell)

    def finish(self) -> None:
        """Wait until all that was submitted is done; nothing more can be submitted."""
        self._pool.shutdown()


def work_on(connector: Connector, ledger_id: str) -> None:
    """Do what a ledger waits for."""
    kept = ledger_store_of(connector).find(ledger_id)
    if kept is None:
        return
    if kept.state is LedgerState.READING:
        find_header_of(connector, ledger_id)
    elif kept.state is LedgerState.CHECKING:
        check_ledger(connector, ledger_id)


def _tell(done: Future[None]) -> None:
    error = done.exception()
    if error is not None:
        # Its text may quote a cell.
        LOG.error("a ledger could not be checked: %s", type(error).__name__)
