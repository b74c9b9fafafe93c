"""A worker whose database fails says so in a word, and works again when the next wish comes."""

import logging

import pytest
from sqlalchemy.exc import OperationalError

from connectors.dropouts.background import BackgroundWorker


def test_a_database_that_fails_ends_the_thread_and_the_next_wish_begins_another(
    caplog: pytest.LogCaptureFixture,
) -> None:
    waiting = ["one"]
    failures = [OperationalError("SELECT", {"name": "赵小树"}, Exception("disk"))]

    def work() -> None:
        if failures:
            raise failures.pop()
        waiting.clear()

    worker = BackgroundWorker("worker", lambda: bool(waiting), work, retry_seconds=0.01)
    with caplog.at_level(logging.ERROR):
        worker.go_on()
        worker.wait(10)
        assert waiting
        worker.go_on()
        worker.wait(10)
    assert not waiting
    assert [record.getMessage() for record in caplog.records] == ["worker stopped: OperationalError"]
    assert "赵小树" not in caplog.text
