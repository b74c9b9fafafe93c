"""One commit for several changes: all durable, the failed ones undone alone, and nobody told too early."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, event, insert, select
from sqlalchemy.exc import OperationalError

from connectors.state.database import open_state, reading, writing
from connectors.state.joint_commit import MAX_CHANGES, JointCommit, JointCommitError
from connectors.state.tables import seen_envelope

CALLERS = 6


@pytest.fixture
def state(tmp_path: Path) -> Iterator[Engine]:
    engine = open_state(tmp_path / "state.db")
    yield engine
    engine.dispose()


class RefusedError(Exception):
    """What a change of these tests raises."""


def note(connection: Connection, name: str) -> str:
    connection.execute(insert(seen_envelope).values(id=name, expires_at=1))
    return name


def noted(state: Engine) -> set[str]:
    with reading(state) as connection:
        return set(connection.scalars(select(seen_envelope.c.id)))


def commits_of(engine: Engine) -> list[bool]:
    """Return a list that grows by one with every commit of a writing transaction."""
    commits: list[bool] = []

    event.listen(engine, "commit", lambda _: commits.append(True))  # those that read are of another engine
    return commits


class Gate:
    """A change that holds the turn until it is told to go on, so that others queue and join it."""

    def __init__(self, name: str = "first") -> None:
        self.name = name
        self.entered, self.opened = threading.Event(), threading.Event()

    def __call__(self, connection: Connection) -> str:
        self.entered.set()
        assert self.opened.wait(30)
        return note(connection, self.name)


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(MAX_CHANGES * 2) as pool:
        yield pool


def wait_behind(commits: JointCommit, count: int) -> None:
    deadline = time.monotonic() + 30
    while commits.waiting < count:
        assert time.monotonic() < deadline
        time.sleep(0.01)


def queue(
    state: Engine, commits: JointCommit, threads: ThreadPoolExecutor, changes: Sequence[Callable[[Connection], str]]
) -> list[Future[str]]:
    """Have `changes` queue behind one, let them go, and return what became of the one and of them."""
    gate = Gate()
    first = threads.submit(commits.write, state, gate)
    assert gate.entered.wait(30)
    queued = [threads.submit(commits.write, state, change) for change in changes]
    wait_behind(commits, len(changes))
    gate.opened.set()
    return [first, *queued]


def test_a_change_is_durable_and_its_value_returned(state: Engine) -> None:
    assert JointCommit().write(state, lambda connection: note(connection, "a")) == "a"
    assert noted(state) == {"a"}


def test_those_who_wait_share_a_commit(state: Engine, threads: ThreadPoolExecutor) -> None:
    commits = commits_of(state)
    names = [f"n{number}" for number in range(CALLERS)]
    written = queue(state, JointCommit(), threads, [partial(note, name=name) for name in names])
    assert [one.result(30) for one in written] == ["first", *names]
    assert len(commits) == 1
    assert noted(state) == {"first", *names}


def test_who_is_written_does_not_wait_for_the_next_commit(state: Engine, threads: ThreadPoolExecutor) -> None:
    commits, gate = JointCommit(), Gate("later")
    later: list[Future[str]] = []

    def come_too_late(_connection: Connection) -> None:
        if not later:
            later.append(threads.submit(commits.write, state, gate))
            wait_behind(commits, 1)

    event.listen(state, "commit", come_too_late)
    written = queue(state, commits, threads, [partial(note, name=f"n{number}") for number in range(CALLERS)])
    assert [one.result(30) for one in written] == ["first", *(f"n{number}" for number in range(CALLERS))]
    assert gate.entered.wait(30)
    assert not later[0].done()
    gate.opened.set()
    assert later[0].result(30) == "later"


def test_no_commit_holds_more_than_so_many(state: Engine, threads: ThreadPoolExecutor) -> None:
    commits = commits_of(state)
    changes = [partial(note, name=f"n{number}") for number in range(MAX_CHANGES)]
    for one in queue(state, JointCommit(), threads, changes):
        one.result(30)
    assert len(commits) == 2


def test_a_failed_change_is_undone_alone(state: Engine, threads: ThreadPoolExecutor) -> None:
    def fail(connection: Connection) -> str:
        note(connection, "undone")
        raise RefusedError

    _, before, failed, after = queue(
        state, JointCommit(), threads, [partial(note, name="before"), fail, partial(note, name="after")]
    )
    assert (before.result(30), after.result(30)) == ("before", "after")
    with pytest.raises(RefusedError):
        failed.result(30)
    assert noted(state) == {"first", "before", "after"}


def test_a_failed_commit_is_told_to_all_whom_it_held(state: Engine, threads: ThreadPoolExecutor) -> None:
    commits, joint = commits_of(state), JointCommit()

    def fail_at_first(_connection: Connection) -> None:
        if len(commits) == 1:
            raise RefusedError

    event.listen(state, "commit", fail_at_first)
    for one in queue(state, joint, threads, [partial(note, name=f"n{number}") for number in range(CALLERS)]):
        with pytest.raises(JointCommitError):
            one.result(30)
    assert noted(state) == set()
    assert joint.write(state, partial(note, name="later")) == "later"


def test_a_change_that_was_refused_leaves_the_next_alone(state: Engine) -> None:
    commits = JointCommit()

    def fail(_connection: Connection) -> str:
        raise RefusedError

    for _ in range(2):
        with pytest.raises(RefusedError):
            commits.write(state, fail)
    assert commits.write(state, partial(note, name="a")) == "a"


def test_what_reads_can_not_write(state: Engine) -> None:
    with pytest.raises(OperationalError), reading(state) as connection:
        note(connection, "a")
    with writing(state) as connection:
        note(connection, "b")
    assert noted(state) == {"b"}


def test_nothing_stays_open_after_disposal(tmp_path: Path) -> None:
    engine = open_state(tmp_path / "state.db")
    with writing(engine) as connection:
        note(connection, "a")
    noted(engine)
    engine.dispose()
    assert [path.name for path in tmp_path.iterdir()] == ["state.db"]
