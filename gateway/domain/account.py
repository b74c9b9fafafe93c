"""Somebody who works at the console, and which part of the log is theirs to read."""

from dataclasses import dataclass, field

from gateway.domain.roles import Permission, Role, permissions_of


@dataclass(frozen=True, slots=True)
class Account:
    """One person's account. `id` is a sign-in name (`[a-z][a-z0-9._-]{1,39}`), `agency` the one they audit for.

    An agency auditor always has an agency; somebody at the gateway itself has none.
    """

    id: str
    name: str = field(repr=False)
    roles: frozenset[Role]
    agency: str | None = None

    def may(self, permission: Permission) -> bool:
        """Return whether the account's roles allow this."""
        return permission in permissions_of(self.roles)


@dataclass(frozen=True, slots=True)
class LogScope:
    """Which entries an account may read: all where `agency` is None, else those with that agency as actor or peer."""

    agency: str | None


def scope_of(account: Account) -> LogScope | None:
    """Return what the account may read of the log, or None for nothing."""
    if Role.OVERSIGHT_AUDITOR in account.roles:
        return LogScope(None)
    if Role.AGENCY_AUDITOR in account.roles and account.agency is not None:
        return LogScope(account.agency)
    return None
