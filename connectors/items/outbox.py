"""Steps on their way to the gateway: each is sent until it is answered, and counts once."""

from dataclasses import dataclass

from connectors.console.context import Console


@dataclass(frozen=True, slots=True)
class DeliveryCount:
    """How many steps were delivered, still wait, and were refused."""

    delivered: int
    waiting: int
    refused: int


def deliver(console: Console) -> DeliveryCount:
    """Send every step that waits."""
    raise NotImplementedError
