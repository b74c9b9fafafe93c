"""What goes wrong while the work goes on: each fault begins, lasts, and ends."""

import os
import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.machine import children_of
from tests.scenario.killed.processes import Victim
from tests.scenario.killed.workers import SKEW_FILE
from tests.soak.faulty_proxy import FaultyProxy
from tests.soak.small_disk import SmallDisk

SLOW_SECONDS = 2.0
CUT_AFTER_BYTES = 6_000
SKEW_SECONDS = 900
"""More than any message stays fresh."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that goes wrong.

    Attributes:
        begin: makes it so; `end` makes it good again.
        restarts: whether it ends a process of the gateway or the provider, whose memory then starts anew.
    """

    name: str
    begin: Callable[[], None]
    end: Callable[[], None]
    restarts: bool = False


@dataclass(frozen=True)
class Injector:
    """Makes the faults of a play.

    Attributes:
        folder: where the notes are.
        proxies: in front of `gateway` and `provider`.
        disk: of the gateway; None where none could be mounted.
    """

    folder: Path
    victims: Mapping[str, Victim]
    proxies: Mapping[str, FaultyProxy]
    disk: SmallDisk | None

    def faults(self) -> list[Fault]:
        """Return every fault that can be played here."""
        found = [self._killed(name) for name in self.victims]
        found += [self._killed_worker(name) for name in self.proxies]
        found += [self._cut(name) for name in self.proxies]
        found += [Fault("slow provider", self._slow(SLOW_SECONDS), self._slow(0.0))]
        found += [Fault(f"clock {seconds:+} s", self._skew(seconds), self._skew(0)) for seconds in _SKEWS]
        if self.disk is not None:
            found.append(Fault("full disk", self.disk.fill, self.disk.free))
        return found

    def _killed(self, name: str) -> Fault:
        victim = self.victims[name]

        def start_again() -> None:
            victim.start()
            victim.wait_until_up()

        return Fault(f"{name} killed", victim.kill, start_again, restarts=name in self.proxies)

    def _killed_worker(self, name: str) -> Fault:
        victim = self.victims[name]

        def kill() -> None:
            for worker in children_of(victim.process_id):
                os.kill(worker, signal.SIGKILL)

        return Fault(f"{name}'s worker killed", kill, victim.wait_until_up, restarts=True)

    def _cut(self, name: str) -> Fault:
        return Fault(f"connections to {name} cut", self._cutting(name, CUT_AFTER_BYTES), self._cutting(name, None))

    def _cutting(self, name: str, after: int | None) -> Callable[[], None]:
        return lambda: setattr(self.proxies[name], "cut_after_bytes", after)

    def _slow(self, seconds: float) -> Callable[[], None]:
        return lambda: setattr(self.proxies["provider"], "delay_seconds", seconds)

    def _skew(self, seconds: int) -> Callable[[], None]:
        return lambda: write_skew(self.folder, seconds)


_SKEWS = (SKEW_SECONDS, -SKEW_SECONDS)


def write_skew(folder: Path, seconds: int) -> None:
    """Set the asking side's clock wrong by so many seconds, at once and whole."""
    spare = folder / f"{SKEW_FILE}.new"
    spare.write_text(str(seconds), encoding="ascii")
    spare.replace(folder / SKEW_FILE)
