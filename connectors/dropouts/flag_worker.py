"""Opens the items of flagged pupils away from the pages; what a stopped console or gateway left undone goes on."""

import logging
import threading
from typing import Final

from connectors.console.context import Console
from connectors.dropouts.absence_ledger import flag_store_of
from connectors.dropouts.open_flags import flagging_of
from connectors.gateway_client import GatewayUnreachableError
from schemas.problem import ProblemError

RETRY_SECONDS: Final = 30.0
"""A flag that waits for the gateway is tried again after so long."""

LOG = logging.getLogger("tongxin.connector")


class FlagWorker:
    """One thread of a console's process, while anybody waits to be flagged."""

    def __init__(self, console: Console, retry_seconds: float = RETRY_SECONDS) -> None:
        self._console = console
        self._retry_seconds = retry_seconds
        self._known = threading.Lock()
        self._thread: threading.Thread | None = None
        self._more = threading.Event()

    def go_on(self) -> None:
        """Work on all flags that wait: when a ledger was flagged, and when the process starts."""
        self._more.set()
        with self._known:
            if self._thread is None and flag_store_of(self._console.connector).waiting():
                self._thread = threading.Thread(target=self._run, name="dropout-flags", daemon=True)
                self._thread.start()

    def wait(self, seconds: float) -> None:
        """Wait until nobody waits to be flagged, for so long at most."""
        thread = self._thread
        if thread is not None:
            thread.join(seconds)

    def _run(self) -> None:
        try:
            while not self._is_over():
                self._more.clear()
                work_on_flags(self._console)
                if flag_store_of(self._console.connector).waiting():
                    self._more.wait(self._retry_seconds)
        finally:
            with self._known:
                if self._thread is threading.current_thread():
                    self._thread = None

    def _is_over(self) -> bool:
        """Return whether nobody waits; from then on the next flag begins another thread."""
        with self._known:
            is_over = not flag_store_of(self._console.connector).waiting()
            if is_over:
                self._thread = None
            return is_over


def work_on_flags(console: Console) -> None:
    """Bring every flag that waits as far as it comes now."""
    flagging = flagging_of(console)
    for flag in flagging.store.waiting():
        try:
            flagging.work_on(flag)
        except (GatewayUnreachableError, ProblemError) as error:
            LOG.warning("a flag waits for the gateway: %s", type(error).__name__)
