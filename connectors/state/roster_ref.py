"""What a question's roster is: a mapping file of the office, or a ledger that was uploaded to the console."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class MappingFile:
    """A roster that a mapping file describes; its path may name a child and is not shown."""

    path: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class StoredLedger:
    """A ledger that rests sealed in the connector's state, by its id; some of its rows, or all."""

    ledger: str
    rows: tuple[int, ...] | None = None


RosterRef = MappingFile | StoredLedger


def roster_as_json(roster: RosterRef) -> dict[str, Any]:
    """Return the members that name a roster."""
    match roster:
        case MappingFile(path):
            return {"mapping": path}
        case StoredLedger(ledger, None):
            return {"ledger": ledger}
        case StoredLedger(ledger, rows):
            return {"ledger": ledger, "rows": rows}


def roster_from_json(members: dict[str, Any]) -> RosterRef:
    """Return the roster that the members name; raises KeyError where they name none."""
    if "ledger" not in members:
        return MappingFile(members["mapping"])
    rows = members.get("rows")
    return StoredLedger(members["ledger"], None if rows is None else tuple(rows))
