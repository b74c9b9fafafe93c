"""Papers of items as officers type them, each read from the fields of its form."""

import re
from collections.abc import Callable
from enum import StrEnum
from typing import Final, TypeVar

from pydantic import TypeAdapter, ValidationError

from connectors.items.papers import (
    MAX_CHILDREN,
    Child,
    NoticePaper,
    ReferralPaper,
    ReportPaper,
    ResultPaper,
    VisitPaper,
)
from connectors.items.words import Danger, Service, Situation
from connectors.web.item_child_form import TypedFields, is_child_typed, read_child
from hosting.web.language import Text
from schemas.formats import Reference
from schemas.message import Message
from schemas.workflows.events import Reporter

CHILD: Final = "child_"
"""Stands before the names of a child's fields; where there are several, with a number: `child2_`."""

_REFERENCE: Final[TypeAdapter[str]] = TypeAdapter(Reference)
_SLOTS: Final = re.compile(r"[1-9]|1[0-2]")
_SEEN: Final = {"yes": True, "no": False}
M = TypeVar("M", bound=Message)
C = TypeVar("C", bound=StrEnum)


def read_referral(typed: TypedFields) -> ReferralPaper | None:
    """Return a referral, or None with the faults noted."""
    child = read_child(typed, CHILD)
    situations, wanted = _codes(typed, "situations", Situation), _codes(typed, "wanted", Service)
    if not situations:
        typed.refuse("situations", Text("请选择转介原因", "Choose why the child is referred"))
    if child is None:
        return None
    return _made(
        typed, lambda: ReferralPaper(child=child, situations=situations, wanted=wanted, note=typed.text("note"))
    )


def read_report(typed: TypedFields) -> ReportPaper | None:
    """Return a mandatory report without its reporter, or None with the faults noted. The child may be unknown."""
    child = read_child(typed, CHILD) if is_child_typed(typed, CHILD) else None
    situations = _codes(typed, "situations", Danger)
    if not situations:
        typed.refuse("situations", Text("请选择报告情形", "Choose what is reported"))
    if not situations or typed.errors:
        return None
    return _made(
        typed,
        lambda: ReportPaper(child=child, situations=situations, place=typed.text("place"), note=typed.text("note")),
    )


def read_reporter(typed: TypedFields) -> Reporter | None:
    """Return who made the report; None where nothing was typed, or with the faults noted."""
    name, contact = typed.text("reporter_name"), typed.text("reporter_contact")
    if not name and not contact:
        return None
    try:
        return Reporter(name=name, contact=contact or None)
    except ValidationError as error:
        typed.refuse_all(error, "reporter_")
        return None


def read_notice(typed: TypedFields) -> NoticePaper | None:
    """Return a notification about children whose guardian can't care for them, or None with the faults noted."""
    prefixes = [f"child{at}_" for at in range(1, child_slots(typed) + 1)]
    filled = [prefix for prefix in prefixes if is_child_typed(typed, prefix)] or prefixes[:1]
    children = [child for child in (read_child(typed, prefix) for prefix in filled) if isinstance(child, Child)]
    needed_from = typed.day("care_needed_from", is_wanted=True, may_come=True)
    if needed_from is None or not children:
        return None
    return _made(
        typed,
        lambda: NoticePaper(
            children=tuple(children),
            guardian_name=typed.text("guardian_name"),
            care_needed_from=needed_from,
            note=typed.text("note"),
        ),
    )


def child_slots(typed: TypedFields) -> int:
    """Return for how many children the form has fields; one more where its button asked for it."""
    text = typed.text("slots")
    slots = int(text) if _SLOTS.fullmatch(text) else 1
    return min(slots + 1, MAX_CHILDREN) if typed.text("add_child") else slots


def read_visit(typed: TypedFields) -> VisitPaper | None:
    """Return what was seen on a visit, or None with the faults noted."""
    visited_on = typed.day("visited_on", is_wanted=True)
    seen = _SEEN.get(typed.text("child_seen"))
    if seen is None:
        typed.refuse("child_seen", Text("请选择是否见到儿童", "Say whether the child was seen"))
    if visited_on is None or seen is None:
        return None
    return _made(typed, lambda: VisitPaper(visited_on=visited_on, child_seen=seen, note=typed.text("note")))


def read_result(typed: TypedFields) -> ResultPaper | None:
    """Return what came of a referral, or None with the faults noted."""
    services = _codes(typed, "services", Service)
    return _made(typed, lambda: ResultPaper(services=services, note=typed.text("note")))


def read_reference(typed: TypedFields, name: str) -> str | None:
    """Return the reference of a supporting paper, or None with the fault noted."""
    try:
        return _REFERENCE.validate_python(typed.text(name))
    except ValidationError:
        typed.refuse(
            name,
            Text(
                "材料编号应为 2 至 40 位字母、数字、点、横线，不写姓名和身份号码",
                "A paper's reference has 2 to 40 letters, digits, dots and dashes; no name, no ID number",
            ),
        )
        return None


def _codes(typed: TypedFields, name: str, kind: type[C]) -> tuple[C, ...]:
    """Return what was chosen, in the order of the list; what is none of it is left out."""
    chosen = set(typed.form.getlist(name))
    return tuple(code for code in kind if code.value in chosen)


def _made(typed: TypedFields, make: Callable[[], M]) -> M | None:
    try:
        paper = make()
    except ValidationError as error:
        typed.refuse_all(error)
        return None
    return None if typed.errors else paper
