"""What a record, an entry of the log and a question cost: what `tongxin-gateway capacity` computes with.

In small, on real programs: a witnessed gateway and two agencies as processes. An index is published, questions of one
row and of many are asked; then it is looked where processor time, entries of the log and bytes went.
"""

import random
import resource
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from itertools import islice
from pathlib import Path
from typing import Final

from bench.asking import PARTIES, AskingScene, Spent, write_rosters
from bench.harness import Figure, Tell, timed
from bench.index import publish_apart
from bench.log_append import THREADS, append_at_rate, open_log
from bench.machine import children_of, forget_peak_memory, peak_memory_mb, processor_seconds
from bench.register import draw_rows, write_register
from bench.scale import Scale
from bench.scene import PROVIDER, PURPOSE, QUICK_KDF_COST, REGIONS, REQUESTER, Scene, TwoAgencies
from bench.stored_bytes import stored_bytes
from connectors.context import OFFICE_ZONE
from connectors.settings import STATE_FILE
from demo.province.agency_files import AgencyFiles
from demo.province.record import Record
from demo.scenario.desks import agree

_MICROSECONDS: Final = 1_000_000
_MEBIBYTE: Final = 1_048_576
_TURNS: Final = 3
_AT_ONCE: Final = 1e9
"""Appends a second that nobody keeps up with: all are under way at once."""


@dataclass(frozen=True)
class _Children:
    """Children to ask about, each once: hashes that were obtained are kept and would cost nothing again."""

    asking: AskingScene
    kind: str
    rows: Iterator[Record]
    are_held: bool

    def ask(self, size: str, count: int, rows_each: int) -> Spent:
        """Ask `count` questions of so many rows each, some times over, and return the least that one cost."""
        folder = self.asking.stage.province
        rosters = (
            write_rosters(folder, f"{self.kind}-{size}-{turn}", self.rows, count, rows_each) for turn in range(_TURNS)
        )
        return reduce(Spent.at_most, (self.asking.ask(turn, are_held=self.are_held) for turn in rosters))


def run(scale: Scale, tell: Tell) -> Iterator[Figure]:
    """Measure all of them."""
    with _open_scene(scale.register_records, tell) as (scene, asking):
        tell(f"publishing {scale.register_records:,} records")
        yield from _publication(scene, scale.register_records)
        scene.requester.client.refresh_registry()  # where the provider's new key is stated
        yield from _questions(asking, scale, tell)
        for name, process in asking.processes.items():
            yield Figure(f"{name}: most memory", _worker_memory(process), "MiB")
        tell("looking at tables")
        for kind, unit, size in stored_bytes(scene.gateway_database):
            yield Figure(f"{kind}: {unit}", size, "bytes")
    tell("appending to a log")
    yield _append(scale)


@contextmanager
def _open_scene(records: int, tell: Tell) -> Iterator[tuple[Scene, AskingScene]]:
    """Set everything up in a temp folder; both agencies witness the log. All is ended and removed on leaving."""
    tell(f"a register of {records:,} records, a gateway and two agencies")
    with tempfile.TemporaryDirectory(prefix="tongxin-bench-") as folder, ExitStack() as stack:
        stage = TwoAgencies(Path(folder), datetime.now(OFFICE_ZONE).date(), QUICK_KDF_COST)
        AgencyFiles(stage.province, stage.today).close()  # a connector serves only beside its agency's own data
        write_register(stage.province, records, stage.today)
        stage.found()
        stage.have_witnessed()
        provider_process = stack.enter_context(stage.serving_connector(PROVIDER))
        stack.enter_context(stage.serving_connector(REQUESTER))
        gateway_process = stack.enter_context(stage.serving_gateway())
        for kind in (REQUESTER, PROVIDER):
            stage.sessions[kind] = stack.enter_context(closing(stage.desks[kind].sit_down()))
        requester, provider = stage.sessions[REQUESTER], stage.sessions[PROVIDER]
        agreement = agree(requester, provider, PURPOSE, REGIONS)
        processes = {"gateway": gateway_process, "provider": provider_process}
        scene = Scene(stage, requester, provider, agreement, gateway_process)
        yield scene, AskingScene(stage, agreement, processes)


def _publication(scene: Scene, records: int) -> Iterator[Figure]:
    """Publish the first index and say what a record cost both sides: the provider's program from start to end."""
    state = scene.stage.desks[PROVIDER].folder / STATE_FILE
    began, bytes_before = processor_seconds(scene.gateway_process), _file_bytes(state)
    for process in children_of(scene.gateway_process):
        forget_peak_memory(process)
    memory_before = _worker_memory(scene.gateway_process)
    own_children = _children_seconds()
    publish_apart(scene)
    provider_seconds = _children_seconds() - own_children
    gateway_seconds = processor_seconds(scene.gateway_process) - began
    entries = _count_entries(scene.gateway_database)
    grown = max(0.0, _worker_memory(scene.gateway_process) - memory_before)
    yield Figure("publication: hashes of a record", entries / records, "")
    yield Figure("publication: provider, a record", _MICROSECONDS * provider_seconds / records, "µs")
    yield Figure("publication: gateway, a record", _MICROSECONDS * gateway_seconds / records, "µs")
    yield Figure("publication: gateway's memory, an entry", grown * _MEBIBYTE / entries, "bytes")
    yield Figure("publication: provider's state, a record", (_file_bytes(state) - bytes_before) / records, "bytes")


def _questions(asking: AskingScene, scale: Scale, tell: Tell) -> Iterator[Figure]:
    """Ask about children who are held and others, one at a time and many at once; say what question and row cost."""
    held = draw_rows(random.Random(scale.register_records), asking.stage.today)
    everyone = draw_rows(random.Random(scale.register_records), asking.stage.today)
    others = islice(everyone, scale.register_records, None)  # drawn after the register was full: none has their number
    count, rows = max(2, scale.queries // 8), min(scale.batch_records, scale.register_records // 4)
    fixed, by_row = [], {}
    asking.ask(write_rosters(asking.stage.province, "first", held, 1, 1), are_held=True)  # what happens once only
    for kind, children, are_held in (("matched", held, True), ("other", others, False)):
        tell(f"questions about {kind} children")
        source = _Children(asking, kind, children, are_held)
        singles, whole = source.ask("single", count, 1), source.ask("whole", 1, rows)
        by_row[kind] = whole.per_row_beyond(singles, rows)
        fixed.append(singles.without(by_row[kind]))
    yield from _spent("question", fixed[0].at_least(fixed[1]))
    for kind, spent in by_row.items():
        yield from _spent(f"{kind} row", spent)


def _spent(name: str, spent: Spent) -> Iterator[Figure]:
    for part, amount in spent.amounts.items():
        is_time = part in PARTIES
        yield Figure(f"{name}: {part}", _MICROSECONDS * amount if is_time else amount, "µs" if is_time else "")


def _append(scale: Scale) -> Figure:
    """Append single events that are all under way at once, to SQLite; processor time of the whole program."""
    count = THREADS * scale.appends
    with (
        tempfile.TemporaryDirectory(prefix="tongxin-bench-") as folder,
        open_log(f"sqlite:///{folder}/log.sqlite3") as (journal, _),
    ):
        append_at_rate(journal, _AT_ONCE, THREADS)
        sample = timed(count, lambda: append_at_rate(journal, _AT_ONCE, count))
    return Figure("append to the log", _MICROSECONDS * (sample.cpu_seconds or 0.0) / count, "µs")


def _worker_memory(server: int) -> float:
    """Return the most memory that the server's largest worker has had, in MiB."""
    return max(map(peak_memory_mb, children_of(server)))


def _children_seconds() -> float:
    """Return the processor time of the programs that this one has started and that have ended, with all of theirs."""
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


def _file_bytes(database: Path) -> int:
    """Return the size of an SQLite database with what has not been moved into its file yet."""
    files = (database, database.with_name(f"{database.name}-wal"))
    return sum(file.stat().st_size for file in files if file.exists())


def _count_entries(database: Path) -> int:
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        (count,) = connection.execute("SELECT count(*) FROM index_entry").fetchone()
    return int(count)
