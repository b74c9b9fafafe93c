"""What an officer types to take a step of an item: read strictly, with what it says for the page that confirms it."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from connectors.items.papers import Paper, ResultPaper, VisitPaper
from connectors.items.views import ItemView, OpenStep
from connectors.web.item_child_form import TypedFields
from connectors.web.item_paper_form import read_reference, read_result, read_visit
from connectors.web.item_paper_words import Line, show_paper
from hosting.web.language import Text, choose, t

FIELDS = ("reason", "next_office", "proof", "visited_on", "child_seen", "services", "note")
"""All fields that a step's form may have."""


@dataclass(frozen=True, slots=True)
class TypedStep:
    """A step as it was typed: its reason, the next office, the reference of a paper, and the paper that goes along."""

    reason: str | None
    next_office: str | None
    proof: str | None
    paper: Paper | None = field(repr=False)


def is_typed(paper: type[Paper] | None) -> bool:
    """Return whether the officer writes the paper at this step; any other is one that the office holds already."""
    return paper in {VisitPaper, ResultPaper}


def held_paper(view: ItemView, step: OpenStep) -> Paper | None:
    """Return the newest paper of the step's kind that this office holds and passes on, or None."""
    if step.paper is None or is_typed(step.paper):
        return None
    return next((paper for _, paper in reversed(view.papers) if isinstance(paper, step.paper)), None)


def read_step(typed: TypedFields, view: ItemView, step: OpenStep) -> TypedStep | None:
    """Return the step, or None with the faults noted."""
    reason = _one_of(typed, "reason", step.reasons, Text("请选择理由", "Choose a reason"))
    office = _one_of(typed, "next_office", step.offices, Text("请选择单位", "Choose an office"))
    proof = read_reference(typed, "proof") if step.wants_proof else None
    paper = _read_paper(typed, step) if is_typed(step.paper) else held_paper(view, step)
    return None if typed.errors else TypedStep(reason, office, proof, paper)


def say_step(step: OpenStep, typed: TypedStep) -> Sequence[Line]:
    """Return what would be done, line by line."""
    lines = []
    if typed.next_office is not None:
        lines.append((t("送交单位", "For"), choose(dict(step.offices)[typed.next_office])))
    if typed.reason is not None:
        lines.append((t("理由", "Reason"), choose(dict(step.reasons)[typed.reason])))
    if typed.proof is not None:
        lines.append((t("材料编号", "Paper"), typed.proof))
    if typed.paper is not None:
        shown = show_paper(0, typed.paper, is_whole=False)
        lines.append((t("送出的材料", "What leaves"), shown.title))
        lines.extend(shown.lines)
    return lines


def needs_confirmation(view: ItemView, step: OpenStep) -> bool:
    """Return whether the step can't be taken back: something leaves, another office is named, or the item ends."""
    to = step.transition.to
    is_last = to is not None and view.row.workflow.state(to).final
    return bool(step.offices) or step.paper is not None or is_last


def _read_paper(typed: TypedFields, step: OpenStep) -> Paper | None:
    return read_visit(typed) if step.paper is VisitPaper else read_result(typed)


def _one_of(typed: TypedFields, name: str, options: Sequence[tuple[str, Text]], words: Text) -> str | None:
    if not options:
        return None
    chosen = typed.text(name)
    if chosen not in dict(options):
        typed.refuse(name, words)
        return None
    return chosen
