import random
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import Engine

from gateway.log.tree_store import TreeStore
from gateway.persistence.engine import read_transaction
from tests.audit_log import SHARD, start_journal

KILLS = 10
MAX_ACKNOWLEDGED_LINES = 60
ROOT = Path(__file__).parents[2]


def _append_until_killed(url: str, lines: int) -> list[str]:
    """Kill the appender right after it has said `lines` lines, while its other threads are at work."""
    command = [sys.executable, "-m", "tests.contract.appender", url, "4"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as appender:
        assert appender.stdout is not None
        said = [appender.stdout.readline() for _ in range(lines)]
        appender.kill()
        said += appender.stdout.readlines()
    return [line for line in said if line.endswith("\n")]


def test_nothing_acknowledged_is_lost_when_the_process_is_killed(engine: Engine, database_url: str) -> None:
    """SIGKILL at random moments: each acknowledged event is at its index, each signed tree is still a prefix."""
    moments = random.Random(20261121)
    said: set[str] = set()
    for _ in range(KILLS):
        said.update(_append_until_killed(database_url, moments.randrange(1, MAX_ACKNOWLEDGED_LINES)))
    start_journal(engine).stop()
    with read_transaction(engine) as connection:
        store = TreeStore(connection, SHARD)
        hashes = store.hashes(0, 0, store.size())
        roots = {size: store.root(size) for size in range(store.size() + 1)}
    for line in said:
        *kind, number, digest = line.split()
        kept = roots[int(number)] if kind else hashes[int(number)]
        assert kept.hex() == digest
    assert len(said) >= KILLS


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_killed_database_is_sound(engine: Engine, database_url: str) -> None:
    _append_until_killed(database_url, 20)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
        assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []
