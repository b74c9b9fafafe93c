"""Somebody who works at an agency's console."""

from dataclasses import dataclass, field

from connectors.console.roles import Permission, Role, permissions_of


@dataclass(frozen=True, slots=True)
class Account:
    """One person's account. `id` is a sign-in name (`[a-z][a-z0-9._-]{1,39}`), `school` where a school user works."""

    id: str
    name: str = field(repr=False)
    roles: frozenset[Role]
    school: str | None = None

    def may(self, permission: Permission) -> bool:
        """Return whether the account's roles allow this."""
        return permission in permissions_of(self.roles)
