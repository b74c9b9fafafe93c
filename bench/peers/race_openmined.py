"""openmined-psi: ECDH with a set-up message in one of three forms; both parties in one process, one after the other."""

import json
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from bench.harness import Figure
from bench.peers.turns import PeerTurn, Sets, require_right
from quality.peers.environments import MAX_RUN_SECONDS, PeerFailedError, own_environment, set_up

PEERS_FOLDER: Final = Path(__file__).parent


def turns(sets: Sets, forms: Sequence[str]) -> Iterator[PeerTurn | Figure]:
    """Yield for each form what its set-up took, and then, for each roster, a question to the set-up that stands.

    Raises:
        PeerMissingError, PeerFailedError: it can't be installed, or ended without a result.
    """
    for form in forms:
        report = sets.folder / f"openmined_{form}.json"
        _run([form, str(sets.index), str(report), *map(str, sets.rosters.values())], report.with_suffix(".log"))
        told = json.loads(report.read_bytes())
        name = f"openmined-psi {form}"
        yield Figure(f"{sets.index_size:,} indexed: {name}", told["setup"]["cpu_seconds"], "s CPU")
        for size, path in sets.rosters.items():
            asked = told["questions"][str(path)]
            cpu, seconds, found = asked["cpu_seconds"], asked["seconds"], asked["found"]
            turn = PeerTurn(f"{name}, standing index", size, cpu, seconds, told["memory_mb"], found)
            yield require_right(turn)


def _run(arguments: list[str], log: Path) -> None:
    python = set_up("openmined", PEERS_FOLDER)
    command = [str(python), str(PEERS_FOLDER / "openmined" / "parties.py"), *arguments]
    with log.open("wb") as said:
        try:
            ended = subprocess.run(
                command, check=False, stdout=said, stderr=said, timeout=MAX_RUN_SECONDS, env=own_environment()
            )
        except subprocess.TimeoutExpired:
            raise PeerFailedError(f"openmined: {MAX_RUN_SECONDS} s") from None
    if ended.returncode:
        raise PeerFailedError(f"openmined: exit {ended.returncode}, {log.name}")
