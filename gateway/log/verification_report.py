"""What the verification of the stored log finds: a report for each shard, and what is wrong, by kind and place."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

MAX_FINDINGS: Final = 100
"""So many findings are kept; the first one is bad enough."""


class Fault(StrEnum):
    """What can be wrong with a stored log."""

    GAP = "gap"
    NOT_AN_ENTRY = "not_an_entry"
    LEAF_HASH = "leaf_hash"
    COLUMNS = "columns"
    DISCLOSURE = "disclosure"
    TILE = "tile"
    CHECKPOINT_ROOT = "checkpoint_root"
    CHECKPOINT_SIGNATURE = "checkpoint_signature"
    COSIGNATURE = "cosignature"
    UNSIGNED = "unsigned"
    TURN_OF_YEAR = "turn_of_year"
    SUBJECT_INDEX = "subject_index"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is wrong, and where: an entry's index, a tile's number, a tree's size or a number of rows."""

    fault: Fault
    shard: int
    place: int


@dataclass
class ShardReport:
    """What was verified of a shard. `root` is that of its first `signed_size` leaves, empty where none are signed."""

    shard: int
    entries: int = 0
    disclosures: int = 0
    tiles: int = 0
    checkpoints: int = 0
    cosignatures: int = 0
    unknown_cosignatures: int = 0
    signed_size: int = 0
    root: bytes = b""
    findings: list[Finding] = field(default_factory=list)

    def find(self, fault: Fault, place: int) -> None:
        """Note that something is wrong."""
        if len(self.findings) < MAX_FINDINGS:
            self.findings.append(Finding(fault, self.shard, place))
