"""Writers of one process wait for one another before they ask SQLite for its lock."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, QueuePool, func, insert, select

from connectors.state.alerts import raise_alert
from connectors.state.database import open_state, reading, trying, writing
from connectors.state.tables import alert

SECONDS = 1_700_000_000
WRITERS = 20


@pytest.fixture
def state(tmp_path: Path) -> Iterator[Engine]:
    """An empty state."""
    opened = open_state(tmp_path / "state.sqlite3")
    yield opened
    opened.dispose()


def alerts(state: Engine) -> int:
    with reading(state) as connection:
        return connection.scalar(select(func.count()).select_from(alert)) or 0


def test_who_waits_to_write_holds_no_connection(state: Engine) -> None:
    pool = state.pool
    assert isinstance(pool, QueuePool)
    waiting = threading.Thread(target=raise_alert, args=(state, "late", "somebody", SECONDS))
    with writing(state):
        waiting.start()
        time.sleep(0.2)
        assert pool.checkedout() == 1
    waiting.join()
    assert alerts(state) == 1


def test_many_writers_all_come_to_write(state: Engine) -> None:
    threads = [
        threading.Thread(target=raise_alert, args=(state, f"code_{number}", "somebody", SECONDS))
        for number in range(WRITERS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert alerts(state) == WRITERS


def test_a_trial_is_undone_and_lets_the_next_one_write(state: Engine) -> None:
    with trying(state) as connection:
        connection.execute(insert(alert).values(raised_at=SECONDS, code="tried", subject="somebody"))
    assert alerts(state) == 0
    raise_alert(state, "meant", "somebody", SECONDS)
    assert alerts(state) == 1
