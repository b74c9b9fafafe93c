"""What others did with items: asked of the gateway by its feed, verified as a whole, kept sealed."""

from dataclasses import dataclass

from connectors.console.context import Console


@dataclass(frozen=True, slots=True)
class SyncCount:
    """How many items were read anew, left this office, and did not verify."""

    read: int
    left: int
    refused: int


def synchronise(console: Console) -> SyncCount:
    """Read every item that changed since the last time."""
    raise NotImplementedError
