"""Whom this connector believes: the cached registry, and the chains of keys that begin where agreements pin them.

Without a registry that is signed, current and not older than one seen before, nothing is exchanged.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Engine, insert, select

from connectors.state.alerts import raise_alert
from connectors.state.database import reading, writing
from connectors.state.tables import registry_copy
from keys.crypto.signing import VerificationKey
from keys.protocol.envelopes import read_unverified
from keys.protocol.key_chain import AgencyKeys, UntrustedKeyError
from keys.protocol.trusted_registry import RegistryError, TrustedRegistry, find_shortened, verify_registry
from schemas.messages.registry import MAX_REGISTRY_BYTES, GatewayPin, Registry
from schemas.problem import ProblemCode, ProblemError

REFETCH_SECONDS = 5


@dataclass
class TrustStore:
    """The registry in force, kept in the connector's database and, once verified, in memory.

    `refetch`, where a process has one, fetches the registry anew: another agency may just have rotated a key.
    """

    state: Engine
    pin: GatewayPin
    refetch: Callable[[], None] | None = None
    _token: str = ""
    _trusted: TrustedRegistry | None = None
    _chains: dict[tuple[str, str], AgencyKeys] = field(default_factory=dict)
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
        self._remember(token, trusted)
        return trusted

    def registry(self, now: datetime) -> TrustedRegistry:
        """Return the kept registry if it is still to be believed.

        Raises:
            ProblemError: registry_expired, also when none was ever kept.
        """
        token = self._kept_token()
        if token != self._token or self._trusted is None:
            try:
                self._remember(token, self._verify(token, 0, now))
            except RegistryError:
                raise ProblemError(ProblemCode.REGISTRY_EXPIRED) from None
        trusted = self._trusted
        if trusted is None or now.timestamp() >= trusted.registry.expires_at:
            raise ProblemError(ProblemCode.REGISTRY_EXPIRED)
        return trusted

    def keys_of(self, agency: str, pinned: str, now: datetime) -> AgencyKeys:
        """Return the keys of `agency` that follow from `pinned`; forged statements raise an alert and do not count.

        Raises:
            UntrustedKeyError: unknown, or another agency's or the gateway's key stands in its place.
            ProblemError: registry_expired.
        """
        trusted = self.registry(now)
        if (agency, pinned) not in self._chains:
            try:
                keys = trusted.keys_of(agency, pinned)
            except UntrustedKeyError as error:
                raise_alert(self.state, f"signing_key_{error.reason}", agency, int(now.timestamp()))
                raise
            for rejection in keys.rejections:
                subject = f"{agency} statement {rejection.place} ({rejection.use}): {rejection.reason}"
                raise_alert(self.state, "forged_key_statement", subject, int(now.timestamp()))
            self._chains[agency, pinned] = keys
        return self._chains[agency, pinned]

    def verification_key(self, agency: str, pinned: str, key_id: str, now: datetime) -> VerificationKey:
        """Return a signing key of `agency` in force; an unknown one is looked for in a newer registry once.

        Raises:
            UntrustedKeyError: it does not follow from `pinned`, or is not in force.
        """
        try:
            return self.keys_of(agency, pinned, now).verification_key(key_id, now.timestamp())
        except UntrustedKeyError:
            if not self._has_refetched(now):
                raise
        return self.keys_of(agency, pinned, now).verification_key(key_id, now.timestamp())

    def gateway_key(self, agency: str, key_id: str, now: datetime) -> VerificationKey:
        """Return a signing key of the gateway; raises UntrustedKeyError for anybody else's."""
        return self.registry(now).gateway_key(agency, key_id, now.timestamp())

    def _has_refetched(self, now: datetime) -> bool:
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
        kept = self._kept_token()
        shortened = find_shortened(read_unverified(Registry, kept, MAX_REGISTRY_BYTES), fetched) if kept else ()
        for agency in shortened:
            raise_alert(self.state, "key_statements_withheld", agency, int(now.timestamp()))
        if shortened:
            raise ProblemError(ProblemCode.REGISTRY_NOT_TRUSTED)

    def _verify(self, token: str, lowest_version: int, now: datetime) -> TrustedRegistry:
        return verify_registry(token, self.pin.gateway, self.pin.signing_key, lowest_version, now)

    def _remember(self, token: str, trusted: TrustedRegistry) -> None:
        self._token, self._trusted = token, trusted
        self._chains = {}

    def _known_version(self) -> int:
        with reading(self.state) as connection:
            version = connection.execute(
                select(registry_copy.c.version).order_by(registry_copy.c.version.desc())
            ).scalar()
        return version or 0

    def _kept_token(self) -> str:
        with reading(self.state) as connection:
            token = connection.execute(select(registry_copy.c.token).order_by(registry_copy.c.version.desc())).scalar()
        return token or ""
