"""A workflow as rule-pack data: seats, states with their owner, transitions with their guards, clocks."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from schemas.agency_kinds import AgencyKind
from schemas.catalogue_entry import CatalogueEntry, Text
from schemas.purpose_parts import LegalBasis
from schemas.workflows.clock import Clock, Name
from schemas.workflows.roles import WorkflowRole
from schemas.workflows.soundness import check_workflow


class Seat(CatalogueEntry):
    """A part that an office plays. `follows`: it sees the item to the end, whatever the state."""

    id: Name
    name_zh: Text
    name_en: Text
    kinds: Annotated[frozenset[AgencyKind], Field(min_length=1)]
    roles: Annotated[frozenset[WorkflowRole], Field(min_length=1)]
    follows: bool = False


class State(CatalogueEntry):
    """Where an item can rest. Its owner is whoever sits in the seat `owner`. `final`: nothing is due any more."""

    id: Name
    name_zh: Text
    name_en: Text
    owner: Name
    final: bool = False


class Doer(CatalogueEntry):
    """Who may do something: an officer of the seat's agency in one of these roles."""

    seat: Name
    roles: Annotated[frozenset[WorkflowRole], Field(min_length=1)]


class Reason(CatalogueEntry):
    """One reason that can be given; there is no free text, which would carry what must not travel."""

    code: Name
    zh: Text
    en: Text


class Transition(CatalogueEntry):
    """What may be done in the states `sources`. Without `to` it is noted and the item stays.

    `takes`: the seat that the doer's agency sits down in. `names`: the seat that the next office is put in.
    `reasons`: one of them must be given. `proof`: a reference to a paper must be. `needs`: what must have been done
    since the item was last at its beginning. `waits_for`: the waiting period that must be over.
    """

    id: Name
    name_zh: Text
    name_en: Text
    sources: Annotated[tuple[Name, ...], Field(min_length=1, alias="from")]
    to: Name | None = None
    by: Annotated[tuple[Doer, ...], Field(min_length=1)]
    takes: Name | None = None
    names: Name | None = None
    reasons: tuple[Name, ...] = ()
    proof: bool = False
    needs: tuple[Name, ...] = ()
    waits_for: Name | None = None


class Workflow(CatalogueEntry):
    """One workflow of one version, for the whole country or for the region `region`.

    `opened_by` opens it and puts offices into `opening_seats`. `confidential_to`: the seat whose one holder alone keeps
    the reporter's identity; absent: no reporter is taken down.
    """

    id: Annotated[str, Field(pattern=r"^[WP][0-9]{1,2}$")]
    version: Annotated[int, Field(ge=1)]
    region: Annotated[str, Field(pattern=r"^(?:00|[1-9][0-9](?:[0-9]{2}|[0-9]{4})?)$")]
    name_zh: Text
    name_en: Text
    legal_basis: Annotated[tuple[LegalBasis, ...], Field(min_length=1)]
    opened_by: Doer
    opening_seats: tuple[Name, ...]
    confidential_to: Name | None = None
    initial: Name
    seats: Annotated[tuple[Seat, ...], Field(min_length=1, max_length=12)]
    states: Annotated[tuple[State, ...], Field(min_length=2, max_length=30)]
    transitions: Annotated[tuple[Transition, ...], Field(min_length=1, max_length=60)]
    clocks: Annotated[tuple[Clock, ...], Field(min_length=1, max_length=40)]
    reasons: tuple[Reason, ...] = ()

    @model_validator(mode="after")
    def _sound(self) -> Self:
        check_workflow(self)
        return self

    def seat(self, id_: str) -> Seat:
        """Return the seat `id_`. Raises `KeyError` for another."""
        return {seat.id: seat for seat in self.seats}[id_]

    def state(self, id_: str) -> State:
        """Return the state `id_`. Raises `KeyError` for another."""
        return {state.id: state for state in self.states}[id_]

    def find_transition(self, id_: str) -> Transition | None:
        """Return the transition `id_`, or nothing."""
        return next((one for one in self.transitions if one.id == id_), None)

    def find_clock(self, id_: str) -> Clock | None:
        """Return the clock `id_`, or nothing."""
        return next((one for one in self.clocks if one.id == id_), None)
