"""What one process counts: requests by message type, outcome and purpose, how long they took, and what it takes up."""

from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector

SECONDS_BUCKETS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120)
NO_PURPOSE: Final = "none"


class Meters:
    """The counters of a process; each label's values come from a closed set of the program.

    Args:
        registry: where they are declared; in a serving process nobody reads it, since the shared files are read.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        self._requests = Counter(
            "tongxin_requests",
            "Requests answered, by message type, outcome (ok, or the problem code) and purpose.",
            ("message", "outcome", "purpose"),
            registry=registry,
        )
        self._seconds = Histogram(
            "tongxin_request_seconds",
            "How long requests took to answer, by message type.",
            ("message",),
            buckets=SECONDS_BUCKETS,
            registry=registry,
        )
        self._taken_up = {
            name: Gauge(f"tongxin_{name}", text, multiprocess_mode="livesum", registry=registry)
            for name, text in (
                ("process_resident_memory_bytes", "Memory that the serving processes hold, together."),
                ("process_open_fds", "File descriptors that the serving processes hold open, together."),
                ("process_max_fds", "File descriptors that the serving processes may hold open, together."),
            )
        }
        self._waiting = Gauge(
            "tongxin_journal_waiting",
            "Writes that wait for the log, in all processes together.",
            multiprocess_mode="livesum",
            registry=registry,
        )
        self._process = ProcessCollector(registry=None)

    def count(self, message: str, outcome: str, purpose: str, seconds: float) -> None:
        """Count a request that was answered after so many seconds."""
        self._requests.labels(message, outcome, purpose).inc()
        self._seconds.labels(message).observe(seconds)

    def sample(self, waiting: int) -> None:
        """Note what the process takes up now, and how many writes wait in it."""
        self._waiting.set(waiting)
        for family in self._process.collect():
            if (gauge := self._taken_up.get(family.name)) is not None:
                gauge.set(family.samples[0].value)
