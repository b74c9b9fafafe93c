"""Which kind of paper goes with which step, and to whom."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from connectors.items.papers import (
    DropoutPaper,
    NoticePaper,
    Paper,
    ReferralPaper,
    ReportPaper,
    ResultPaper,
    VisitPaper,
)
from schemas.workflows.position import Position
from schemas.workflows.rule_pack import Transition

OPENING_PAPERS: Final[Mapping[str, type[Paper]]] = MappingProxyType(
    {"W1": DropoutPaper, "W2": ReportPaper, "W6": ReferralPaper, "P07": NoticePaper}
)

STEP_PAPERS: Final[Mapping[tuple[str, str], type[Paper]]] = MappingProxyType(
    {
        ("W1", "visit_home"): VisitPaper,
        ("W1", "persuade"): DropoutPaper,
        ("W1", "record_persuasion"): VisitPaper,
        ("W2", "forward"): ReportPaper,
        ("W6", "send"): ReferralPaper,
        ("W6", "redirect"): ReferralPaper,
        ("W6", "visit"): VisitPaper,
        ("W6", "give_result"): ResultPaper,
        ("P07", "forward"): NoticePaper,
        ("P07", "pass_on"): NoticePaper,
        ("P07", "involve_township"): NoticePaper,
        ("P07", "visit"): VisitPaper,
    }
)
"""Steps that a paper goes with, by workflow and transition; no other step takes one."""

_SEATS: Final[Mapping[tuple[str, str], str]] = MappingProxyType(
    {("W1", "persuade"): "township", ("W6", "give_result"): "sender"}
)
_TO_ALL_SEATS: Final = frozenset({"W2", "P07"})


def readers_of_opening(workflow: str, own: str, seats: Mapping[str, str]) -> tuple[str, ...]:
    """Return the offices that the first paper goes to: where a child may be in danger, all that take part."""
    return tuple(sorted(set(seats.values()) - {own})) if workflow in _TO_ALL_SEATS else ()


def readers_of_step(
    workflow: str, one: Transition, own: str, after: Position, next_office: str | None
) -> tuple[str, ...]:
    """Return the offices that the paper of a step goes to.

    Who is named next gets it; a result goes back to the sender; a visit to the office that owns the item.
    """
    if (workflow, one.id) not in STEP_PAPERS:
        return ()
    reader = next_office
    if reader is None and (seat := _SEATS.get((workflow, one.id))) is not None:
        reader = after.seats[seat]
    if reader is None and STEP_PAPERS[workflow, one.id] is VisitPaper:
        reader = after.owner.agency
    return () if reader in {None, own} else (str(reader),)
