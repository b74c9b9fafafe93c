"""Whom this connector believes: the cached registry, and the chains of keys that begin where agreements pin them.

Without a registry that is signed, current and not older than one seen before, nothing is exchanged.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Engine, insert, select

from connectors.state.alerts import raise_alert
from connectors.state.database import reading, single_read, writing
from connectors.state.registry_copies import newest_registry
from connectors.state.tables import registry_copy
from hosting.database.prepared import Prepared
from keys.crypto.signing import VerificationKey
from keys.protocol.envelopes import read_unverified
from keys.protocol.key_chain import AgencyKeys, UntrustedKeyError
from keys.protocol.trusted_registry import RegistryError, TrustedRegistry, find_shortened, verify_registry
from schemas.agreement import Party
from schemas.base64url import decode_base64url
from schemas.messages.registry import MAX_REGISTRY_BYTES, GatewayPin, Registry
from schemas.problem import ProblemCode, ProblemError

REFETCH_SECONDS = 5

_KEPT = Prepared(newest_registry())


@dataclass(frozen=True)
class _Believed:
    """A verified registry by its text, and the chains that were followed in it."""

    token: str
    trusted: TrustedRegistry
    chains: dict[tuple[str, str], AgencyKeys] = field(default_factory=dict)


@dataclass
class TrustStore:
    """The registry in force, kept in the connector's database and, once verified, in memory.

    `refetch`, where a process has one, fetches the registry anew: another agency may just have rotated a key.
    """

    state: Engine
    pin: GatewayPin
    refetch: Callable[[], None] | None = None
    _believed: _Believed | None = None
    _refetched_at: float = 0.0

    def accept(self, token: str, now: datetime) -> TrustedRegistry:
        """Verify a registry that was fetched and keep it.

        Raises:
            ProblemError: registry_expired, or registry_not_trusted with an alert: not the gateway's, older than the one
                kept, or without a key statement that the kept one carries.
        """
        try:
            trusted = self._verify(token, self._known_version(), now)
        except RegistryError as error:
            if error.reason == "expired":
                raise ProblemError(ProblemCode.REGISTRY_EXPIRED) from None
            raise_alert(self.state, f"registry_{error.reason}", self.pin.gateway, int(now.timestamp()))
            raise ProblemError(ProblemCode.REGISTRY_NOT_TRUSTED) from None
        self._require_continued(trusted.registry, now)
        with writing(self.state) as connection:
            connection.execute(registry_copy.delete().where(registry_copy.c.version <= trusted.registry.version))
            connection.execute(
                insert(registry_copy).values(
                    version=trusted.registry.version, token=token, fetched_at=int(now.timestamp())
                )
            )
        self._believed = _Believed(token, trusted)
        return trusted

    def look(self) -> "TrustView":
        """Return the registry as it is kept now."""
        with single_read(self.state) as connection:
            return TrustView(self, _KEPT.scalar(connection, {}) or "")

    def registry(self, now: datetime) -> TrustedRegistry:
        """Return the kept registry if it is still to be believed.

        Raises:
            ProblemError: registry_expired, also when none was ever kept.
        """
        return self.look().registry(now)

    def keys_of(self, agency: str, pinned: str, now: datetime) -> AgencyKeys:
        """Return the keys of `agency` that follow from `pinned`; forged statements raise an alert and do not count.

        Raises:
            UntrustedKeyError: unknown, or another agency's or the gateway's key stands in its place.
            ProblemError: registry_expired.
        """
        return self.look().keys_of(agency, pinned, now)

    def verification_key(self, agency: str, pinned: str, key_id: str, now: datetime) -> VerificationKey:
        """Return a signing key of `agency` in force; an unknown one is looked for in a newer registry once.

        Raises:
            UntrustedKeyError: it does not follow from `pinned`, or is not in force.
        """
        return self.look().verification_key(agency, pinned, key_id, now)

    def gateway_key(self, agency: str, key_id: str, now: datetime) -> VerificationKey:
        """Return a signing key of the gateway; raises UntrustedKeyError for anybody else's."""
        return self.look().gateway_key(agency, key_id, now)

    def opening_key(self, party: Party, now: datetime) -> bytes:
        """Return the public key (32 bytes) to seal to for a party of an agreement.

        Raises:
            ProblemError: registry_expired; unknown_key, if it states none that follows from the pinned one and is in
                force, which a slow clock takes to lie ahead.
        """
        try:
            statement = self.keys_of(party.agency, party.signing_key, now).opening_key(now)
        except UntrustedKeyError:
            raise ProblemError(ProblemCode.UNKNOWN_KEY) from None
        return decode_base64url(statement.public_key)

    def believe(self, token: str, now: datetime) -> _Believed:
        """Return what a kept registry says, verified once in each process; raises ProblemError (registry_expired)."""
        believed = self._believed
        if believed is None or believed.token != token:
            try:
                believed = _Believed(token, self._verify(token, 0, now))
            except RegistryError:
                raise ProblemError(ProblemCode.REGISTRY_EXPIRED) from None
            self._believed = believed
        if now.timestamp() >= believed.trusted.registry.expires_at:
            raise ProblemError(ProblemCode.REGISTRY_EXPIRED)
        return believed

    def has_refetched(self, now: datetime) -> bool:
        """Fetch the registry, at most every few seconds whoever asks; False if that was not done or did not succeed."""
        if self.refetch is None or now.timestamp() < self._refetched_at + REFETCH_SECONDS:
            return False
        self._refetched_at = now.timestamp()
        try:
            self.refetch()
        except ProblemError:
            return False
        return True

    def _require_continued(self, fetched: Registry, now: datetime) -> None:
        """Check that every member still states what it did; raises ProblemError (registry_not_trusted) and an alert."""
        kept = self.look().token
        shortened = find_shortened(read_unverified(Registry, kept, MAX_REGISTRY_BYTES), fetched) if kept else ()
        for agency in shortened:
            raise_alert(self.state, "key_statements_withheld", agency, int(now.timestamp()))
        if shortened:
            raise ProblemError(ProblemCode.REGISTRY_NOT_TRUSTED)

    def _verify(self, token: str, lowest_version: int, now: datetime) -> TrustedRegistry:
        return verify_registry(token, self.pin.gateway, self.pin.signing_key, lowest_version, now)

    def _known_version(self) -> int:
        with reading(self.state) as connection:
            version = connection.execute(
                select(registry_copy.c.version).order_by(registry_copy.c.version.desc())
            ).scalar()
        return version or 0

@dataclass(frozen=True, slots=True)
class TrustView:
    """The registry as it was kept at one moment: all of a request is judged by the same one, which is read once."""

    store: TrustStore
    token: str = field(repr=False)

    def registry(self, now: datetime) -> TrustedRegistry:
        """As `TrustStore.registry`."""
        return self.store.believe(self.token, now).trusted

    def keys_of(self, agency: str, pinned: str, now: datetime) -> AgencyKeys:
        """As `TrustStore.keys_of`."""
        believed = self.store.believe(self.token, now)
        keys = believed.chains.get((agency, pinned))
        if keys is None:
            keys = believed.chains[agency, pinned] = self._follow(believed.trusted, agency, pinned, now)
        return keys

    def verification_key(self, agency: str, pinned: str, key_id: str, now: datetime) -> VerificationKey:
        """As `TrustStore.verification_key`."""
        try:
            return self.keys_of(agency, pinned, now).verification_key(key_id, now.timestamp())
        except UntrustedKeyError:
            if not self.store.has_refetched(now):
                raise
        return self.store.keys_of(agency, pinned, now).verification_key(key_id, now.timestamp())

    def gateway_key(self, agency: str, key_id: str, now: datetime) -> VerificationKey:
        """As `TrustStore.gateway_key`."""
        return self.registry(now).gateway_key(agency, key_id, now.timestamp())

    def _follow(self, trusted: TrustedRegistry, agency: str, pinned: str, now: datetime) -> AgencyKeys:
        state, seconds = self.store.state, int(now.timestamp())
        try:
            keys = trusted.keys_of(agency, pinned)
        except UntrustedKeyError as error:
            raise_alert(state, f"signing_key_{error.reason}", agency, seconds)
            raise
        for rejection in keys.rejections:
            subject = f"{agency} statement {rejection.place} ({rejection.use}): {rejection.reason}"
            raise_alert(state, "forged_key_statement", subject, seconds)
        return keys
