"""Opening an item: which kinds an account may open, what their forms want, and what is then sent to whom."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from connectors.console.account import Account
from connectors.console.context import Console
from connectors.console.roles import Permission, workflow_roles_of
from connectors.items.actions import open_item, openable_by, take_step
from connectors.items.errors import StepRefusedError
from connectors.items.offices import offices_for
from connectors.items.papers import Paper
from connectors.web.item_child_form import TypedFields
from connectors.web.item_paper_form import read_notice, read_referral, read_report, read_reporter
from hosting.web.language import Text
from schemas.workflows.events import Reporter
from schemas.workflows.rule_pack import Seat, Workflow

Offices = tuple[tuple[str, Text], ...]
SENT_ON: Final = "send"
TAKEN_DOWN: Final = "take_down"
NEXT_OFFICE: Final = "next_office"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of item that is opened on a page: who may, how its paper is read, what it is for."""

    permission: Permission
    read: Callable[[TypedFields], Paper | None]
    effect: Text


KINDS: Final[Mapping[str, Kind]] = MappingProxyType(
    {
        "W6": Kind(
            Permission.OPEN_REFERRALS,
            read_referral,
            Text(
                "请另一单位接手一名儿童的具体困难：监护、救助、残疾、入学等",
                "Ask another office to take on a child's need: care, relief, disability, schooling",
            ),
        ),
        "W2": Kind(
            Permission.TAKE_REPORTS,
            read_report,
            Text(
                "发现或接到侵害未成年人的九类情形，立即向公安、乡镇（街道）和民政报告",
                "One of nine situations of harm was seen or reported: tell police, township, civil affairs at once",
            ),
        ),
        "P07": Kind(
            Permission.TAKE_REPORTS,
            read_notice,
            Text(
                "监护人不能照料儿童时，通报民政部门安排照料；不写原因",
                "A guardian can't care for children: have civil affairs arrange care; the cause is not told",
            ),
        ),
    }
)


@dataclass(frozen=True, slots=True)
class TypedOpening:
    """What was typed to open an item: offices by seat, the paper, to whom a referral is sent on at once."""

    seats: Mapping[str, str]
    next_office: str | None
    paper: Paper = field(repr=False)
    reporter: Reporter | None = field(repr=False)


def kinds_for(console: Console, account: Account) -> list[Workflow]:
    """Return what the account may open at this agency, in the order in which it is offered."""
    found = {workflow.id: workflow for workflow in openable_by(console, account)}
    return [found[id_] for id_, kind in KINDS.items() if id_ in found and account.may(kind.permission)]


def seats_to_fill(workflow: Workflow) -> list[Seat]:
    """Return the seats for which an office is chosen when an item is opened."""
    return [workflow.seat(seat) for seat in workflow.opening_seats]


def offices_of(console: Console, workflow: Workflow) -> dict[str, Offices]:
    """Return who can be chosen, by the name of the form's field: each seat, and to whom a referral is sent on."""
    found = {seat.id: offices_for(console, workflow.id, seat.id) for seat in seats_to_fill(workflow)}
    sent = workflow.find_transition(SENT_ON)
    if sent is not None and sent.names is not None:
        others = offices_for(console, workflow.id, sent.names)
        found[NEXT_OFFICE] = tuple(one for one in others if one[0] != console.connector.agency)
    return found


def takes_reporters(console: Console, account: Account, workflow: Workflow) -> bool:
    """Return whether the account may take a report down itself, with the identity of whoever made it."""
    if workflow.confidential_to is None:
        return False
    return _sits_in(console, account, workflow.seat(workflow.confidential_to))


def own_seats(console: Console, account: Account, workflow: Workflow) -> dict[str, str]:
    """Return the seats that the account's own agency takes where nobody else is chosen, each with the agency."""
    return {seat.id: console.connector.agency for seat in seats_to_fill(workflow) if _sits_in(console, account, seat)}


def read_opening(
    console: Console, account: Account, workflow: Workflow, offices: Mapping[str, Offices], typed: TypedFields
) -> TypedOpening | None:
    """Return what was typed, or None with the faults noted."""
    paper = KINDS[workflow.id].read(typed)
    seats = {seat.id: typed.text(seat.id) for seat in seats_to_fill(workflow)}
    for seat, agency in seats.items():
        if agency not in dict(offices[seat]):
            typed.refuse(seat, Text("请选择单位", "Choose an office"))
    next_office = typed.text(NEXT_OFFICE) or None
    if next_office is not None and next_office not in dict(offices.get(NEXT_OFFICE, ())):
        typed.refuse(NEXT_OFFICE, Text("请从列出的单位中选择", "Choose one of the offices listed"))
    reporter = read_reporter(typed) if takes_reporters(console, account, workflow) else None
    return None if paper is None or typed.errors else TypedOpening(seats, next_office, paper, reporter)


def open_typed(console: Console, account: Account, workflow: Workflow, typed: TypedOpening) -> str:
    """Open the item, and take the step that belongs to it at once; return its id.

    A step that can't be taken yet, because the opening is still on its way, is left to the item's own page.

    Raises:
        StepRefusedError: the item can't be opened so.
    """
    item = open_item(console, account, workflow.id, typed.seats, typed.paper, reporter=typed.reporter)
    with suppress(StepRefusedError):
        if typed.next_office is not None:
            take_step(console, account, item, SENT_ON, next_office=typed.next_office, own=typed.paper)
        elif console.connector.agency in typed.seats.values() and takes_reporters(console, account, workflow):
            take_step(console, account, item, TAKEN_DOWN)
    return item


def _sits_in(console: Console, account: Account, seat: Seat) -> bool:
    """Return whether the account could act in this seat, in one of the roles that it has at this kind of agency."""
    kind = console.connector.agency.partition(".")[0]
    return bool(workflow_roles_of(account.roles) & seat.roles) and kind in {one.value for one in seat.kinds}
