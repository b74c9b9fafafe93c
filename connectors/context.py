"""Everything that one connector's work stands on: its settings, keys, state, clock and randomness."""

import os
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from connectors.blinding import BlindingReserves
from connectors.settings import KEY_FILE, STATE_FILE, ConnectorSettings, SettingsError, load_settings
from connectors.state.database import open_state
from keys.crypto.signing import SigningKey
from keys.custody.key_ring import KeyKind, KeyRing
from keys.custody.key_store import KeyStore
from schemas.messages.registry import GatewayPin
from schemas.randomness import RandomSource

OFFICE_ZONE = ZoneInfo("Asia/Shanghai")
"""The zone of the legal clocks: budgets count per day here."""


@dataclass(frozen=True)
class Connector:
    """One agency's connector; opened once a process and passed to whatever works for it."""

    folder: Path
    settings: ConnectorSettings
    keys: KeyStore
    state: Engine
    now: Callable[[], datetime]
    random: RandomSource
    blinding: BlindingReserves
    held: KeyRing | None = field(default=None, repr=False)

    def for_one_request(self) -> "Connector":
        """Return it with the keys as their file has them now: read once for all that the request needs them for.

        Not to be kept for longer than the request: a key that is destroyed later lives on in it.
        """
        return replace(self, held=self.keys.ring)

    @property
    def ring(self) -> KeyRing:
        """The keys: as their file has them now, or as it had them when this request came."""
        return self.keys.ring if self.held is None else self.held

    @property
    def agency(self) -> str:
        """This agency's id."""
        return self.settings.agency

    @property
    def gateway(self) -> GatewayPin:
        """The pinned gateway.

        Raises:
            SettingsError: the connector has not joined a gateway yet.
        """
        if self.settings.gateway is None:
            raise SettingsError("尚未接入网关，请先运行 join / not joined to a gateway yet: run join first")
        return self.settings.gateway

    def seconds(self) -> int:
        """Return the current POSIX seconds."""
        return int(self.now().timestamp())

    def today(self) -> date:
        """Return the current day where the office is."""
        return self.now().astimezone(OFFICE_ZONE).date()

    def signing_key(self) -> SigningKey:
        """Return the signing key in force."""
        return _signing_key(self.ring.current(KeyKind.SIGNING, self.now()).secret)

    def storage_key(self) -> bytes:
        """Return the key under which answers and row locators rest (32 bytes)."""
        return self.ring.current(KeyKind.STORAGE, self.now()).secret


def open_connector(folder: Path, passphrase: str) -> Connector:
    """Open the connector in `folder` with the machine's clock and randomness.

    Raises:
        SettingsError, CustodyError, StateVersionError: what is missing or wrong.
    """
    settings = load_settings(folder)
    keys = KeyStore(folder / KEY_FILE, passphrase, random=os.urandom)
    blinding = BlindingReserves(os.urandom, settings.workers)
    return Connector(folder, settings, keys, open_state(folder / STATE_FILE), utc_now, os.urandom, blinding)


def utc_now() -> datetime:
    """Return the machine's time."""
    return datetime.now(UTC)


@lru_cache(maxsize=4)
def _signing_key(secret: bytes) -> SigningKey:
    """Make a key once: computing its public point costs more than a signature."""
    return SigningKey.from_secret(secret)
