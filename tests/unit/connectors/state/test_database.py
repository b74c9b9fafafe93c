"""A transaction is one, whether its statements go to the driver or by way of SQLAlchemy; one that failed is undone."""

from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, insert, select
from sqlalchemy.exc import OperationalError

from connectors.state.database import destroying, open_state, reading, single_read, writing
from connectors.state.tables import alert
from hosting.database.prepared import Prepared

Note = Callable[[Connection, str], object]

SUBJECTS = select(alert.c.subject).order_by(alert.c.subject)
BY_DRIVER, SUBJECTS_BY_DRIVER = Prepared(insert(alert)), Prepared(SUBJECTS)


def note_by_sqlalchemy(connection: Connection, subject: str) -> None:
    connection.execute(insert(alert).values(raised_at=0, code="code", subject=subject))


def note_by_driver(connection: Connection, subject: str) -> None:
    BY_DRIVER.execute(connection, {"id": None, "raised_at": 0, "code": "code", "subject": subject})


ORDERS = [
    (note_by_driver, note_by_driver),
    (note_by_sqlalchemy, note_by_sqlalchemy),
    (note_by_driver, note_by_sqlalchemy),
    (note_by_sqlalchemy, note_by_driver),
]


@pytest.fixture
def state(tmp_path: Path) -> Iterator[Engine]:
    opened = open_state(tmp_path / "state.sqlite3")
    yield opened
    opened.dispose()


def noted(state: Engine) -> list[str]:
    with reading(state) as connection:
        return list(connection.scalars(SUBJECTS))


@pytest.mark.parametrize("notes", ORDERS)
@pytest.mark.parametrize("transaction", [writing, destroying])
def test_what_was_written_is_there_when_the_transaction_is_left(
    state: Engine, notes: tuple[Note, Note], transaction: Callable[[Engine], object]
) -> None:
    for turn in range(2):
        with transaction(state) as connection:  # type: ignore[attr-defined]
            for place, note in enumerate(notes):
                note(connection, f"{turn}{place}")
            with single_read(state) as other:
                assert len(SUBJECTS_BY_DRIVER.all(other, {})) == turn * 2
    assert noted(state) == ["00", "01", "10", "11"]


@pytest.mark.parametrize("notes", ORDERS)
def test_what_failed_leaves_nothing_and_lets_the_next_one_write(state: Engine, notes: tuple[Note, Note]) -> None:
    def fail(connection: Connection) -> None:
        for place, note in enumerate(notes):
            note(connection, f"undone{place}")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), writing(state) as connection:
        fail(connection)
    with writing(state) as connection:
        notes[0](connection, "kept")
    assert noted(state) == ["kept"]


@pytest.mark.parametrize("read", [lambda c: list(c.scalars(SUBJECTS)), lambda c: SUBJECTS_BY_DRIVER.all(c, {})])
@pytest.mark.parametrize("again", [lambda c: list(c.scalars(SUBJECTS)), lambda c: SUBJECTS_BY_DRIVER.all(c, {})])
def test_a_reader_sees_one_snapshot(
    state: Engine, read: Callable[[Connection], list[object]], again: Callable[[Connection], list[object]]
) -> None:
    with reading(state) as connection:
        assert read(connection) == []
        with writing(state) as writer:
            note_by_driver(writer, "later")
        assert again(connection) == []
    assert noted(state) == ["later"]


@pytest.mark.parametrize("note", [note_by_driver, note_by_sqlalchemy])
@pytest.mark.parametrize("transaction", [reading, single_read])
def test_a_reader_can_not_write(state: Engine, note: Note, transaction: Callable[[Engine], object]) -> None:
    with pytest.raises(OperationalError, match="readonly"), transaction(state) as connection:  # type: ignore[attr-defined]
        note(connection, "refused")
    assert noted(state) == []


def test_connections_are_kept_between_transactions(state: Engine) -> None:
    connections = []
    for note in (note_by_driver, note_by_sqlalchemy, note_by_driver):
        with writing(state) as connection:
            connections.append(connection)
            note(connection, note.__name__ + str(len(connections)))
    assert all(one is next_one for one, next_one in pairwise(connections))
