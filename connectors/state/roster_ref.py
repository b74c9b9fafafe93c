"""What a question's roster is: a mapping file of the office, or a ledger that was uploaded to the console."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class MappingFile:
    """A roster that a mapping file describes; its path may name a child and is not shown."""

    path: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class StoredLedger:
    """A ledger that rests sealed in the connector's state, by its id."""

    ledger: str


RosterRef = MappingFile | StoredLedger


def roster_as_json(roster: RosterRef) -> dict[str, str]:
    """Return the members that name a roster."""
    match roster:
        case MappingFile(path):
            return {"mapping": path}
        case StoredLedger(ledger):
            return {"ledger": ledger}


def roster_from_json(members: dict[str, str]) -> RosterRef:
    """Return the roster that the members name; raises KeyError where they name none."""
    return StoredLedger(members["ledger"]) if "ledger" in members else MappingFile(members["mapping"])
