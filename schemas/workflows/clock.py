"""Clocks of a workflow as rule-pack data: how long, since when, on which ground, and who hears when it has run out."""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from schemas.catalogue_entry import CatalogueEntry, Text
from schemas.purpose_parts import LegalBasis

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,39}$")]
"""Names a seat, state, transition, clock, step or reason within its workflow."""


class SpanUnit(StrEnum):
    """What a span is counted in; `due_at` says how."""

    AT_ONCE = "at_once"
    HOURS = "hours"
    DAYS = "days"
    WORKING_DAYS = "working_days"
    MONTHS = "months"
    END_OF_MONTH = "end_of_month"


class Span(CatalogueEntry):
    """A length of time. `at_once` has no number; `end_of_month` counts months after the one that it begins in."""

    unit: SpanUnit
    value: Annotated[int, Field(ge=0, le=1000)] = 0

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if self.unit is SpanUnit.AT_ONCE and self.value:
            raise ValueError("at once is not counted")
        if self.unit not in {SpanUnit.AT_ONCE, SpanUnit.END_OF_MONTH} and not self.value:
            raise ValueError(f"no number of {self.unit.value}")
        return self


class ClockKind(StrEnum):
    """A deadline wants something done before it ends; a waiting period keeps something from being done before."""

    DEADLINE = "deadline"
    WAITING = "waiting"


class Basis(StrEnum):
    """What a clock rests on."""

    STATUTORY = "statutory"
    PUBLISHED = "published"
    """A departmental document or a local rule, as an example: other regions may have another."""

    PROPOSED = "proposed"
    """Our proposal where no rule was found."""


class Above(StrEnum):
    """Who hears of an overdue item; which office that is, the network's register knows."""

    SUPERIOR = "superior"
    LEAD_BODY = "lead_body"


class EscalationStep(CatalogueEntry):
    """One step: who hears, how long after the deadline (absent: as soon as it has passed)."""

    id: Name
    to: Above
    after: Span | None = None


class Clock(CatalogueEntry):
    """Runs while the item rests in one of `runs_in`, from when it came there.

    `until`: acts that stop it. `renewed_by`: acts that let it begin anew. `duty`: the seat whose deadline it is.
    """

    id: Name
    name_zh: Text
    name_en: Text
    kind: ClockKind = ClockKind.DEADLINE
    runs_in: Annotated[tuple[Name, ...], Field(min_length=1)]
    until: tuple[Name, ...] = ()
    renewed_by: tuple[Name, ...] = ()
    duty: Name
    span: Span
    basis: Basis
    sources: tuple[LegalBasis, ...] = ()
    escalations: tuple[EscalationStep, ...] = ()

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if bool(self.sources) == (self.basis is Basis.PROPOSED):
            raise ValueError(f"{self.id}: a rule has its source, a proposal has none")
        if self.basis is Basis.STATUTORY and not all(source.verified for source in self.sources):
            raise ValueError(f"{self.id}: a statutory clock rests on an article that was read")
        if bool(self.escalations) != (self.kind is ClockKind.DEADLINE):
            raise ValueError(f"{self.id}: a deadline is escalated, a waiting period is not")
        if self.kind is ClockKind.WAITING and self.span.unit in {SpanUnit.AT_ONCE, SpanUnit.WORKING_DAYS}:
            raise ValueError(f"{self.id}: a waiting period is counted in hours, days or months")
        if len({step.id for step in self.escalations}) != len(self.escalations):
            raise ValueError(f"{self.id}: an escalation stands twice")
        return self
