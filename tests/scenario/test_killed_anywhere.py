"""Gateway, connector, publisher and asker are killed at twenty random moments; nothing that was acknowledged is lost.

The seed chooses victims, steps and delays; set `TONGXIN_KILL_SEED` to play another one, or the same again.
"""

import logging
import os
import random
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest

from connectors.cli.session import Session
from connectors.context import OFFICE_ZONE
from connectors.state.agreements import list_agreements
from demo.province import Agency, generate_province
from demo.scenario.dishonest_gateway import DishonestGateway
from demo.scenario.servers import run_command
from schemas.agreement import AgreementState
from tests.scenario.killed.checks import Checker, History
from tests.scenario.killed.notes import Notes, NotesReader
from tests.scenario.killed.probes import Prober, Replayer
from tests.scenario.killed.processes import POLL_SECONDS, Victim, command_of
from tests.scenario.killed.province import ROSTER_ROWS, TwoAgencies, write_states_and_roster
from tests.scenario.killed.workers import AskingSide, PublishingSide, newest, open_noted_session
from tests.scene import QUICK_KDF_COST

LOG = logging.getLogger(__name__)

SEED = int(os.environ.get("TONGXIN_KILL_SEED", "20261121"))
KILLS = 20
CHILDREN = 600
STEP_SECONDS = 20
LAST_SECONDS = 120
MAX_DELAY_SECONDS = 0.25
CHECKPOINT_SECONDS = 2
"""Longer than the gateway waits until it signs a log that has grown."""

ASKER, PUBLISHER = Agency.EDUCATION, Agency.CIVIL_AFFAIRS

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
class Play:
    """The stage with all that is killed and all that looks on."""

    stage: TwoAgencies
    victims: dict[str, Victim]
    history: History
    checker: Checker
    prober: Prober
    replayer: Replayer

    def wait_for(self, step: str, seconds: float) -> bool:
        """Look on until a step is noted, checking the indexes all the time; False if it was not."""
        self.history.update()
        seen, deadline = len(self.history.lines), time.monotonic() + seconds
        while time.monotonic() < deadline:
            self.checker.check_indexes()
            self.history.update()
            new = self.history.lines[seen:]
            seen += len(new)
            if any(step in {line["what"], line["type"] if line["what"] == "sending" else ""} for line in new):
                return True
            for name in ("publisher", "asker"):
                self.victims[name].require_alive()
            time.sleep(POLL_SECONDS)
        return False

    def kill(self, name: str, step: str, delay: float) -> None:
        """Kill a victim so many seconds after it began a step, start it again, and see what is left."""
        is_met = self.wait_for(step, STEP_SECONDS)
        time.sleep(delay)
        LOG.warning("%s killed %.3f s after %s%s", name, delay, step, "" if is_met else ", which did not come")
        self.victims[name].kill()
        self.victims[name].start()
        self.victims[name].wait_until_up()
        self.checker.check()
        copies = list_agreements(self.prober.requester.connector.state)
        active = {copy.standing.digest: copy for copy in copies if copy.standing.state is AgreementState.ACTIVE}
        latest = newest(active)
        if latest is not None:
            self.prober.probe(latest.agreement, self.history)
        self.replayer.replay()

    def finish(self) -> None:
        """Let both sides finish something by themselves, end them, and look once more."""
        for step in ("asked", "published", "decided", "asked"):
            assert self.wait_for(step, LAST_SECONDS), f"nothing was {step} after the last kill"
        for name in ("publisher", "asker"):
            self.victims[name].kill()
        time.sleep(CHECKPOINT_SECONDS)
        self.checker.check()
        self.checker.check_inclusion_of_all_promises()
        self.checker.check_results_are_whole(ROSTER_ROWS)


@pytest.fixture
def play(tmp_path: Path) -> Iterator[Play]:
    """Set the stage, match both states of the register while all is quiet, then start the two sides."""
    stage = TwoAgencies(tmp_path, datetime.now(OFFICE_ZONE).date(), QUICK_KDF_COST)
    generate_province(stage.province, CHILDREN, 1, today=stage.today)
    mapping = write_states_and_roster(stage)
    stage.found()
    victims = _victims(stage, mapping)
    notes = Notes(tmp_path / "notes")
    with ExitStack() as stack:
        for victim in victims.values():
            stack.callback(victim.kill)
        for name in ("gateway", "provider"):
            victims[name].start()
            victims[name].wait_until_up()
        sessions = [open_noted_session(stage.desks[kind].folder, notes) for kind in (ASKER, PUBLISHER)]
        for session in sessions:
            stack.callback(session.close)
        requester, provider = sessions
        prober = Prober(requester, mapping)
        history = History(NotesReader(tmp_path / "notes"))
        _play_quietly(stage, notes, prober, history, provider)
        for name in ("publisher", "asker"):
            victims[name].start()
        rng = random.Random(SEED)
        checker = Checker(stage, requester, provider, history)
        replayer = Replayer(stage, history, rng, DishonestGateway.open(stage.gateway_folder))
        yield Play(stage, victims, history, checker, prober, replayer)
        checker.engine.dispose()
        checker.http.close()
        replayer.http.close()


def test_killing_anywhere_loses_nothing_acknowledged(play: Play, tmp_path: Path) -> None:
    rng = random.Random(SEED)
    LOG.warning("seed %d", SEED)
    chosen = list(STEPS) * (KILLS // len(STEPS))
    rng.shuffle(chosen)
    for name in chosen:
        play.kill(name, rng.choice(STEPS[name]), rng.uniform(0, MAX_DELAY_SECONDS))
    play.finish()
    assert play.prober.seen >= KILLS // 3, "too few matches to tell anything"
    assert set(play.history.problems) <= RETRIED
    for log in tmp_path.glob("*.log"):
        text = log.read_text(encoding="utf-8")
        assert "Traceback" not in text
        assert "unforeseen" not in text
    folder = ("--folder", str(play.stage.gateway_folder))
    bundle = str(tmp_path / "log.zip")
    run_command("tongxin-gateway", *folder, "log", "export", "--out", bundle)
    key = play.prober.requester.connector.gateway.log_verifier_key
    run_command("tongxin-gateway", "log", "verify", "--key", key, bundle)


def _victims(stage: TwoAgencies, mapping: Path) -> dict[str, Victim]:
    desk = stage.desks[PUBLISHER]
    gateway = ("--folder", str(stage.gateway_folder), "serve", "--port", str(stage.gateway_port))
    connector = ("--folder", str(desk.folder), "serve", "--port", str(desk.port))
    worker = [sys.executable, "-m", "tests.scenario.killed.workers"]
    notes = str(stage.folder / "notes")
    asker = [*worker, "ask", str(stage.desks[ASKER].folder), notes, str(mapping)]
    publisher = [*worker, "publish", str(desk.folder), notes, str(stage.register)]
    gateway_url, provider_url = f"{stage.gateway_url}/healthz", f"{desk.endpoint}/healthz"
    return {
        "gateway": Victim("gateway", command_of("tongxin-gateway", *gateway), stage.folder / "g.log", gateway_url),
        "provider": Victim(
            "provider", command_of("tongxin-connector", *connector), stage.folder / "c.log", provider_url
        ),
        "publisher": Victim("publisher", publisher, stage.folder / "publisher.log", None),
        "asker": Victim("asker", asker, stage.folder / "asker.log", None),
    }


def _play_quietly(stage: TwoAgencies, notes: Notes, prober: Prober, history: History, provider: Session) -> None:
    """Publish both states of the register under a first agreement and keep what each must answer."""
    prober.requester.client.refresh_registry()
    AskingSide(prober.requester, notes, prober.mapping).propose()
    publishing = PublishingSide(provider, notes, stage.register, stage.register.with_name("changed.xlsx"))
    for _ in range(2):
        publishing.round()
        prober.requester.client.refresh_registry()
        (copy,) = prober.requester.office.sync().values()
        index, outcomes = prober.match(copy.agreement)
        history.update()
        prober.states[history.begun[index]["records"]] = outcomes
    assert len(set(prober.states.values())) == 2
    assert all({"match", "possible_match"} <= set(outcomes) for outcomes in prober.states.values())
