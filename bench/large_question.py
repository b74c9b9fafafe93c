"""A workbook of 50,000 children through a purpose: each step's time, each process's memory, and what the bar said.

More of the children are held than may be released in a day. The measurement does not wait for midnight: when the
question pauses, it forgets what the gateway and the provider have charged to the day.
"""

import json
import random
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Final

from bench.harness import Figure, Tell
from bench.large_desk import ASK, Moment
from bench.machine import children_of, resident_memory_mb
from bench.register import draw_rows, write_rows
from bench.scale import Scale
from bench.scene import PROVIDER, PURPOSE, QUICK_KDF_COST, REGIONS, REQUESTER, TwoAgencies
from connectors.context import OFFICE_ZONE
from connectors.settings import STATE_FILE
from demo.province.record import Record
from demo.scenario.desks import agree, publish
from gateway.settings import DATABASE_FILE
from tests.unit.connectors.desk.uploaded import workbook_of

_ROOT: Final = Path(__file__).parents[1]
_EARLY: Final = 0.2
_STEPS: Final = {
    "upload": "upload, header found",
    "check": "rows checked",
    "count": "rows counted",
    ASK: "asked and answered",
    "show": "answers opened",
    "write": "workbook with answers",
}


@dataclass
class Watched:
    """What the processes needed while the desk asked, by share of the time; what the bar showed; each step's time."""

    processes: Mapping[str, int]
    asked: list[tuple[float, float | None, dict[str, float]]] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    days: int = 1

    def take(self, moment: Moment) -> None:
        """Take a moment of the desk, and look at the processes at once."""
        if moment.is_done:
            self.seconds[moment.step] = moment.seconds
            self.rows |= moment.rows or {}
        self.days += moment.is_paused
        if moment.step == ASK:
            memory = {name: resident_memory_mb(process) for name, process in self.processes.items()}
            self.asked.append((moment.seconds, moment.share, memory))

    def figures(self) -> Iterator[Figure]:
        """Yield what was seen."""
        for step, seconds in self.seconds.items():
            yield Figure(_STEPS[step], seconds, "s")
        whole = self.seconds[ASK]
        early = next(memory for seconds, _, memory in self.asked if seconds >= _EARLY * whole)
        for name in self.processes:
            yield Figure(f"{name}: memory at 20 % of asking", early[name], "MiB")
            yield Figure(f"{name}: memory at its end", self.asked[-1][2][name], "MiB")
            yield Figure(f"{name}: most memory", max(memory[name] for _, _, memory in self.asked), "MiB")
        yield Figure("progress bar: furthest from the true share", 100 * self._furthest(whole), "points")
        yield Figure("days of budget", self.days, "days")
        for kind, rows in self.rows.items():
            if rows:
                yield Figure(f"rows: {kind}", rows, "rows")

    def _furthest(self, whole: float) -> float:
        return max(abs(share - seconds / whole) for seconds, share, _ in self.asked if share is not None)


def run(scale: Scale, tell: Tell) -> Iterator[Figure]:
    """Ask about every row of the workbook; the provider holds a part of the children."""
    today = datetime.now(OFFICE_ZONE).date()
    rows = list(islice(draw_rows(random.Random(scale.ledger_rows), today), scale.ledger_rows))
    with tempfile.TemporaryDirectory(prefix="tongxin-bench-") as folder:
        workbook = Path(folder) / "large.xlsx"
        workbook.write_bytes(workbook_of([_ledger_row(row) for row in rows]))
        stage = TwoAgencies(Path(folder), today, QUICK_KDF_COST)
        write_rows(stage.province, rows[: scale.held_rows])
        yield from _ask(stage, workbook, tell).figures()


def _ask(stage: TwoAgencies, workbook: Path, tell: Tell) -> Watched:
    stage.found()
    with stage.serving_gateway() as gateway, stage.serving_connector(PROVIDER) as provider:
        requester, publisher = (stage.desks[kind].sit_down() for kind in (REQUESTER, PROVIDER))
        with closing(requester), closing(publisher):
            agreement = agree(requester, publisher, PURPOSE, REGIONS)
            tell("publishing the index")
            publish(publisher, agreement, lambda *_: None)
        command = [sys.executable, "-m", "bench.large_desk", str(stage.desks[REQUESTER].folder), agreement.digest()]
        command.append(str(workbook))
        with subprocess.Popen(command, cwd=_ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as desk:
            watched = Watched({"gateway": _worker(gateway), "provider": _worker(provider), "desk": desk.pid})
            for line in desk.stdout or ():
                moment = Moment(**json.loads(line))
                watched.take(moment)
                tell(f"{moment.step} {moment.seconds:.0f} s {'' if moment.share is None else f'{moment.share:.0%}'}")
                if moment.is_paused and desk.stdin is not None:
                    _forget_charges(stage)
                    desk.stdin.write("\n")
                    desk.stdin.flush()
    if desk.returncode:
        raise RuntimeError("the desk did not come to its end")
    return watched


def _forget_charges(stage: TwoAgencies) -> None:
    for database in (stage.gateway_folder / DATABASE_FILE, stage.desks[PROVIDER].folder / STATE_FILE):
        with closing(sqlite3.connect(database, timeout=60)) as connection, connection:
            connection.execute("DELETE FROM budget_use")
            connection.execute("DELETE FROM officer_budget_use")


def _worker(server: int) -> int:
    """Return the server's largest worker."""
    return max(children_of(server), key=resident_memory_mb)


def _ledger_row(row: Record) -> list[object]:
    born = date.fromisoformat(str(row["birth_date"]))
    county = str(row["hukou_region"])[:6]
    return [
        row["person_id"],
        row["name"],
        row["sex"],
        f"{born.year}.{born.month}.{born.day}",
        row["citizen_id"],
        county,
        "事实无人抚养儿童",
        "在册",
        "",
    ]
