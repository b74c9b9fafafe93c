"""What of a file can be matched at all: usable rows, the same child twice, rows without dates."""

from collections.abc import Mapping
from dataclasses import dataclass

from connectors.rehearsal.hash_records import HashedFile
from connectors.sources.check import CheckReport
from linkage.duplicates import same_child
from schemas.key_set import KeySet


@dataclass(frozen=True, slots=True)
class FileQuality:
    """What can be said about one file on its own.

    Attributes:
        usable_rows: rows with evidence for at least one key.
        repeated_rows: usable rows that are certainly the child of an earlier row.
        undated_rows: usable rows without any birth date.
        check: rows, findings, notes, and how many rows hold which keys.
    """

    usable_rows: int
    repeated_rows: int
    undated_rows: int
    check: CheckReport

    @property
    def unusable_rows(self) -> int:
        """Rows that there is nothing to match on."""
        return self.check.rows - self.usable_rows

    def as_json(self) -> Mapping[str, object]:
        """Return it as JSON-ready values."""
        counts = {
            "usable_rows": self.usable_rows,
            "unusable_rows": self.unusable_rows,
            "repeated_rows": self.repeated_rows,
            "undated_rows": self.undated_rows,
        }
        return self.check.as_json() | counts


def quality_of(hashed: HashedFile, key_set: KeySet) -> FileQuality:
    """Return what can be said about a file on its own."""
    children, _ = same_child(hashed.table, key_set)
    usable_rows = hashed.table.records + hashed.left_out_rows
    return FileQuality(usable_rows, usable_rows - children, hashed.undated_rows, hashed.check)
