"""A write is begun or given up, never both; its outcome reaches the one thread that waits."""

import threading

import pytest

from gateway.log.write_outcome import AwaitedOutcome


def test_what_was_begun_cannot_be_given_up() -> None:
    outcome: AwaitedOutcome[int] = AwaitedOutcome()
    assert outcome.set_running_or_notify_cancel()
    assert not outcome.cancel()


def test_what_was_given_up_is_not_begun() -> None:
    outcome: AwaitedOutcome[int] = AwaitedOutcome()
    assert outcome.cancel()
    assert not outcome.set_running_or_notify_cancel()


def test_nothing_is_known_before_it_is_told() -> None:
    outcome: AwaitedOutcome[int] = AwaitedOutcome()
    assert not outcome.is_told(0.001)
    outcome.set_result(7)
    assert outcome.is_told(0)
    assert outcome.result() == 7


def test_an_error_is_raised_where_it_is_waited_for() -> None:
    outcome: AwaitedOutcome[int] = AwaitedOutcome()
    threading.Thread(target=outcome.set_exception, args=(LookupError("x"),)).start()
    assert outcome.is_told(10)
    with pytest.raises(LookupError):
        outcome.result()
