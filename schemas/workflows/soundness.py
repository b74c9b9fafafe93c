"""What makes a workflow sound: names are known, every state has one owner, a way to an end, and a deadline."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from schemas.workflows.clock import ClockKind
from schemas.workflows.paths import Place, ways_through
from schemas.workflows.roles import WRITE_ONLY

if TYPE_CHECKING:
    from schemas.workflows.rule_pack import Doer, Transition, Workflow


def check_workflow(workflow: Workflow) -> None:
    """Raise ValueError for the first thing that is wrong with `workflow`, naming the place."""
    _check_names(workflow)
    _check_doers(workflow)
    for transition in workflow.transitions:
        _check_owner_passes_to_its_taker(workflow, transition)
    _check_ways(workflow)
    _check_clocks(workflow)
    _check_confidential_seat(workflow)


def _check_names(workflow: Workflow) -> None:
    seats = _ids("seat", (one.id for one in workflow.seats))
    states = _ids("state", (one.id for one in workflow.states))
    acts = _ids("transition", (one.id for one in workflow.transitions))
    clocks = _ids("clock", (one.id for one in workflow.clocks))
    reasons = _ids("reason", (one.code for one in workflow.reasons))
    _require("state", {workflow.initial}, states)
    doers = [workflow.opened_by, *(doer for one in workflow.transitions for doer in one.by)]
    _require("seat", {*workflow.opening_seats, *_present(workflow.confidential_to)}, seats)
    _require("seat", {*(state.owner for state in workflow.states), *(doer.seat for doer in doers)}, seats)
    for one in workflow.transitions:
        _require("state", {*one.sources, *_present(one.to)}, states)
        _require("seat", _present(one.takes, one.names), seats)
        _require("reason", set(one.reasons), reasons)
        _require("transition", set(one.needs), acts - {one.id})
        _require("clock", _present(one.waits_for), clocks)
    for clock in workflow.clocks:
        _require("state", set(clock.runs_in), states)
        _require("seat", {clock.duty}, seats)
        _require("transition", {*clock.until, *clock.renewed_by}, acts)
    if unused := reasons - {code for one in workflow.transitions for code in one.reasons}:
        raise ValueError(f"{workflow.id}: nobody gives the reason {min(unused)}")


def _ids(what: str, ids: Iterable[str]) -> set[str]:
    found: set[str] = set()
    for id_ in ids:
        if id_ in found:
            raise ValueError(f"the {what} {id_} stands twice")
        found.add(id_)
    return found


def _require(what: str, named: set[str], known: set[str]) -> None:
    if missing := named - known:
        raise ValueError(f"unknown {what} {min(missing)}")


def _present(*names: str | None) -> set[str]:
    return {name for name in names if name is not None}


def _check_doers(workflow: Workflow) -> None:
    for place, doer in _doers(workflow):
        if not doer.roles <= workflow.seat(doer.seat).roles:
            raise ValueError(f"{place}: a role that the seat {doer.seat} does not have")
    for state in workflow.states:
        if workflow.seat(state.owner).roles <= WRITE_ONLY:
            raise ValueError(f"{state.id}: nobody in the owner's seat may look")
    if workflow.state(workflow.initial).owner != workflow.opened_by.seat:
        raise ValueError(f"{workflow.initial}: whoever opens an item owns it first")
    if workflow.state(workflow.initial).final:
        raise ValueError(f"{workflow.initial}: the first state is final")


def _doers(workflow: Workflow) -> list[tuple[str, Doer]]:
    acts = [(one.id, doer) for one in workflow.transitions for doer in one.by]
    return [("opened_by", workflow.opened_by), *acts]


def _check_owner_passes_to_its_taker(workflow: Workflow, one: Transition) -> None:
    """No office is handed an item: the owner changes only by the act of the office that becomes the owner."""
    for source in one.sources:
        before = workflow.state(source).owner
        after = workflow.state(one.to or source).owner
        if one.names in {before, after, *_present(one.takes)}:
            raise ValueError(f"{one.id}: an office is put into an owner's seat")
        passes = before != after or one.takes == after
        if passes and one.takes != after and any(doer.seat != after for doer in one.by):
            raise ValueError(f"{one.id}: the item passes to {after} without an act of {after}")
        if one.takes is not None and one.takes == before and after != before:
            raise ValueError(f"{one.id}: the seat {before} is taken while the item leaves it")
    for doer in one.by:
        if one.takes is not None and not workflow.seat(doer.seat).kinds <= workflow.seat(one.takes).kinds:
            raise ValueError(f"{one.id}: {doer.seat} does not fit into the seat {one.takes}")


def _check_ways(workflow: Workflow) -> None:
    ways = ways_through(workflow)
    reached = {place.state for place in ways}
    for state in workflow.states:
        if state.id not in reached:
            raise ValueError(f"{state.id}: the state can't be reached")
    taken = {one.id for moves in ways.values() for one, _ in moves}
    for one in workflow.transitions:
        if one.id not in taken:
            raise ValueError(f"{one.id}: the transition can never happen")
    _check_every_place_has_an_end(workflow, ways)
    _check_seats_are_taken(workflow, ways)


def _check_every_place_has_an_end(workflow: Workflow, ways: dict[Place, list[tuple[Transition, Place]]]) -> None:
    final = {state.id for state in workflow.states if state.final}
    ending = {place for place in ways if place.state in final}
    while more := {place for place in ways.keys() - ending if any(to in ending for _, to in ways[place])}:
        ending |= more
    if stuck := ways.keys() - ending:
        raise ValueError(f"{min(place.state for place in stuck)}: there is no way to an end")


def _check_seats_are_taken(workflow: Workflow, ways: dict[Place, list[tuple[Transition, Place]]]) -> None:
    for place, moves in ways.items():
        owner = workflow.state(place.state).owner
        if owner not in place.seats:
            raise ValueError(f"{place.state}: nobody sits in the owner's seat {owner}")
        for one, _ in moves:
            if not any(doer.seat in place.seats for doer in one.by):
                raise ValueError(f"{one.id}: nobody sits in the seat that does it")
        for clock in workflow.clocks:
            if place.state in clock.runs_in and clock.duty not in place.seats:
                raise ValueError(f"{clock.id}: nobody sits in the seat whose deadline it is")


def _check_clocks(workflow: Workflow) -> None:
    for state in workflow.states:
        here = [one for one in workflow.clocks if state.id in one.runs_in and one.kind is ClockKind.DEADLINE]
        if state.final and any(state.id in one.runs_in for one in workflow.clocks):
            raise ValueError(f"{state.id}: a clock runs in a final state")
        if not state.final and all(clock.until for clock in here):
            raise ValueError(f"{state.id}: the item can rest without a deadline")
    for clock in workflow.clocks:
        for act in (*clock.until, *clock.renewed_by):
            if not _stays_within(workflow, act, set(clock.runs_in)):
                raise ValueError(f"{clock.id}: {act} does not happen while it runs")
    for one in workflow.transitions:
        _check_waiting(workflow, one)


def _stays_within(workflow: Workflow, act: str, states: set[str]) -> bool:
    one = workflow.find_transition(act)
    return one is not None and any(source in states and (one.to or source) in states for source in one.sources)


def _check_waiting(workflow: Workflow, one: Transition) -> None:
    if one.waits_for is None:
        return
    clock = workflow.find_clock(one.waits_for)
    if clock is None or clock.kind is not ClockKind.WAITING or not set(one.sources) <= set(clock.runs_in):
        raise ValueError(f"{one.id}: {one.waits_for} is no waiting period of the states that it leaves")


def _check_confidential_seat(workflow: Workflow) -> None:
    """The reporter is known to one office: who opens the item, or who takes the report down in the first step."""
    seat = workflow.confidential_to
    if seat is None:
        return
    taking = [one for one in workflow.transitions if seat in {one.takes, one.names}]
    if seat != workflow.opened_by.seat and (seat in workflow.opening_seats or not taking):
        raise ValueError(f"{workflow.id}: the reporter is known to the office that takes the report down, to no other")
    for one in taking:
        if seat == workflow.opened_by.seat or one.takes != seat or not _leaves_the_first_state(workflow, one):
            raise ValueError(f"{one.id}: another office sits down where the reporter is known")


def _leaves_the_first_state(workflow: Workflow, one: Transition) -> bool:
    """Return whether `one` happens once: it leads out of the first state, to which nothing leads back."""
    comes_back = any(other.to == workflow.initial for other in workflow.transitions)
    return set(one.sources) == {workflow.initial} and one.to is not None and not comes_back
