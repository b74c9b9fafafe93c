"""Gateway, connector, publisher and asker are killed at random moments; nothing that was acknowledged is lost.

The seed chooses victims, steps and delays; set `TONGXIN_KILL_SEED` to play another one, or the same again. Each is
killed twice; `TONGXIN_KILLS` says how often in all, and `make torture` has it play longer.
"""

import logging
import os
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.scenario.killed.play import Play, new_stage, opened_play
from tests.scenario.killed.processes import POLL_SECONDS

LOG = logging.getLogger(__name__)

SEED = int(os.environ.get("TONGXIN_KILL_SEED", "20261121"))
KILLS = int(os.environ.get("TONGXIN_KILLS", "8"))
QUESTIONS_PER_AGREEMENT = 2
STEP_SECONDS = 20
LAST_SECONDS = 300
MAX_DELAY_SECONDS = 0.25
PUBLISHING = ("preparing", "key.publish", "index.begin", "index.part", "index.activate", "agreement.sign")
RUNNING = ("match.part", "match", "match.review")
ASKING = ("evaluate", *RUNNING, "exchange", "receipt", "agreement.propose")
STEPS = {
    "gateway": PUBLISHING[1:] + ASKING,
    "provider": ("evaluate", "exchange", "receipt"),
    "publisher": PUBLISHING,
    "asker": ASKING,
}
"""By victim: the steps in which it may be killed. What is sent is noted just before."""

RETRIED = {"unreachable", "provider_unreachable", "no_active_index"}
"""What the commands may show while others are dead; giving the command again is all that anybody does."""


@dataclass
class Killer:
    """Kills at a step of somebody's work, and looks at what is left."""

    play: Play

    def wait_for(self, step: str, seconds: float) -> bool:
        """Look on until a step is noted, checking the indexes all the time; False if it was not."""
        self.play.history.update()
        seen, deadline = len(self.play.history.lines), time.monotonic() + seconds
        while time.monotonic() < deadline:
            self.play.checker.check_indexes()
            self.play.history.update()
            new = self.play.history.lines[seen:]
            seen += len(new)
            if any(step in {line["what"], line["type"] if line["what"] == "sending" else ""} for line in new):
                return True
            for name in ("publisher", "asker"):
                self.play.victims[name].require_alive()
            time.sleep(POLL_SECONDS)
        return False

    def kill(self, name: str, step: str, delay: float) -> None:
        """Kill a victim so many seconds after it began a step, start it again, and see what is left."""
        is_met = self.wait_for(step, STEP_SECONDS)
        time.sleep(delay)
        LOG.warning("%s killed %.3f s after %s%s", name, delay, step, "" if is_met else ", which did not come")
        victim = self.play.victims[name]
        victim.kill()
        victim.start()
        victim.wait_until_up()
        self.play.look()

    def finish(self) -> None:
        """Let both sides finish something by themselves, then end them and look once more."""
        for step in ("asked", "published", "decided", "asked"):
            assert self.wait_for(step, LAST_SECONDS), f"nothing was {step} after the last kill"
        self.play.end()


@pytest.fixture
def play(tmp_path: Path) -> Iterator[Play]:
    """Everything at work."""
    with opened_play(new_stage(tmp_path), SEED, {}, QUESTIONS_PER_AGREEMENT) as opened:
        yield opened


def test_killing_anywhere_loses_nothing_acknowledged(play: Play) -> None:
    killer, rng = Killer(play), random.Random(SEED)
    LOG.warning("seed %d", SEED)
    chosen = list(STEPS) * (KILLS // len(STEPS))
    rng.shuffle(chosen)
    for name in chosen:
        killer.kill(name, rng.choice(STEPS[name]), rng.uniform(0, MAX_DELAY_SECONDS))
    killer.finish()
    assert play.prober.seen >= KILLS // 3, "too few matches to tell anything"
    assert set(play.history.problems) <= RETRIED
    assert play.loud_logs() == []
