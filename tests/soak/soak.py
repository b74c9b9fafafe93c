"""Mixed traffic between two agencies through the real programs, with one fault after the other, then the reckoning.

In the first half anything may be killed; in the second gateway and provider stay alive, so that their memory and
descriptors can be compared over time.
"""

import random
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from demo.scenario.servers import free_port
from tests.scenario.killed.play import PUBLISHER, Play, new_stage, opened_play
from tests.soak.faults import Fault, Injector
from tests.soak.faulty_proxy import FaultyProxy
from tests.soak.footprints import Footprint, is_flat, middle_and_end, take_footprint
from tests.soak.small_disk import SmallDisk, small_disk, why_no_small_disk

FAULT_SECONDS = (3.0, 12.0)
QUIET_SECONDS = (2.0, 15.0)
RECOVERY_SECONDS = 240
LOOK_SECONDS = 1.0
QUESTIONS_PER_AGREEMENT = 6
WATCHED = ("gateway", "provider")

EXPECTED = frozenset(
    {
        "unreachable",
        "provider_unreachable",
        "no_active_index",
        "audit_unavailable",
        "envelope_expired",
        "registry_expired",
        "answer: not_in_force",
        "answer: expired",
        "answer: not_yet_valid",
        "answer: no_log_promise",
        "missing_key",
        "unknown_key",
        "epoch_unknown",
        "officer_budget_exhausted",
        "budget_exhausted",
    }
)
"""What the commands may show while something is wrong: giving the command again is all that anybody does.

An answer is expired, not valid yet, or without a promise to be believed, where the clock was put wrong meanwhile;
by a slow clock a new key, or a new key epoch, lies ahead.
"""

Tell = Callable[[float, str], None]
"""Takes the share of the time that is over, and what is going on."""


@dataclass
class Soak:
    """A play under faults of some kinds, and what was seen of it.

    Attributes:
        seconds: how long it lasts.
        pace: of the usual time that a fault lasts, and of the quiet after it.
    """

    play: Play
    kinds: Sequence[Fault]
    rng: random.Random
    tell: Tell
    seconds: float
    pace: float = 1.0
    began: float = field(default_factory=time.monotonic)
    is_steady: bool = False
    played: Counter[str] = field(default_factory=Counter)
    footprints: dict[str, list[Footprint]] = field(default_factory=lambda: {name: [] for name in WATCHED})

    @property
    def share(self) -> float:
        """How much of the time is over."""
        return (time.monotonic() - self.began) / self.seconds

    def run(self) -> None:
        """Play faults until the time is over and each kind was played; raises AssertionError for what is lost."""
        for fault in self._faults():
            self.tell(self.share, fault.name)
            fault.begin()
            try:
                self._watch(self.pace * self.rng.uniform(*FAULT_SECONDS))
            finally:
                fault.end()
            self._recover(fault)
            self.play.look()
            self.played[fault.name] += 1
            self._watch(self.pace * self.rng.uniform(*QUIET_SECONDS))

    def reckon(self) -> None:
        """Check all that was acknowledged, the log as a whole, and that nothing grew.

        Raises:
            AssertionError: what was lost; else all of what was not foreseen, written of or grown, at once.
        """
        self.play.end()
        noticed = [f"a problem that nobody had foreseen: {code}" for code in self._unexpected()]
        noticed += [f"of something that nobody had foreseen speaks {log}" for log in self.play.loud_logs()]
        noticed += [f"{name} grew: {', '.join(map(str, middle_and_end(taken)))}" for name, taken in self._grown()]
        assert not noticed, "\n".join(noticed)

    def _unexpected(self) -> list[str]:
        return sorted(self.play.history.problems.keys() - EXPECTED)

    def _grown(self) -> list[tuple[str, list[Footprint]]]:
        return [(name, taken) for name, taken in self.footprints.items() if len(taken) >= 4 and not is_flat(taken)]

    def _faults(self) -> Iterator[Fault]:
        """Yield all kinds in random order, again and again; from half the time on only those that restart nothing."""
        for may_restart in (True, False):
            self.is_steady = not may_restart
            chosen = [fault for fault in self.kinds if may_restart or not fault.restarts]
            is_first = True
            while is_first or self.share < (0.5 if may_restart else 1.0):
                yield from self.rng.sample(chosen, len(chosen))
                is_first = False

    def _recover(self, fault: Fault) -> None:
        """Wait until a question comes to its end, or a reviewer decides, from whatever state the fault left."""
        history = self.play.history
        history.update()
        seen, deadline = len(history.lines), time.monotonic() + RECOVERY_SECONDS
        while not any(line["what"] in {"asked", "decided"} for line in history.lines[seen:]):
            self.play.victims["asker"].require_alive()
            assert time.monotonic() < deadline, f"nothing was asked any more after: {fault.name}"
            self._watch(LOOK_SECONDS)
            history.update()

    def _watch(self, seconds: float) -> None:
        """Let time pass; look at the processes that are no longer restarted."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self.is_steady:
                for name, taken in self.footprints.items():
                    taken.append(take_footprint(self.play.victims[name].process_id))
            time.sleep(LOOK_SECONDS)


@contextmanager
def opened_soak(folder: Path, seconds: float, seed: int, tell: Tell) -> Iterator[Soak]:
    """Set the stage with a proxy before gateway and provider; the gateway's folder on a small disk if possible."""
    stage = new_stage(folder)
    reached = {"gateway": stage.gateway_port, "provider": stage.desks[PUBLISHER].port}
    behind = {name: free_port() for name in reached}
    with ExitStack() as stack:
        proxies = {name: stack.enter_context(FaultyProxy(reached[name], behind[name])) for name in reached}
        disk = _disk(stack, folder, stage.gateway_folder)
        play = stack.enter_context(opened_play(stage, seed, behind, QUESTIONS_PER_AGREEMENT))
        yield Soak(play, Injector(folder, play.victims, proxies, disk).faults(), random.Random(seed), tell, seconds)


def _disk(stack: ExitStack, folder: Path, gateway_folder: Path) -> SmallDisk | None:
    if why_no_small_disk() is not None:
        return None
    return stack.enter_context(small_disk(folder / "disk.img", gateway_folder))
