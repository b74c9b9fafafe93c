"""Interleaves two contenders that do the same work, and says how their rates compare."""

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from statistics import median


@dataclass(frozen=True, slots=True)
class Sample:
    """One turn.

    Attributes:
        units: how much work was done.
        seconds: how long it took.
        cpu_seconds: what the processes that do the work spent on it; None where that was not taken.
        latencies: seconds of single requests, where there are any.
    """

    units: int
    seconds: float
    cpu_seconds: float | None = None
    latencies: tuple[float, ...] = field(default=(), repr=False)

    @property
    def rate(self) -> float:
        """Units per second."""
        return self.units / self.seconds

    def __add__(self, other: "Sample") -> "Sample":
        """Return both turns as one; processor time only where both have it."""
        has_cpu = self.cpu_seconds is not None and other.cpu_seconds is not None
        cpu_seconds = (self.cpu_seconds or 0) + (other.cpu_seconds or 0) if has_cpu else None
        units, seconds = self.units + other.units, self.seconds + other.seconds
        return Sample(units, seconds, cpu_seconds, self.latencies + other.latencies)


@dataclass(frozen=True, slots=True)
class Figure:
    """One number that stands for itself: a time, or the memory of a process."""

    name: str
    value: float
    unit: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """Rates of both contenders, one for each round, in `unit` per second.

    Attributes:
        name: what ours did.
        unit: what is counted.
        peer: what it was measured against.
        ours: our rates; `theirs` those of the peer in the same rounds.
        cpu_ratios: the peer's processor time for a unit by ours, round by round: blind to what else the machine
            does, and to waiting. Empty where the work is done in another process.
        figures: what else was seen, such as latencies.
    """

    name: str
    unit: str
    peer: str
    ours: tuple[float, ...]
    theirs: tuple[float, ...]
    cpu_ratios: tuple[float, ...] = ()
    figures: tuple[Figure, ...] = ()

    @property
    def ratios(self) -> tuple[float, ...]:
        """Our rate by the peer's, round by round: what disturbs the machine for longer than a round disturbs both."""
        return tuple(mine / theirs for mine, theirs in zip(self.ours, self.theirs, strict=True))

    @property
    def median_ours(self) -> float:
        """Our rate in an ordinary round."""
        return median(self.ours)

    @property
    def median_theirs(self) -> float:
        """The peer's rate in an ordinary round."""
        return median(self.theirs)

    @property
    def median_ratio(self) -> float:
        """The ratio of an ordinary round."""
        return median(self.ratios)

    @property
    def best_ratio(self) -> float:
        """The ratio of the round that went best for us."""
        return max(self.ratios)

    @property
    def median_cpu_ratio(self) -> float | None:
        """The ratio of processor time in an ordinary round, where it was taken."""
        return median(self.cpu_ratios) if self.cpu_ratios else None


Turn = Callable[[], Sample]
Tell = Callable[[str], None]
"""Takes a sentence on how far a benchmark is."""


@dataclass(frozen=True, slots=True)
class Contest:
    """What is to be compared: two turns that do the same kind of work."""

    name: str
    unit: str
    peer: str
    ours: Turn
    theirs: Turn


def compare(contest: Contest, rounds: int, tell: Tell) -> Comparison:
    """Let both take turns, ours first, for a number of rounds after one that warms up and doesn't count."""
    contest.ours()
    contest.theirs()
    ours, theirs = [], []
    for number in range(1, rounds + 1):
        tell(f"{contest.name}: {number}/{rounds}")
        ours.append(contest.ours())
        theirs.append(contest.theirs())
    return Comparison(
        name=contest.name,
        unit=contest.unit,
        peer=contest.peer,
        ours=tuple(sample.rate for sample in ours),
        theirs=tuple(sample.rate for sample in theirs),
        cpu_ratios=cpu_ratios(ours, theirs),
        figures=latency_figures([seconds for sample in ours for seconds in sample.latencies]),
    )


def timed(units: int, work: Callable[[], object]) -> Sample:
    """Do `work` in this process, which is `units` of it."""
    cpu_began, began = time.process_time(), time.perf_counter()
    work()
    return Sample(units, time.perf_counter() - began, time.process_time() - cpu_began)


def cpu_ratios(ours: Sequence[Sample], theirs: Sequence[Sample]) -> tuple[float, ...]:
    """Return the peer's processor time for a unit by ours, of each round in which both were taken."""
    return tuple(
        (other.cpu_seconds / other.units) / (mine.cpu_seconds / mine.units)
        for mine, other in zip(ours, theirs, strict=True)
        if mine.cpu_seconds is not None and other.cpu_seconds is not None
    )


def percentile(values: Sequence[float], percent: float) -> float:
    """Return the smallest value that is not below `percent` of all (nearest rank)."""
    ranked = sorted(values)
    return ranked[max(0, math.ceil(len(ranked) * percent / 100) - 1)]


def latency_figures(latencies: Sequence[float]) -> tuple[Figure, ...]:
    """Return percentiles of request times in milliseconds; nothing where none were taken."""
    if not latencies:
        return ()
    return tuple(Figure(f"p{percent}", 1_000 * percentile(latencies, percent), "ms") for percent in (50, 95, 99))
