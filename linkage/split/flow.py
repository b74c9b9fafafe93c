"""What runs the steps of a split linkage: a list in one process, or a cluster."""

from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

Piece = tuple[int, bytes]
"""An address, and packed arrays that belong there."""

HERE = -1
"""The address of what needs no other piece: it goes through unchanged."""

Work = Callable[[int, list[bytes]], Iterable[Piece]]
"""Takes an address and all pieces that came to it, in any order."""


class Flow(Protocol):
    """Pieces on their way."""

    def regroup(self, work: Work) -> "Flow":
        """Return what `work` makes of the pieces of each address but `HERE`, and those of `HERE` as they are."""

    def collect(self) -> Iterator[Piece]:
        """Return all pieces; here the work is done."""


class Engine(Protocol):
    """Runs work on parts and addresses, in any order and in any process; work is pickled to get there."""

    def start(self, parts: int, work: Callable[[int], Iterable[Piece]]) -> Flow:
        """Return the pieces that `work` makes of each part, numbered from 0."""
