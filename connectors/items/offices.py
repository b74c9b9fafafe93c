"""The other offices: what they are called, which fit into a seat, who is above whom, whose keys are believed theirs."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from connectors.agreements import root_key_id
from connectors.console.context import Console
from connectors.state.agreements import AgreementCopy, list_agreements
from connectors.state.database import reading, writing
from connectors.state.items import find_office_key, keep_office_key
from keys.crypto.signing import VerificationKey
from keys.protocol.key_chain import AgencyKeys, UntrustedKeyError, read_root
from schemas.agreement import AgreementState
from schemas.base64url import decode_base64url
from schemas.faults import Wording
from schemas.messages.registry import Member
from schemas.problem import ProblemError
from schemas.regions import is_within, subtree_prefix
from schemas.superior import find_superior
from schemas.workflows.load import load_workflows

_SIGNED: Final = frozenset({AgreementState.ACTIVE, AgreementState.SUSPENDED, AgreementState.REPLACED})


@dataclass(frozen=True, slots=True)
class Offices:
    """The registered members as they were when this was made; without a registry in force: none."""

    own: str
    members: tuple[Member, ...]

    def name(self, agency: str) -> Wording:
        """Return what an office is called; one that is not registered, by its id."""
        found = next((member for member in self.members if member.agency == agency), None)
        return Wording(agency, agency) if found is None else Wording(found.name_zh, found.name_en)

    def fitting(self, workflow: str, seat: str) -> tuple[tuple[str, Wording], ...]:
        """Return who fits into a seat as (agency, name): the own region first, then above and below it, then others."""
        kinds = {kind.value for kind in load_workflows()[workflow].seat(seat).kinds}
        fit = [member for member in self.members if member.agency.partition(".")[0] in kinds]
        fit.sort(key=lambda member: (self._distance(member), member.region, member.agency))
        return tuple((member.agency, self.name(member.agency)) for member in fit)

    def superior_of(self, agency: str) -> str | None:
        """Return the registered office above another, or None."""
        return find_superior(agency, self.members)

    def _distance(self, member: Member) -> int:
        own = next((one.region for one in self.members if one.agency == self.own), None)
        if own is None or not (is_within(member.region, own) or is_within(own, member.region)):
            return 2
        return int(subtree_prefix(own) != subtree_prefix(member.region))


def offices_of(console: Console) -> Offices:
    """Return the registered members; none where the registry has expired."""
    try:
        members = console.trust.registry(console.now()).registry.members
    except ProblemError:
        members = ()
    return Offices(console.connector.agency, members)


def offices_for(console: Console, workflow: str, seat: str) -> tuple[tuple[str, Wording], ...]:
    """Return the registered members that fit into a seat as (agency, name), those of the own region first.

    Raises:
        KeyError: no such workflow or seat.
    """
    return offices_of(console).fitting(workflow, seat)


@dataclass(frozen=True)
class OfficeKeys:
    """Keys of offices, each following from the key that an agreement pins, else from the one it was first seen with."""

    console: Console

    def opening_key(self, agency: str) -> bytes:
        """Return the public key (32 bytes) to seal to; raises UntrustedKeyError, ProblemError (registry_expired)."""
        statement = self._keys_of(agency).opening_key(self._now)
        return decode_base64url(statement.public_key)

    def key_at(self, agency: str, key_id: str, at_seconds: float) -> VerificationKey:
        """Return a signing key that the gateway or an office held in force at a moment (POSIX seconds).

        Raises:
            UntrustedKeyError: no such key, or not in force then.
            ProblemError: registry_expired.
        """
        trusted = self.console.trust.registry(self._now)
        if agency == trusted.registry.gateway.agency:
            return trusted.gateway_key(agency, key_id, at_seconds)
        return self._keys_of(agency).verification_key(key_id, at_seconds)

    @property
    def _now(self) -> datetime:
        return self.console.now()

    def _keys_of(self, agency: str) -> AgencyKeys:
        return self.console.trust.keys_of(agency, self._pinned(agency), self._now)

    def _pinned(self, agency: str) -> str:
        connector = self.console.connector
        if agency == connector.agency:
            return root_key_id(connector)
        return self._agreed().get(agency) or self._first_seen(agency)

    def _agreed(self) -> Mapping[str, str]:
        """Return the pins that this agency signed itself: anybody can propose what nobody has compared yet."""
        copies = list_agreements(self.console.connector.state)
        signed = [copy.agreement for copy in copies if copy.standing.state in _SIGNED or _has_expired(copy)]
        parties = [party for agreement in signed for party in agreement.signers]
        return {party.agency: party.signing_key for party in parties}

    def _first_seen(self, agency: str) -> str:
        state = self.console.connector.state
        with reading(state) as connection:
            known = find_office_key(connection, agency)
        if known is not None:
            return known
        member = self.console.trust.registry(self._now).find_member(agency)
        if member is None:
            raise UntrustedKeyError(agency, "unknown_agency")
        root = read_root(agency, member.statements[0])
        with writing(state) as connection:
            keep_office_key(connection, agency, root, self.console.seconds())
        return root


def _has_expired(copy: AgreementCopy) -> bool:
    """Whether it was in force until its period was over: one can also expire unsigned."""
    return copy.standing.state is AgreementState.EXPIRED and copy.is_signed_by_all
