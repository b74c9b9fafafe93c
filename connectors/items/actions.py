"""What officers do with items: open one, take a step. Kept here first, then sent: nothing is lost meanwhile."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from connectors.console.account import Account
from connectors.console.actions import Action
from connectors.console.context import Console
from connectors.console.record import record_in
from connectors.console.roles import workflow_roles_of
from connectors.identifiers import new_uuid
from connectors.items.access import get_course, parts_of
from connectors.items.courses import Course
from connectors.items.drafts import StepDraft
from connectors.items.errors import StepFault, StepRefusedError
from connectors.items.judging import act_claims, addressed, check_office, check_papers, judge_act, opening_role
from connectors.items.offices import Offices, offices_of
from connectors.items.outbox import Delivery, deliver_item, discard
from connectors.items.paper_rules import OPENING_PAPERS, STEP_PAPERS, readers_of_opening, readers_of_step
from connectors.items.papers import Paper, ReportPaper
from connectors.items.signing import sign_step
from connectors.state.database import writing
from connectors.state.item_outbox import add_waiting
from connectors.state.items import Waiting, add_item
from schemas.messages.items import ActClaims, OpenedClaims
from schemas.workflows.events import History, Reporter
from schemas.workflows.load import load_workflows
from schemas.workflows.position import position_of
from schemas.workflows.refusal import RefusalCode
from schemas.workflows.roles import WorkflowRole
from schemas.workflows.rule_pack import Transition, Workflow

NO_PAPERS: Final[Mapping[str, Paper]] = MappingProxyType({})


def openable_by(console: Console, account: Account) -> tuple[Workflow, ...]:
    """Return the workflows of which the account may open an item at this agency."""
    parts, kind = workflow_roles_of(account.roles), console.connector.agency.partition(".")[0]
    return tuple(
        workflow
        for workflow in load_workflows().values()
        if workflow.opened_by.roles & parts
        and kind in {fit.value for fit in workflow.seat(workflow.opened_by.seat).kinds}
    )


def open_item(
    console: Console,
    account: Account,
    workflow: str,
    seats: Mapping[str, str],
    own: Paper,
    papers: Mapping[str, Paper] = NO_PAPERS,
    *,
    school: str | None = None,
    reporter: Reporter | None = None,
) -> str:
    """Open an item and return its id.

    Args:
        console: the agency's.
        account: who opens it.
        workflow: id of the rule pack.
        seats: the offices in the seats that are filled at the beginning.
        own: the paper for this office's own file; where a child may be in danger (W2, P07) it goes to all offices that
            take part as well, unless `papers` says otherwise.
        papers: what goes to which office.
        school: the school of this agency whose item it is; somebody of a school opens it for their own.
        reporter: who made a mandatory report; stays in `own` and goes nowhere.

    Raises:
        StepRefusedError: the workflow or the gateway refuses it; nothing was kept.
    """
    rules = load_workflows().get(workflow)
    if rules is None:
        raise StepRefusedError(RefusalCode.WORKFLOW_UNKNOWN)
    check_papers(OPENING_PAPERS.get(workflow), own, papers)
    offices = offices_of(console)
    for seat, agency in seats.items():
        check_office(offices, rules, seat, agency)
    role = opening_role(console, account, rules, seats)
    readers = readers_of_opening(workflow, offices.own, seats)
    opened = OpenedClaims(workflow=workflow, version=rules.version, region=rules.region, seats=dict(seats))
    draft = StepDraft(
        role=role,
        officer=account.id,
        opened=opened,
        own=own.model_copy(update={"reporter": reporter}) if isinstance(own, ReportPaper) and reporter else own,
        papers=addressed(papers, own, readers),
    )
    item = new_uuid(console.random)
    step = sign_step(console, item, account.id, draft, None)
    with writing(console.connector.state) as connection:
        add_item(connection, item, workflow, account.school or school)
        add_waiting(connection, step)
        record_in(connection, console.seconds(), account.id, Action.ITEM_OPENED, item, workflow)
    _send(console, step)
    return item


def take_step(  # noqa: PLR0913 - one parameter for each thing that a step can say
    console: Console,
    account: Account,
    item: str,
    transition: str,
    *,
    reason: str | None = None,
    next_office: str | None = None,
    proof: str | None = None,
    papers: Mapping[str, Paper] = NO_PAPERS,
    own: Paper | None = None,
) -> None:
    """Take a step of an item.

    A paper that is given as `own` alone also goes to the office that the step concerns: to who is named next, a result
    to the sender, a visit to the office that owns the item.

    Raises:
        ItemNotFoundError: there is no such item, or the account may not see it.
        StepRefusedError: the workflow or the gateway refuses it; nothing was changed.
    """
    course, offices = get_course(console, account, item), offices_of(console)
    act = act_claims(transition, reason, next_office, proof)
    take(console, account, course, offices, act, parts_of(account, course.kept), papers=papers, own=own)


def take(
    console: Console,
    account: Account,
    course: Course,
    offices: Offices,
    act: ActClaims,
    parts: frozenset[WorkflowRole],
    *,
    papers: Mapping[str, Paper] = NO_PAPERS,
    own: Paper | None = None,
) -> Delivery:
    """Take a step in one of these parts; returns whether it was sent. Raises StepRefusedError."""
    one = course.workflow.find_transition(act.transition)
    if course.is_pending:
        raise StepRefusedError(StepFault.STILL_TO_BE_SENT)
    if one is None or course.kept.left_at is not None:
        raise StepRefusedError(StepFault.ITEM_GONE if one else RefusalCode.UNKNOWN_ACT)
    role, after = judge_act(console, account, course, act, parts)
    if act.next_office is not None and one.names is not None:
        check_office(offices, course.workflow, one.names, act.next_office)
    check_papers(STEP_PAPERS.get((course.workflow.id, one.id)), own, papers)
    draft = StepDraft(
        role=role,
        officer=account.id,
        act=act,
        own=own or next(iter(papers.values()), None),
        papers=addressed(papers, own, _readers(course, one, offices, after, act.next_office)),
    )
    step = sign_step(console, course.kept.id, account.id, draft, course)
    with writing(console.connector.state) as connection:
        if not add_waiting(connection, step):
            raise StepRefusedError(StepFault.STILL_TO_BE_SENT)
        record_in(connection, console.seconds(), account.id, Action.ITEM_STEP, course.kept.id, act.transition)
    return _send(console, step)


def _readers(
    course: Course, one: Transition, offices: Offices, after: History, next_office: str | None
) -> tuple[str, ...]:
    position = position_of(course.workflow, after)
    return readers_of_step(course.workflow.id, one, offices.own, position, next_office)


def _send(console: Console, step: Waiting) -> Delivery:
    """Send a step at once; raises StepRefusedError, after which nothing of it is kept."""
    delivery = deliver_item(console, step.item)
    if delivery.refused is not None:
        discard(console, step.item)
        raise StepRefusedError(delivery.refused)
    return delivery
