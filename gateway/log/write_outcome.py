"""How a write went, for the one thread that waits for it: two bare locks where a `Future` makes a dozen calls."""

import threading
from typing import Any, Generic, Protocol, TypeVar

T = TypeVar("T")


class Outcome(Protocol):
    """What the sequencer tells of a write; `concurrent.futures.Future` is one too."""

    def set_running_or_notify_cancel(self) -> bool:
        """Begin the write; return whether nobody gave it up before."""

    def set_result(self, result: Any, /) -> None:
        """Tell that it is durable."""

    def set_exception(self, exception: BaseException | None, /) -> None:
        """Tell why it is not, or may not be."""


class AwaitedOutcome(Generic[T]):
    """An outcome that one thread waits for. Begun or given up: whoever is first decides, and only one is."""

    __slots__ = ("_begun", "_error", "_result", "_told")

    def __init__(self) -> None:
        self._begun = threading.Lock()
        self._told = threading.Lock()
        self._told.acquire()
        self._result: T | None = None
        self._error: BaseException | None = None

    def set_running_or_notify_cancel(self) -> bool:
        """Begin the write; return whether nobody gave it up before."""
        return self._begun.acquire(blocking=False)

    def cancel(self) -> bool:
        """Give the write up; return whether nobody had begun it before."""
        return self._begun.acquire(blocking=False)

    def set_result(self, result: T, /) -> None:
        """Tell that the write is durable."""
        self._result = result
        self._told.release()

    def set_exception(self, exception: BaseException | None, /) -> None:
        """Tell why the write is not durable, or may not be."""
        self._error = exception
        self._told.release()

    def is_told(self, timeout_seconds: float) -> bool:
        """Wait so long at most; return whether the outcome is known."""
        return self._told.acquire(timeout=timeout_seconds)

    def result(self) -> T:
        """Return what the write made, or raise what it raised; `is_told` said that it is known."""
        if self._error is not None:
            raise self._error
        return self._result  # type: ignore[return-value]  # of a write without a value it is None
