from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from hosting.accounts.sign_in_limits import ACCOUNT_FAILURES, LOCK, Attempts, charge, give_back

LOCK_SECONDS = int(LOCK.total_seconds())


def test_the_fifth_failure_locks_for_a_quarter_of_an_hour() -> None:
    attempts = Attempts()
    for number in range(1, ACCOUNT_FAILURES + 1):
        assert not attempts.is_locked(1_000 + number)
        attempts = charge(attempts, ACCOUNT_FAILURES, 1_000 + number)
    last = 1_000 + ACCOUNT_FAILURES
    assert attempts.is_locked(last)
    assert attempts.is_locked(last + LOCK_SECONDS - 1)
    assert not attempts.is_locked(last + LOCK_SECONDS)
    assert not charge(attempts, ACCOUNT_FAILURES, last + LOCK_SECONDS).is_locked(last + LOCK_SECONDS)


def test_a_failure_of_long_ago_does_not_count() -> None:
    attempts = Attempts()
    for number in range(20):
        attempts = charge(attempts, ACCOUNT_FAILURES, number * LOCK_SECONDS)
        assert attempts.failures == 1


def test_what_succeeded_is_given_back() -> None:
    once = charge(Attempts(), 1, 5)
    assert once.is_locked(5)
    assert not give_back(once).is_locked(5)
    assert give_back(once).failures == 0


@given(times=st.lists(st.integers(0, 10_000), min_size=1, max_size=60).map(sorted))
def test_of_six_attempts_that_are_looked_at_two_are_a_quarter_of_an_hour_apart(times: list[int]) -> None:
    attempts, looked_at = Attempts(), []
    for now in times:
        if not attempts.is_locked(now):
            attempts = charge(attempts, ACCOUNT_FAILURES, now)
            looked_at.append(now)
    for start in range(len(looked_at) - ACCOUNT_FAILURES):
        six = looked_at[start : start + ACCOUNT_FAILURES + 1]
        assert max(later - earlier for earlier, later in pairwise(six)) >= LOCK_SECONDS
