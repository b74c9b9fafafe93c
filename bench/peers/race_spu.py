"""spu (SecretFlow): ECDH, RR22 and an unbalanced OPRF intersection, two parties as processes on loopback."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

from bench.peers.turns import PeerTurn, Sets, require_right
from demo.scenario.servers import free_port
from quality.peers.environments import MAX_RUN_SECONDS, PeerFailedError, own_environment, set_up

PEERS_FOLDER: Final = Path(__file__).parent
PROTOCOLS: Final = {
    "ecdh_25519": "spu ECDH, curve 25519",
    "rr22": "spu RR22",
    "ub_online": "spu unbalanced OPRF, standing index",
}
INDEX_ONCE: Final = "ub_offline"


def index_turn(sets: Sets) -> PeerTurn:
    """Evaluate the index for the unbalanced protocol and hand it over: once, for all rosters.

    Raises:
        PeerMissingError, PeerFailedError: it can't be installed, or a party ended without a result.
    """
    return _turn(sets, INDEX_ONCE, min(sets.rosters))


def question_turns(sets: Sets, protocol: str) -> Iterator[PeerTurn]:
    """Ask about each roster by one protocol; `ub_online` comes after `index_turn`. Raises as that."""
    for size in sets.rosters:
        yield require_right(_turn(sets, protocol, size))


def _turn(sets: Sets, protocol: str, size: int) -> PeerTurn:
    python = set_up("spu", PEERS_FOLDER)
    ports = [str(free_port()), str(free_port())]
    reports = [sets.folder / f"spu_{protocol}_{size}_{rank}.json" for rank in range(2)]
    program = [str(python), str(PEERS_FOLDER / "spu" / "party.py"), protocol]
    sources = (sets.rosters[size], sets.index)
    commands = [
        [*program, str(rank), *ports, str(source), str(sets.folder), str(report)]
        for rank, (source, report) in enumerate(zip(sources, reports, strict=True))
    ]
    _run_both(commands, sets.folder / f"spu_{protocol}_{size}.log")
    asking, holding = (_read(report) for report in reports)
    return PeerTurn(
        PROTOCOLS.get(protocol, protocol),
        size,
        asking["cpu_seconds"] + holding["cpu_seconds"],
        max(asking["seconds"], holding["seconds"]),
        asking["memory_mb"] + holding["memory_mb"],
        int(asking["found"]),
    )


def _run_both(commands: list[list[str]], log: Path) -> None:
    with ExitStack() as opened:
        said = opened.enter_context(log.open("wb"))
        parties = [
            opened.enter_context(subprocess.Popen(command, stdout=said, stderr=said, env=own_environment()))
            for command in commands
        ]
        try:
            for party in parties:
                if party.wait(MAX_RUN_SECONDS):
                    raise PeerFailedError(f"spu: exit {party.returncode}, {log.name}")
        except subprocess.TimeoutExpired:
            raise PeerFailedError(f"spu: {MAX_RUN_SECONDS} s") from None
        finally:
            for party in parties:
                party.kill()


def _read(report: Path) -> dict[str, Any]:
    spent: dict[str, Any] = json.loads(report.read_bytes())
    return spent
