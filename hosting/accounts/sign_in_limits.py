"""How often signing in may fail before it is refused unseen: counted for each account and each address."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

ACCOUNT_FAILURES: Final = 5
ADDRESS_FAILURES: Final = 20
"""More than for an account: a whole office may share an address."""
LOCK: Final = timedelta(minutes=15)
"""How long signing in is refused, and how long a failure counts."""


@dataclass(frozen=True, slots=True)
class Attempts:
    """How often it failed of late, and until when it is refused; times are POSIX seconds."""

    failures: int = 0
    failed_at: int = 0
    locked_until: int = 0

    def is_locked(self, now: int) -> bool:
        """Return whether signing in is refused at `now`."""
        return now < self.locked_until


def charge(attempts: Attempts, limit: int, now: int) -> Attempts:
    """Count one failure more. An attempt is charged before it is looked at, so that many at once are no way round."""
    lock_seconds = int(LOCK.total_seconds())
    earlier = attempts.failures if now - attempts.failed_at < lock_seconds else 0
    failures = earlier + 1
    return Attempts(failures, now, now + lock_seconds if failures >= limit else 0)


def give_back(attempts: Attempts) -> Attempts:
    """Take back what was charged for an attempt that succeeded."""
    return replace(attempts, failures=max(0, attempts.failures - 1), locked_until=0)
