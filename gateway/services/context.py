"""Everything that the gateway's work stands on: settings, keys, database, journal, members, clock and randomness."""

import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from sqlalchemy import Engine

from gateway.log.journal import Journal
from gateway.log.signing_memory import SigningMemory
from gateway.services.members import MemberDirectory
from gateway.services.provider_client import ProviderClient
from gateway.settings import GatewaySettings
from hosting.sign_on.sign_in import Provider
from keys.crypto.signing import SigningKey, VerificationKey
from keys.custody.key_ring import KeyKind
from keys.custody.key_store import KeyStore
from keys.protocol.key_chain import AgencyKeys, UntrustedKeyError
from schemas.randomness import RandomSource

KEY_AGE_SECONDS = 1


@dataclass(frozen=True)
class Gateway:
    """One process of the gateway; made after any fork and passed to whatever works for it.

    `identity_provider` is what auditors may sign in with, None where there is none.
    """

    settings: GatewaySettings
    keys: KeyStore
    own_keys: AgencyKeys
    engine: Engine
    signing_memory: SigningMemory
    public_folder: Path
    journal: Journal
    members: MemberDirectory
    providers: ProviderClient
    now: Callable[[], datetime]
    random: RandomSource
    identity_provider: Provider | None = None

    @property
    def folder(self) -> Path:
        """The folder of settings, keys and added holiday notices."""
        return self.public_folder.parent

    @property
    def id(self) -> str:
        """The gateway's id."""
        return self.settings.gateway

    def seconds(self) -> int:
        """Return the current POSIX seconds."""
        return int(self.now().timestamp())

    def signing_key(self) -> SigningKey:
        """Return the signing key in force, as the key file had it at most `KEY_AGE_SECONDS` ago."""
        return _signing_key(self.keys, int(time.monotonic() / KEY_AGE_SECONDS), self.now)

    def find_own_key(self, agency: str, key_id: str) -> VerificationKey:
        """Return one of the gateway's own verification keys (`KeyFinder`).

        Raises:
            UntrustedKeyError: another agency, or no key of the gateway in force.
        """
        if agency != self.id:
            raise UntrustedKeyError(agency, "unknown_agency")
        return self.own_keys.verification_key(key_id, self.now().timestamp())

    def new_uuid(self) -> str:
        """Return a random UUID (version 4)."""
        return str(uuid.UUID(bytes=self.random(16), version=4))


@lru_cache(maxsize=4)
def _signing_key(keys: KeyStore, _moment: int, now: Callable[[], datetime]) -> SigningKey:
    """Read the key file once a moment, not thrice a request: all threads wait for one another at that file."""
    return _key_of(keys.ring.current(KeyKind.SIGNING, now()).secret)


@lru_cache(maxsize=4)
def _key_of(secret: bytes) -> SigningKey:
    """Make a key once: computing its public point costs more than a signature."""
    return SigningKey.from_secret(secret)
