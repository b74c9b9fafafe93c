"""What the pages and the services of the officer's console stand on; made once a process."""

from dataclasses import dataclass
from datetime import datetime

from connectors.context import Connector
from connectors.gateway_client import GatewayClient
from connectors.trust import TrustStore
from hosting.sign_on.sign_in import Provider
from schemas.randomness import RandomSource


@dataclass(frozen=True)
class Console:
    """One process of the console: the agency's connector, whom it believes, and its way to the gateway.

    `provider` is the agency's identity provider, None where it has none.
    """

    connector: Connector
    trust: TrustStore
    client: GatewayClient
    provider: Provider | None = None

    @property
    def random(self) -> RandomSource:
        """The connector's source of randomness."""
        return self.connector.random

    def now(self) -> datetime:
        """Return the current time (aware, UTC)."""
        return self.connector.now()

    def seconds(self) -> int:
        """Return the current POSIX seconds."""
        return self.connector.seconds()
