"""Kills victims one after the other at random moments, and keeps all that they said: it must stay true for ever."""

import os
import random
import select
import signal
import time
from collections.abc import Iterator
from multiprocessing import get_context
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy import select as select_rows

from gateway.log.log_check import check_log, check_remembered
from gateway.log.shards import list_shards
from gateway.log.signing_memory import SIGNING_MEMORY_FILE, SigningMemory
from gateway.log.tile_files import PUBLIC_FOLDER, TileFiles
from gateway.log.tiles import TILE_WIDTH, split_hashes, tile_path
from gateway.log.tree_store import TreeStore
from gateway.persistence.audit_tables import audit_leaf
from gateway.persistence.engine import create_database_engine, read_transaction
from gateway.persistence.migrate import migrate_database
from keys.crypto.checkpoint import Checkpoint
from keys.crypto.log_shards import shard_of_origin, verify_shard_checkpoint
from keys.crypto.merkle import CompactRange
from tests.audit_log import LOG_KEY, LOG_NAME, NOW
from tests.torture.victim import Life, live

KILLS_A_YEAR = 25
"""So many kills later the victims' clock stands in the next year, and the turn is killed too."""

MAX_LINES = 40
MAX_DELAY_SECONDS = 0.02
START_SECONDS = 120

_PROCESSES = get_context("forkserver")
_PROCESSES.set_forkserver_preload(
    ["gateway.log.journal", "gateway.log.tile_files", "psycopg"]
)  # to start in milliseconds


class Torture:
    """One log, its victims, and what they said: events by place, notes by origin and size."""

    def __init__(self, database: str, folder: Path, seed: int) -> None:
        self._database = database
        self._folder = folder
        self._moments = random.Random(seed)
        self._memory = SigningMemory(folder / SIGNING_MEMORY_FILE)
        self._memory.create()
        self.engine: Engine = create_database_engine(database)
        migrate_database(self.engine)
        self.kills = 0
        self.events: dict[tuple[int, int], bytes] = {}
        self.notes: dict[tuple[str, int], bytes] = {}

    def kill_one(self) -> None:
        """Let a victim live for a moment, kill it, and check what it said last."""
        lines = self._let_live(self._moments.randrange(MAX_LINES), self._moments.uniform(0, MAX_DELAY_SECONDS))
        self.kills += 1
        said = [line.split() for line in lines]
        events = {(int(line[1]), int(line[2])): bytes.fromhex(line[3]) for line in said if line[0] == "event"}
        assert not events.keys() & self.events.keys(), "a place in the log was given away twice"
        self.events |= events
        for line in said:
            if line[0] == "note":
                self._keep_note(bytes.fromhex(line[1]))
        self._check_events(events)
        self._check_memory()

    def check(self) -> None:
        """Check all that was ever said against the log as it is now."""
        with read_transaction(self.engine) as connection:
            check_log(connection, LOG_NAME)
            check_remembered(connection, LOG_NAME, self._memory)
            for shard in list_shards(connection):
                self._check_shard(TreeStore(connection, shard), shard)
                self._check_files(shard)
            if connection.dialect.name == "sqlite":
                assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
                assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []

    def _let_live(self, lines: int, delay: float) -> list[str]:
        reader, writer = _PROCESSES.Pipe(duplex=False)
        now = NOW.replace(year=NOW.year + self.kills // KILLS_A_YEAR)
        victim = _PROCESSES.Process(target=live, args=(Life(self._database, self._folder, now), writer))
        victim.start()
        writer.close()
        said = _read_lines(reader.fileno(), lines)
        time.sleep(delay)
        _kill(victim)
        while data := os.read(reader.fileno(), 65_536):
            said += data
        reader.close()
        return said.decode().splitlines()

    def _keep_note(self, note: bytes) -> None:
        tree = verify_shard_checkpoint(note, LOG_KEY)
        assert self.notes.setdefault((tree.origin, tree.size), note) == note, "two notes for one size"

    def _check_events(self, events: dict[tuple[int, int], bytes]) -> None:
        with read_transaction(self.engine) as connection:
            for shard in {shard for shard, _ in events}:
                places = [index for found, index in events if found == shard]
                columns = audit_leaf.c
                query = select_rows(columns.idx, columns.leaf_hash).where(
                    columns.shard == shard, columns.idx >= min(places), columns.idx <= max(places)
                )
                hashes = {row.idx: row.leaf_hash for row in connection.execute(query)}
                for index in places:
                    assert hashes.get(index) == events[shard, index], "an acknowledged event is lost"

    def _check_memory(self) -> None:
        remembered = self._memory.read()
        for origin, size in self.notes:
            assert remembered[origin].size >= size, "what was signed is not remembered"

    def _check_shard(self, store: TreeStore, shard: int) -> None:
        hashes, tree, roots = store.hashes(0, 0, store.size()), CompactRange(), []
        for leaf in hashes:
            roots.append(tree.root())
            tree.append(leaf)
        roots.append(tree.root())
        for (origin, size), note in self.notes.items():
            if shard_of_origin(LOG_NAME, origin) == shard:
                assert verify_shard_checkpoint(note, LOG_KEY) == Checkpoint(origin, size, roots[size])
        assert all(hashes[index] == leaf for (found, index), leaf in self.events.items() if found == shard)

    def _check_files(self, shard: int) -> None:
        """Rebuild the published root from the tiles of leaf hashes; a kill may have come before the first file."""
        files, tree = TileFiles(self._folder / PUBLIC_FOLDER, shard), CompactRange()
        note = files.find_checkpoint()
        if note is None:
            return
        published = verify_shard_checkpoint(note, LOG_KEY)
        for start in range(0, published.size, TILE_WIDTH):
            path = tile_path(0, start // TILE_WIDTH, min(TILE_WIDTH, published.size - start))
            for leaf in split_hashes(files.find_tile(path.removeprefix("tile/")) or b""):
                tree.append(leaf)
        assert tree.root() == published.root_hash, "the tiles do not lead to the published checkpoint"


def _read_lines(pipe: int, count: int) -> bytes:
    """Return what was said once it is `count` lines; a victim that does not get so far has failed."""
    said = b""
    while said.count(b"\n") < count:
        assert select.select([pipe], [], [], START_SECONDS)[0], "the victim does not start again"
        data = os.read(pipe, 4_096)
        assert data, "the victim ended by itself: it could not go on where the last one was killed"
        said += data
    return said


def _kill(victim: ForkServerProcess) -> None:
    victim.kill()
    victim.join()
    assert victim.exitcode == -signal.SIGKILL, "the victim ended by itself"


def torture(database: str, folder: Path, kills: int, seed: int = 20261121) -> Iterator[Torture]:
    """Kill so many victims of one log, yielding after each; then check the whole."""
    tortured = Torture(database, folder, seed)
    try:
        for _ in range(kills):
            tortured.kill_one()
            yield tortured
        tortured.check()
    finally:
        tortured.engine.dispose()
