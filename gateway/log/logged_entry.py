"""An entry as it stands in the log: its place, its bytes, its leaf hash, and what it states."""

from dataclasses import dataclass, field
from functools import cached_property

from gateway.log.leaf import Leaf, parse_leaf


@dataclass(frozen=True)
class LoggedEntry:
    """One stored entry. `entry` is the evidence; `leaf_hash` is what the database says of it (32 bytes)."""

    shard: int
    index: int
    entry: bytes = field(repr=False)
    leaf_hash: bytes = field(repr=False)

    @cached_property
    def leaf(self) -> Leaf:
        """What the entry states; raises LeafError if it is none of an audit log."""
        return parse_leaf(self.entry)

    @property
    def place(self) -> str:
        """Year and index, as people name an entry: `2026/123`."""
        return f"{self.shard}/{self.index}"
