"""The ledgers of dropouts as an account may see them: every item of W1 with what its school knows of the pupil."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from connectors.console.account import Account
from connectors.console.context import Console
from connectors.context import OFFICE_ZONE
from connectors.dropouts.absence_ledger import flag_store_of
from connectors.dropouts.entry import MAX_ENTRY_BYTES, AbsenceEntry
from connectors.dropouts.flag_steps import WORKFLOW
from connectors.items.courses import course_of
from connectors.items.lists import list_items
from connectors.items.views import ItemRow, ItemScope
from connectors.state.database import reading
from connectors.state.items import find_item
from schemas.dropouts.ledgers import DropoutLedger, ledger_of
from schemas.workflows.events import Act


@dataclass(frozen=True, slots=True)
class DropoutLine:
    """One pupil in the ledgers; `entry` is missing where the item was not opened from a school's ledger."""

    row: ItemRow
    entry: AbsenceEntry | None = field(repr=False)

    @property
    def ledger(self) -> DropoutLedger:
        """The ledger in which the pupil stands."""
        return ledger_of(self.row.state_id)

    @property
    def name(self) -> str:
        """The pupil's name; a dash where this office has no paper that says so."""
        return self.row.child_name or (self.entry.name if self.entry is not None else "—")

    @property
    def school(self) -> str:
        """The school's name."""
        return self.row.school or "—"


@dataclass(frozen=True, slots=True)
class Taken:
    """A step of an item that was taken on a day."""

    transition: str
    on: date
    proof: str | None
    reason: str | None


def list_dropouts(console: Console, account: Account) -> list[DropoutLine]:
    """Return the pupils of all ledgers whom the account may see: those of its school, or of the county."""
    rows = [
        row
        for scope in (ItemScope.ALL, ItemScope.CLOSED)
        for row in list_items(console, account, scope=scope)
        if row.workflow.id == WORKFLOW
    ]
    flags = flag_store_of(console.connector).of_items([row.item for row in rows])
    return [
        DropoutLine(row, AbsenceEntry.from_bytes(flags[row.item].entry, MAX_ENTRY_BYTES) if row.item in flags else None)
        for row in rows
    ]


def count_ledgers(lines: Iterable[DropoutLine]) -> dict[DropoutLedger, int]:
    """Return how many pupils stand in each ledger."""
    counts = Counter(line.ledger for line in lines)
    return {ledger: counts[ledger] for ledger in DropoutLedger}


def schools_of(lines: Iterable[DropoutLine]) -> list[str]:
    """Return the schools of the lines, each once."""
    return sorted({line.row.school for line in lines if line.row.school is not None})


def steps_taken(console: Console, item: str) -> Sequence[Taken]:
    """Return the steps that were taken of an item, oldest first; the account's right to see it is the caller's."""
    with reading(console.connector.state) as connection:
        kept = find_item(connection, item)
    if kept is None:
        return ()
    events = course_of(console.connector, kept).history.events
    return [
        Taken(one.transition, one.at.astimezone(OFFICE_ZONE).date(), one.proof, one.reason)
        for one in events
        if isinstance(one, Act)
    ]
