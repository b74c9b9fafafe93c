"""The columns in which entries are shown and exported: one list for the page, the workbook and the CSV file."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from gateway.domain.budgets import LEGAL_ZONE
from gateway.log.event_catalogue import DECLARATIONS
from gateway.log.logged_entry import LoggedEntry
from gateway.reports.entry_words import (
    DECISION_WORDS,
    attribute_words,
    both,
    event_words,
    purpose_words,
    reason_words,
)
from schemas.faults import Wording

AgencyNames = Mapping[str, Wording]
Cell = str | int | None


@dataclass(frozen=True, slots=True)
class EntryColumn:
    """A column: its heading, its width in characters, and what it says of an entry."""

    heading: Wording
    width: int
    value: Callable[[LoggedEntry, AgencyNames], Cell]


def _agency(agency: str | None, names: AgencyNames) -> Cell:
    return None if agency is None else both(names.get(agency, Wording(agency, agency)))


def _time(entry: LoggedEntry) -> str:
    return entry.leaf.at.astimezone(LEGAL_ZONE).strftime("%Y-%m-%d %H:%M:%S")


def _actor(entry: LoggedEntry) -> str | None:
    actor = entry.leaf.event.actor
    return None if actor is None else actor.org


def _reason(entry: LoggedEntry) -> Cell:
    reason = entry.leaf.event.reason
    return None if reason is None else both(reason_words(reason))


def _purpose(entry: LoggedEntry) -> Cell:
    purpose = entry.leaf.event.purpose
    return None if purpose is None else f"{purpose} {both(purpose_words(purpose))}"


def _decision(entry: LoggedEntry) -> Cell:
    decision = entry.leaf.event.decision
    return None if decision is None else both(DECISION_WORDS[decision])


def _fields(entry: LoggedEntry) -> Cell:
    return "；".join(both(attribute_words(name)) for name in entry.leaf.event.fields) or None


def _agreement(entry: LoggedEntry) -> Cell:
    policy = entry.leaf.event.policy
    return None if policy is None else policy.id


COLUMNS: Final = (
    EntryColumn(Wording("条目", "entry"), 12, lambda entry, _: entry.place),
    EntryColumn(Wording("时间（北京）", "time (Beijing)"), 20, lambda entry, _: _time(entry)),
    EntryColumn(Wording("事件代码", "code"), 18, lambda entry, _: DECLARATIONS[entry.leaf.event.type].code),
    EntryColumn(Wording("事件", "event"), 34, lambda entry, _: both(event_words(entry.leaf.event.type))),
    EntryColumn(Wording("发起单位", "actor"), 30, lambda entry, names: _agency(_actor(entry), names)),
    EntryColumn(Wording("对方单位", "peer"), 30, lambda entry, names: _agency(entry.leaf.event.peer, names)),
    EntryColumn(Wording("用途", "purpose"), 26, lambda entry, _: _purpose(entry)),
    EntryColumn(Wording("决定", "decision"), 18, lambda entry, _: _decision(entry)),
    EntryColumn(Wording("理由", "reason"), 34, lambda entry, _: _reason(entry)),
    EntryColumn(Wording("信息项", "attributes"), 30, lambda entry, _: _fields(entry)),
    EntryColumn(Wording("记录数", "records"), 9, lambda entry, _: entry.leaf.event.records),
    EntryColumn(Wording("协议", "agreement"), 38, lambda entry, _: _agreement(entry)),
    EntryColumn(Wording("请求编号", "request"), 38, lambda entry, _: entry.leaf.event.correlation_id),
    EntryColumn(Wording("叶哈希（SHA-256）", "leaf hash (SHA-256)"), 66, lambda entry, _: entry.leaf_hash.hex()),
)


def headings() -> list[str]:
    """Return the headings, Chinese first."""
    return [both(column.heading) for column in COLUMNS]


def cells(entry: LoggedEntry, names: AgencyNames) -> list[Cell]:
    """Return what the columns say of an entry; text is safe to open in a spreadsheet.

    Raises:
        LeafError: the entry is none of an audit log.
    """
    return [neutralised(column.value(entry, names)) for column in COLUMNS]


_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n")


def neutralised(cell: Cell) -> Cell:
    """Return the cell so that no spreadsheet takes it for a formula (OWASP, CSV injection)."""
    return "'" + cell if isinstance(cell, str) and cell.startswith(_FORMULA_STARTS) else cell
