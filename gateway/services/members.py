"""Who is a member and whose keys are believed: the register as it is now, each chain of statements followed once."""

import threading
from dataclasses import dataclass, field

from sqlalchemy import Connection, Engine

from gateway.persistence.engine import read_transaction, single_read
from gateway.persistence.member_queries import latest_registry_version, list_members, list_roots
from keys.protocol.key_chain import AgencyKeys, UntrustedKeyError, follow_chain
from schemas.messages.registry import Member


@dataclass
class Members:
    """The register at one version of the registry."""

    version: int
    members: dict[str, Member]
    roots: dict[str, str]
    _chains: dict[tuple[str, str], AgencyKeys] = field(default_factory=dict)

    def find(self, agency: str) -> Member | None:
        """Return the member, or None."""
        return self.members.get(agency)

    def keys_of(self, agency: str, pinned: str | None = None) -> AgencyKeys:
        """Return the keys that follow from the thumbprint `pinned`, or from the one accepted at enrolment.

        Raises:
            UntrustedKeyError: no such member, or its chain does not begin at the pinned key.
        """
        member = self.find(agency)
        if member is None:
            raise UntrustedKeyError(agency, "unknown_agency")
        root = pinned or self.roots[agency]
        if (agency, root) not in self._chains:
            self._chains[agency, root] = follow_chain(agency, root, member.statements)
        return self._chains[agency, root]


class MemberDirectory:
    """Gives the register as it is now; reads it again only when a newer registry was published."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._guard = threading.Lock()
        self._members = Members(-1, {}, {})

    def current(self) -> Members:
        """Return the register: changes that other processes made are seen at once."""
        known = self._members
        with single_read(self._engine) as connection:
            if latest_registry_version(connection) == known.version:
                return known
        with read_transaction(self._engine) as connection:
            return self.seen_in(connection)

    def known(self) -> Members:
        """Return the register as it was last read; only who reads the same version beside it may believe it."""
        return self._members

    def seen_in(self, connection: Connection) -> Members:
        """Return the register as a transaction that has just begun sees it."""
        version = latest_registry_version(connection)
        with self._guard:
            if self._members.version != version:
                members = {member.agency: member for member in list_members(connection)}
                self._members = Members(version, members, list_roots(connection))
            return self._members
