"""One request as a story: asked, decided, passed on, answered, received; told from its entries alone.

An item is a story too: opened, step after step taken by one office or the other, read, escalated.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from gateway.domain.item_reasons import has_ended
from gateway.log.event_names import EventType
from gateway.log.events import Event
from gateway.log.logged_entry import LoggedEntry

ORPHANED_AFTER: Final = timedelta(minutes=15)
"""Longer than any answer may take; an intent without an outcome by then has none."""

_INTENTS: Final = frozenset(
    {
        EventType.EVALUATE_QUERY,
        EventType.PART_QUERY,
        EventType.MATCH_QUERY,
        EventType.REVIEW_QUERY,
        EventType.FIELD_QUERY,
        EventType.FIELD_RECEIPT,
        EventType.STATISTICS_QUERY,
    }
)
RELAYED: Final = frozenset(
    {EventType.EVALUATE_QUERY, EventType.FIELD_QUERY, EventType.FIELD_RECEIPT, EventType.STATISTICS_QUERY}
)
"""Intents that the gateway passes on to the provider; the others it carries out itself."""


class StepKind(StrEnum):
    """What a step of the story tells."""

    ASKED = "asked"
    PERMITTED = "permitted"
    REFUSED = "refused"
    PASSED_ON = "passed_on"
    COMPARED = "compared"
    ANSWERED = "answered"
    RECEIVED = "received"
    NOTED = "noted"
    OPENED = "opened"
    TAKEN = "taken"
    READ = "read"
    ESCALATED = "escalated"


_OF_ITEM: Final = {
    EventType.ITEM_OPEN: StepKind.OPENED,
    EventType.ITEM_ACT: StepKind.TAKEN,
    EventType.ITEM_READ: StepKind.READ,
    EventType.ITEM_ESCALATE: StepKind.ESCALATED,
}


class StoryEnd(StrEnum):
    """How the story ends, as far as the log knows."""

    COMPLETE = "complete"
    REFUSED = "refused"
    UNDER_WAY = "under_way"
    ORPHANED = "orphaned"


@dataclass(frozen=True, slots=True)
class Step:
    """One step and the entry that is its evidence; `after` is the time since the step before."""

    kind: StepKind
    entry: LoggedEntry
    after: timedelta | None = None

    @property
    def event(self) -> Event:
        """What the entry states."""
        return self.entry.leaf.event

    @property
    def at(self) -> datetime:
        """When it was logged."""
        return self.entry.leaf.at


@dataclass(frozen=True, slots=True)
class Story:
    """A request's steps in order, and how it ended."""

    steps: tuple[Step, ...]
    end: StoryEnd

    @property
    def first(self) -> Event:
        """What was asked."""
        return self.steps[0].event

    @property
    def is_item(self) -> bool:
        """Whether it is the story of an item."""
        return self.first.type in _OF_ITEM

    @property
    def duration(self) -> timedelta:
        """From the first step to the last."""
        return self.steps[-1].at - self.steps[0].at

    @property
    def entries(self) -> tuple[LoggedEntry, ...]:
        """All entries that the story rests on, each once."""
        return tuple({step.entry.place: step.entry for step in self.steps}.values())


def tell(entries: Sequence[LoggedEntry], receipts: Sequence[LoggedEntry], now: datetime) -> Story:
    """Return the story of one request.

    Args:
        entries: those with its correlation id, in the order of the log; at least one.
        receipts: those by which the requester confirmed its answer (`receipts_of`).
        now: aware time, to tell what is under way from what was never finished.

    Raises:
        LeafError: an entry is none of an audit log.
    """
    told = [step for entry in entries for step in _steps_of(entry)]
    told += [Step(StepKind.RECEIVED, receipt) for receipt in receipts]
    return Story(tuple(_timed(told)), _end(entries, now))


def receipts_of(entries: Sequence[LoggedEntry], candidates: Sequence[LoggedEntry]) -> list[LoggedEntry]:
    """Return those receipts that confirm an answer of these entries: they state the digest of its envelope."""
    answers = {
        entry.leaf.event.request.digest
        for entry in entries
        if entry.leaf.event.type is EventType.FIELD_RELEASE and entry.leaf.event.request is not None
    }
    return [entry for entry in candidates if _is_intent(entry.leaf.event) and entry.leaf.event.content in answers]


def _steps_of(entry: LoggedEntry) -> list[Step]:
    event = entry.leaf.event
    if event.type is EventType.REFUSAL:
        kinds = [StepKind.REFUSED] if event.ref else [StepKind.ASKED, StepKind.REFUSED]
    elif _is_intent(event):
        passed = StepKind.PASSED_ON if event.type in RELAYED else StepKind.COMPARED
        kinds = [StepKind.ASKED, StepKind.PERMITTED, passed]
    else:
        kinds = [_OF_ITEM.get(event.type, StepKind.ANSWERED if event.ref else StepKind.NOTED)]
    return [Step(kind, entry) for kind in kinds]


def _is_intent(event: Event) -> bool:
    return event.type in _INTENTS and event.ref is None


def _timed(steps: Sequence[Step]) -> list[Step]:
    pairs = zip(steps, [None, *steps], strict=False)
    return [Step(step.kind, step.entry, None if before is None else step.at - before.at) for step, before in pairs]


def _end(entries: Sequence[LoggedEntry], now: datetime) -> StoryEnd:
    if entries[0].leaf.event.type in _OF_ITEM:
        taken = [entry.leaf.event.reason or "" for entry in entries if entry.leaf.event.type is EventType.ITEM_ACT]
        return StoryEnd.COMPLETE if has_ended(taken) else StoryEnd.UNDER_WAY
    ended = {entry.leaf.event.ref for entry in entries}
    open_intents = [entry for entry in entries if _is_intent(entry.leaf.event) and entry.leaf.event_id not in ended]
    if open_intents:
        waiting = now - open_intents[0].leaf.at
        return StoryEnd.ORPHANED if waiting > ORPHANED_AFTER else StoryEnd.UNDER_WAY
    refused = any(entry.leaf.event.type is EventType.REFUSAL for entry in entries)
    return StoryEnd.REFUSED if refused else StoryEnd.COMPLETE
