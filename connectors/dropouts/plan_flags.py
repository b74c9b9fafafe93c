"""Which pupils of a checked absence ledger can be flagged, and how far the item of each will come."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from connectors.agencies import agency_of
from connectors.console.context import Console
from connectors.data_sets import Record, read_rows
from connectors.dropouts.absence_ledger import flag_store_of, is_absence_ledger, pupil_of, school_of
from connectors.dropouts.entry import AbsenceEntry, entry_of
from connectors.dropouts.flag_steps import state_after
from connectors.dropouts.judge_absence import TO_FLAG
from connectors.identifiers import new_uuid
from connectors.requester.ledger_roster import LedgerSource, ledger_store_of, mapping_of
from connectors.state.dropout_flags import NewFlag
from connectors.state.ledger_rows import DUPLICATE, LedgerRowStore, RowFinding
from connectors.state.ledgers import KeptLedger


@dataclass(frozen=True, slots=True)
class PlannedFlag:
    """A pupil who can be flagged."""

    row_number: int
    pupil: str = field(repr=False)
    entry: AbsenceEntry = field(repr=False)


@dataclass(frozen=True, slots=True)
class FlagPlan:
    """What flagging a ledger will do.

    Attributes:
        flags: the pupils who will be flagged.
        left_out: numbers of rows that something keeps back: to be put right, or already in the ledgers.
        dealt_with: rows of pupils who were dealt with, or are adults: nothing is to be done.
        states: how many items come to stand in which state of W1.
    """

    flags: tuple[PlannedFlag, ...]
    left_out: tuple[int, ...]
    dealt_with: int
    states: Counter[str]


def plan_flags(console: Console, kept: KeptLedger) -> FlagPlan:
    """Return what flagging the pupils of a checked absence ledger will do; those flagged from it are not among them."""
    school = school_of(console.connector, kept.owner)
    if school is None or not is_absence_ledger(kept):
        return FlagPlan((), (), 0, Counter())
    rows = LedgerRowStore(ledger_store_of(console.connector), kept.id)
    findings = rows.findings()
    flagged = {flag.row_number for flag in flag_store_of(console.connector).of_ledger(kept.id)}
    flags, left_out, dealt_with = [], [], 0
    for record in _records(console, kept, rows):
        if record.row_number in flagged:
            continue
        if record.values.get("status") not in TO_FLAG:
            dealt_with += 1
        elif (pupil := pupil_of(record.identity, school)) is None or _is_kept_back(findings, record):
            left_out.append(record.row_number)
        else:
            flags.append(PlannedFlag(record.row_number, pupil, entry_of(record, school)))
    states = Counter(state_after(one.entry) for one in flags)
    return FlagPlan(tuple(flags), tuple(left_out), dealt_with, states)


def keep_flags(console: Console, kept: KeptLedger, township: str, school: str) -> int:
    """Keep the pupils who can be flagged, for the worker to open their items; returns how many."""
    connector, store = console.connector, flag_store_of(console.connector)
    new = [
        NewFlag(
            id=new_uuid(connector.random),
            row_number=one.row_number,
            pupil_tag=store.tag_of(one.pupil),
            entry=one.entry.to_bytes(),
        )
        for one in plan_flags(console, kept).flags
    ]
    return store.add(kept.id, kept.owner, school, township, connector.seconds(), new)


def _records(console: Console, kept: KeptLedger, rows: LedgerRowStore) -> Iterator[Record]:
    settings = console.connector.settings
    yield from read_rows(
        LedgerSource(kept, rows).rows(),
        mapping_of(kept),
        agency_of(settings.agency_type).data_set(kept.data_set or ""),
        today=console.connector.today(),
        allow_test_regions=settings.allow_test_regions,
        max_age_years=settings.max_child_age_years,
    )


def _is_kept_back(findings: dict[int, tuple[RowFinding, ...]], record: Record) -> bool:
    of_row = findings.get(record.row_number, ())
    return any(one.severity == "error" or one.code == DUPLICATE for one in of_row)
