"""The stage on which processes are killed: two agencies, four process groups, and all that looks on."""

import random
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

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
from tests.scenario.killed.processes import Victim, command_of
from tests.scenario.killed.province import ROSTER_ROWS, TwoAgencies, write_states_and_roster
from tests.scenario.killed.workers import AskingSide, PublishingSide, newest, open_noted_session
from tests.scene import QUICK_KDF_COST

CHILDREN = 600
CHECKPOINT_SECONDS = 2
"""Longer than the gateway waits until it signs a log that has grown."""

LOUD = ("Traceback", "unforeseen")
"""What a log says of an error that no program had foreseen."""

ASKER, PUBLISHER = Agency.EDUCATION, Agency.CIVIL_AFFAIRS


@dataclass
class Play:
    """The stage with all that is killed and all that looks on."""

    stage: TwoAgencies
    victims: dict[str, Victim]
    history: History
    checker: Checker
    prober: Prober
    replayer: Replayer

    def look(self) -> None:
        """Check all that was acknowledged, match against the newest index, and replay what was accepted."""
        self.checker.check()
        copies = list_agreements(self.prober.requester.connector.state)
        active = {copy.standing.digest: copy for copy in copies if copy.standing.state is AgreementState.ACTIVE}
        latest = newest(active)
        if latest is not None:
            self.prober.probe(latest.agreement, self.history)
        self.replayer.replay()

    def end(self) -> None:
        """End both sides and check all that was acknowledged, then the log as an auditor would from a bundle."""
        for name in ("publisher", "asker"):
            self.victims[name].kill()
        time.sleep(CHECKPOINT_SECONDS)
        self.checker.check()
        self.checker.check_inclusion_of_all_promises()
        self.checker.check_results_are_whole(ROSTER_ROWS)
        bundle = str(self.stage.folder / "log.zip")
        run_command("tongxin-gateway", "--folder", str(self.stage.gateway_folder), "log", "export", "--out", bundle)
        key = self.prober.requester.connector.gateway.log_verifier_key
        run_command("tongxin-gateway", "log", "verify", "--key", key, bundle)

    def loud_logs(self) -> list[Path]:
        """Return the logs of processes that wrote of something which nobody had foreseen."""
        logs = [victim.log for victim in self.victims.values()]
        return [log for log in logs if any(word in log.read_text(encoding="utf-8") for word in LOUD)]


@contextmanager
def opened_play(stage: TwoAgencies, seed: int, ports: Mapping[str, int], questions: int) -> Iterator[Play]:
    """Set the stage, match both states of the register while all is quiet, then start the two sides.

    Args:
        stage: not founded yet.
        seed: of what is replayed.
        ports: where gateway and provider listen, where that differs from where they are reached.
        questions: asked under an agreement before another is proposed.
    """
    generate_province(stage.province, CHILDREN, 1, today=stage.today)
    mapping = write_states_and_roster(stage)
    stage.found()
    victims = _victims(stage, mapping, ports, str(questions))
    notes = Notes(stage.folder / "notes")
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
        history = History(NotesReader(stage.folder / "notes"))
        _play_quietly(stage, notes, prober, history, provider)
        for name in ("publisher", "asker"):
            victims[name].start()
        checker = Checker(stage, requester, provider, history)
        stack.callback(checker.close)
        replayer = Replayer(stage, history, random.Random(seed), DishonestGateway.open(stage.gateway_folder))
        stack.callback(replayer.http.close)
        yield Play(stage, victims, history, checker, prober, replayer)


def new_stage(folder: Path) -> TwoAgencies:
    """Return the stage below `folder`, today, with keys at the tests' cost."""
    return TwoAgencies(folder, datetime.now(OFFICE_ZONE).date(), QUICK_KDF_COST)


def _victims(stage: TwoAgencies, mapping: Path, ports: Mapping[str, int], questions: str) -> dict[str, Victim]:
    desk = stage.desks[PUBLISHER]
    at = {"gateway": stage.gateway_port, "provider": desk.port} | dict(ports)
    gateway = ("--folder", str(stage.gateway_folder), "serve", "--port", str(at["gateway"]))
    connector = ("--folder", str(desk.folder), "serve", "--port", str(at["provider"]))
    worker = [sys.executable, "-m", "tests.scenario.killed.workers"]
    notes = str(stage.folder / "notes")
    asker = [*worker, "ask", str(stage.desks[ASKER].folder), notes, str(mapping), questions]
    publisher = [*worker, "publish", str(desk.folder), notes, str(stage.register), questions]
    urls = {name: f"http://127.0.0.1:{port}/healthz" for name, port in at.items()}
    return {
        "gateway": Victim("gateway", command_of("tongxin-gateway", *gateway), stage.folder / "g.log", urls["gateway"]),
        "provider": Victim(
            "provider", command_of("tongxin-connector", *connector), stage.folder / "c.log", urls["provider"]
        ),
        "publisher": Victim("publisher", publisher, stage.folder / "publisher.log", None),
        "asker": Victim("asker", asker, stage.folder / "asker.log", None),
    }


def _play_quietly(stage: TwoAgencies, notes: Notes, prober: Prober, history: History, provider: Session) -> None:
    """Publish both states of the register under a first agreement and keep what each must answer."""
    prober.requester.client.refresh_registry()
    AskingSide(prober.requester, notes, prober.mapping, 1).propose()
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
