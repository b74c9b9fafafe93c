"""Both parties of a private intersection by openmined-psi (ECDH), one after the other in this process.

parties.py STRUCTURE INDEX.csv REPORT.json ROSTER.csv...

The server's set-up message is made once, for the largest roster, in the form STRUCTURE: `raw`, `gcs` or `bloom_filter`.
"""

import csv
import json
import sys
import time
from pathlib import Path

import private_set_intersection.python as psi  # type: ignore[import-not-found]

FALSE_POSITIVES = 1e-9
"""The probability that a question has any."""


def main() -> None:
    """Make the set-up, ask about each roster, and write what it took."""
    structure, index, report, *paths = sys.argv[1:]
    holder = psi.server.CreateWithNewKey(reveal_intersection=True)
    rosters = {path: read(path) for path in paths}
    largest = max(map(len, rosters.values()))
    entries = read(index)
    clock = Clock()
    form = psi.DataStructure[structure.upper()]
    setup = holder.CreateSetupMessage(FALSE_POSITIVES, largest, entries, form)
    result = {"setup": clock.lap(), "questions": {path: ask(holder, setup, ids) for path, ids in rosters.items()}}
    result["memory_mb"] = most_memory_mb()
    Path(report).write_text(json.dumps(result), encoding="ascii")


def ask(holder: "psi.server", setup: object, ids: list[str]) -> dict[str, float]:
    """Return what a question took, and how many were found."""
    clock = Clock()
    asker = psi.client.CreateWithNewKey(reveal_intersection=True)
    response = holder.ProcessRequest(asker.CreateRequest(ids))
    found = asker.GetIntersection(setup, response)
    return {"found": len(found), **clock.lap()}


def read(path: str) -> list[str]:
    """Return the ids of a file."""
    with Path(path).open(encoding="ascii", newline="") as file:
        return [row["id"] for row in csv.DictReader(file)]


def most_memory_mb() -> float:
    """Return the most memory that this process has had resident; unlike `getrusage` without its parent's."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    kilobytes = next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(kilobytes) / 1_024


class Clock:
    """Tells what was spent since it was made."""

    def __init__(self) -> None:
        self._cpu, self._wall = time.process_time(), time.perf_counter()

    def lap(self) -> dict[str, float]:
        """Return processor time and wall time."""
        return {"cpu_seconds": time.process_time() - self._cpu, "seconds": time.perf_counter() - self._wall}


main()
