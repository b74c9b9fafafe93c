"""What the pages show of items: rows of a list, and one item with its story, papers, steps and clocks."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from connectors.items.papers import Paper
from schemas.faults import Wording
from schemas.workflows.clock import Span
from schemas.workflows.due import Due
from schemas.workflows.roles import WorkflowRole
from schemas.workflows.rule_pack import Transition, Workflow
from schemas.workflows.running import RunningClock


class ItemScope(StrEnum):
    """Which items are listed."""

    WAITING = "waiting"
    """Something is to be done by this account."""

    ALL = "all"
    """Everything under way."""

    OVERDUE = "overdue"
    CLOSED = "closed"
    """Ended, or passed on to other offices."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemRow:
    """One item of a list.

    Attributes:
        item: its id.
        number: its short number, as it is written on paper.
        workflow: its rule pack.
        state: where it stands, in words; `state_id` in the rule pack's own.
        owner: the office that answers for it.
        is_ours: this agency is that office.
        child_name: whom it is about, where this office holds a paper that says so.
        since: when it came into its state.
        due: the next deadline: of this agency if one of them is its own, else of whoever has one.
        span: how long that deadline's period is, in which kind of days.
        overdue: a deadline has passed.
        waits_for_us: this agency is to do the next thing.
        pending: a step of this agency is still to be sent.
        school: the school of this agency that opened it.
    """

    item: str
    number: str
    workflow: Workflow
    state: Wording
    state_id: str
    owner: Wording
    is_ours: bool
    child_name: str | None = field(repr=False)
    since: datetime
    due: Due | None
    span: Span | None
    overdue: bool
    waits_for_us: bool
    pending: bool
    school: str | None = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryLine:
    """Something that was done; `officer` is the agency's own reference, and there for this agency's acts alone."""

    number: int
    at: datetime
    office: Wording
    is_ours: bool
    officer: str | None
    step: Wording
    transition: str | None
    reason: Wording | None
    next_office: Wording | None
    proof: str | None
    pending: bool


@dataclass(frozen=True, slots=True)
class EscalationLine:
    """Somebody above `office` was told that a deadline has passed."""

    at: datetime
    clock: Wording
    to: Wording
    office: Wording


@dataclass(frozen=True, slots=True)
class OpenStep:
    """Something that this account may do now.

    Attributes:
        transition: of the rule pack.
        role: in which the account does it.
        offices: who may be named next, as (agency, name); empty where nobody is to be named.
        reasons: one of them is to be given, as (code, words); empty where none is.
        wants_proof: the reference of a supporting paper is to be given.
        paper: the kind of paper that goes with it; None where none does.
    """

    transition: Transition
    role: WorkflowRole
    offices: tuple[tuple[str, Wording], ...]
    reasons: tuple[tuple[str, Wording], ...]
    wants_proof: bool
    paper: type[Paper] | None


@dataclass(frozen=True, slots=True)
class ItemView:
    """One item as an account may see it.

    Attributes:
        row: what the lists show of it.
        lines: what was done, oldest first.
        papers: what this office holds, as (number of the event, paper), oldest first.
        steps: what this account may do now; none while a step waits to be sent.
        clocks: what runs now, waiting periods among it.
        escalations: who was told of passed deadlines.
        is_own_draft: the account opened it, and it was sent to no other office.
        problem: why the last step of this agency was not taken.
    """

    row: ItemRow
    lines: tuple[HistoryLine, ...]
    papers: tuple[tuple[int, Paper], ...] = field(repr=False)
    steps: tuple[OpenStep, ...]
    clocks: tuple[RunningClock, ...]
    escalations: tuple[EscalationLine, ...]
    is_own_draft: bool
    problem: Wording | None
