"""Work on what was asked for away from the pages, one thread a kind; what a stopped console left undone goes on."""

import logging
import threading
from collections.abc import Callable
from typing import Final

from sqlalchemy.exc import SQLAlchemyError

LOG = logging.getLogger("tongxin.connector")

RETRY_SECONDS: Final = 30.0
"""What waits for the gateway is tried again after so long."""


class BackgroundWorker:
    """One thread of a console's process, while anything waits.

    Args:
        name: of the thread.
        is_waiting: whether anything waits to be done.
        work: brings everything that waits as far as it comes now.
        retry_seconds: how long it rests when something still waits then.
    """

    def __init__(
        self,
        name: str,
        is_waiting: Callable[[], bool],
        work: Callable[[], None],
        retry_seconds: float = RETRY_SECONDS,
    ) -> None:
        self._name = name
        self._is_waiting = is_waiting
        self._work = work
        self._retry_seconds = retry_seconds
        self._known = threading.Lock()
        self._thread: threading.Thread | None = None
        self._more = threading.Event()

    def go_on(self) -> None:
        """Work on all that waits: when something was asked for, and when the process starts."""
        self._more.set()
        with self._known:
            if self._thread is None and self._is_waiting():
                self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
                self._thread.start()

    def wait(self, seconds: float) -> None:
        """Wait until nothing waits to be done, for so long at most."""
        thread = self._thread
        if thread is not None:
            thread.join(seconds)

    def _run(self) -> None:
        try:
            while not self._is_over():
                self._more.clear()
                self._work()
                if self._is_waiting():
                    self._more.wait(self._retry_seconds)
        except SQLAlchemyError as error:  # the next wish, or the next start, begins another thread
            LOG.error("%s stopped: %s", self._name, type(error).__name__)  # noqa: TRY400 - without what was bound
        finally:
            with self._known:
                if self._thread is threading.current_thread():
                    self._thread = None

    def _is_over(self) -> bool:
        """Return whether nothing waits; from then on the next wish begins another thread."""
        with self._known:
            is_over = not self._is_waiting()
            if is_over:
                self._thread = None
            return is_over
