"""Why a logged request passed or was refused, for the operator: its entries without disclosures, and the agreement.

The look is an entry of its own.
"""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, select

from gateway.domain.account import LogScope
from gateway.domain.clauses import budget_clause, deciding_clause, fulfilled_clauses, permitting_clauses
from gateway.domain.log_filter import LogFilter
from gateway.domain.request_story import Step, StepKind, Story, tell
from gateway.domain.simulation import Reading, trace_permit
from gateway.log.event_catalogue import DECLARATIONS
from gateway.log.event_id import parse_event_id
from gateway.log.event_names import Audience, EventType
from gateway.log.events import Actor, Event
from gateway.log.journal import Draft
from gateway.persistence.agreement_queries import find_agreement
from gateway.persistence.audit_tables import audit_leaf
from gateway.persistence.engine import read_transaction
from gateway.persistence.search_queries import Search, list_entries
from gateway.services.context import Gateway
from gateway.services.read_requests import as_logged
from gateway.services.tell_request import MAX_STORY_ENTRIES
from schemas.agreement import Agreement
from schemas.attribute_catalogue import never_released
from schemas.faults import Wording
from schemas.policy import Clause
from schemas.purpose_catalogue import load_purposes

_OPEN_TO_OPERATORS: Final = frozenset(
    name for name, declaration in DECLARATIONS.items() if Audience.OPERATOR in declaration.audiences
)
_CHARGED: Final = frozenset({EventType.EVALUATE_QUERY, EventType.FIELD_QUERY})
_DECIDED: Final = frozenset({StepKind.PERMITTED, StepKind.REFUSED})


@dataclass(frozen=True, slots=True)
class Explained:
    """One decision on the request: the step of the story, and the clauses that decided it, in sentences."""

    step: Step
    clauses: tuple[Wording, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """A request's decisions in order, and the agreement under which was asked, where the gateway holds it."""

    correlation_id: str
    story: Story
    decisions: tuple[Explained, ...]
    agreement: Agreement | None


def explain_request(gateway: Gateway, name: str) -> Explanation | None:
    """Return why the request with this correlation id, or with an event of this id, was decided as it was.

    Returns:
        None where an operator may see no such request.

    Raises:
        AuditUnavailableError: the look could not be logged; nothing was read out.
    """
    with read_transaction(gateway.engine) as connection:
        correlation_id = _correlation_of(connection, name) or name
        search = Search(LogScope(None), _OPEN_TO_OPERATORS, LogFilter(corr=correlation_id))
        entries = list_entries(connection, search, limit=MAX_STORY_ENTRIES, oldest_first=True)
        if not entries:
            return None
        story = tell(entries, (), gateway.now())
        agreement = _agreement(connection, story)
    look = Event(
        type=EventType.AUDIT_VIEW,
        actor=Actor(org=gateway.id),
        records=len(entries),
        correlation_id=correlation_id,
    )
    gateway.journal.write(lambda _: Draft(None, (look,)))
    decided = (step for step in story.steps if step.kind in _DECIDED)
    return Explanation(
        correlation_id, story, tuple(Explained(step, clauses_of(step, agreement)) for step in decided), agreement
    )


def clauses_of(step: Step, agreement: Agreement | None) -> tuple[Wording, ...]:
    """Return in sentences the clause that refused a request at this step, or those that it fulfilled.

    None are known of a permitted request whose agreement the gateway no longer holds.
    """
    if step.kind is StepKind.REFUSED:
        return (deciding_clause(step.event.reason or "", agreement),)
    if agreement is None:
        return ()
    asked = as_logged(step.entry, agreement)
    if asked.message is None:  # a receipt: nothing is released for it, and nothing decided but whose it is
        return fulfilled_clauses((Clause.AGREEMENT, Clause.PARTIES), agreement)
    reading = Reading(agreement, load_purposes().get(agreement.purpose), never_released())
    clauses = trace_permit(reading, asked)
    if not clauses:
        return permitting_clauses(agreement)
    charged = (budget_clause(agreement),) if step.event.type in _CHARGED else ()
    return fulfilled_clauses(clauses, agreement) + charged


def _correlation_of(connection: Connection, name: str) -> str | None:
    try:
        event_id = parse_event_id(name)
    except ValueError:
        return None
    return connection.scalar(select(audit_leaf.c.corr).where(audit_leaf.c.event_id == event_id))


def _agreement(connection: Connection, story: Story) -> Agreement | None:
    policies = [step.event.policy for step in story.steps if step.event.policy is not None]
    stored = find_agreement(connection, policies[0].digest) if policies else None
    return None if stored is None else stored.standing.agreement
