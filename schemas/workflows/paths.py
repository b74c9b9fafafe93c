"""Every place that an item of a workflow can come to: its state, what was done on the way, which seats are taken."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from schemas.workflows.rule_pack import Transition, Workflow


@dataclass(frozen=True, slots=True)
class Place:
    """A state, the acts done since the beginning that others need, and the seats that are taken."""

    state: str
    done: frozenset[str]
    seats: frozenset[str]


def ways_through(workflow: Workflow) -> dict[Place, list[tuple[Transition, Place]]]:
    """Return every place that can be reached, each with what can be done there and where that leads.

    Waiting periods are taken to pass. A transition whose doers' seats are all empty is listed nevertheless: the check
    of the seats reports it.
    """
    wanted = frozenset(act for one in workflow.transitions for act in one.needs)
    first = Place(workflow.initial, frozenset(), frozenset({workflow.opened_by.seat, *workflow.opening_seats}))
    ways: dict[Place, list[tuple[Transition, Place]]] = {}
    waiting = [first]
    while waiting:
        place = waiting.pop()
        if place in ways:
            continue
        ways[place] = [(one, _after(workflow, place, one, wanted)) for one in _open(workflow, place)]
        waiting.extend(to for _, to in ways[place])
    return ways


def _open(workflow: Workflow, place: Place) -> list[Transition]:
    return [one for one in workflow.transitions if place.state in one.sources and place.done.issuperset(one.needs)]


def _after(workflow: Workflow, place: Place, one: Transition, wanted: frozenset[str]) -> Place:
    state = one.to or place.state
    done = frozenset() if one.to == workflow.initial else place.done | ({one.id} & wanted)
    seats = place.seats | {name for name in (one.takes, one.names) if name is not None}
    return Place(state, done, seats)
