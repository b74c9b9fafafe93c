"""How much of the log leaves on whose word: nobody's, a stated reason, a second confirmation, a second person."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

REASON_ABOVE: Final = 25
"""Entries that leave without a reason."""

CONFIRMATION_ABOVE: Final = 250
"""Entries that leave without a second confirmation; above it the export is flagged in the log."""

APPROVAL_ABOVE: Final = 2_500
"""Entries that leave without a second person's approval."""

MAX_EXPORT_ENTRIES: Final = 10_000
"""Entries that leave in one file at all; longer periods go in several."""

BULK_FLAG: Final = "flag.bulk"
"""Stands among the `fields` of an `audit.export` of more than `CONFIRMATION_ABOVE` entries: rules watch for it."""


class ExportFormat(StrEnum):
    """The form of the file."""

    XLSX = "xlsx"
    CSV = "csv"
    JSONL = "jsonl"
    OCSF = "ocsf"
    EVIDENCE = "evidence"


@dataclass(frozen=True, slots=True)
class ExportNeeds:
    """What an export of so many entries needs before it leaves."""

    reason: bool
    confirmation: bool
    approval: bool


def needs_of(records: int) -> ExportNeeds:
    """Return what an export of `records` entries needs."""
    return ExportNeeds(
        reason=records > REASON_ABOVE,
        confirmation=records > CONFIRMATION_ABOVE,
        approval=records > APPROVAL_ABOVE,
    )
