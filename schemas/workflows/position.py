"""Where an item stands, derived from what was recorded: its state, its one owner, who sits in which seat."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType

from schemas.workflows.events import Act, History
from schemas.workflows.rule_pack import State, Transition, Workflow


class HistoryError(ValueError):
    """A history does not belong to the workflow that it is read with."""


@dataclass(frozen=True, slots=True)
class Office:
    """An agency in a seat."""

    seat: str
    agency: str


@dataclass(frozen=True, slots=True)
class Stay:
    """The item came into `state` with the event number `event`, at `at`; `acts` are what was done there since."""

    state: str
    event: int
    at: datetime
    acts: tuple[tuple[int, Act], ...] = ()


@dataclass(frozen=True, slots=True)
class Position:
    """The state with its owner, the agencies in their seats, and every stay so far, oldest first."""

    state: State
    seats: Mapping[str, str]
    stays: tuple[Stay, ...]
    done: frozenset[str]
    """What was done since the item was last at its beginning."""

    @property
    def owner(self) -> Office:
        """The one office that answers for the item now."""
        return Office(self.state.owner, self.seats[self.state.owner])


def position_of(workflow: Workflow, history: History) -> Position:
    """Return where the item of `history` stands.

    Raises:
        HistoryError: the history is of another workflow, version or region, or tells what can't have happened.
    """
    if (history.workflow, history.version, history.region) != (workflow.id, workflow.version, workflow.region):
        raise HistoryError("the history belongs to another workflow, version or region")
    if set(history.opened.seats) != set(workflow.opening_seats):
        raise HistoryError("the history does not fill the seats that are filled at the beginning")
    seats = MappingProxyType({**history.opened.seats, workflow.opened_by.seat: history.opened.actor.agency})
    first = Stay(workflow.initial, 0, history.opened.at)
    position = Position(workflow.state(workflow.initial), seats, (first,), frozenset())
    for number, event in enumerate(history.events):
        if isinstance(event, Act):
            position = _after(workflow, position, number, event)
    return position


def _after(workflow: Workflow, before: Position, number: int, act: Act) -> Position:
    one = workflow.find_transition(act.transition)
    if one is None or before.state.id not in one.sources:
        raise HistoryError("the history tells of an act that was not open")
    seats = MappingProxyType({**before.seats, **_newly_seated(one, act)})
    last = before.stays[-1]
    stays = (*before.stays[:-1], replace(last, acts=(*last.acts, (number, act))))
    if one.to is None:
        return replace(before, seats=seats, stays=stays, done=before.done | {one.id})
    done = frozenset[str]() if one.to == workflow.initial else before.done | {one.id}
    return Position(workflow.state(one.to), seats, (*stays, Stay(one.to, number, act.at)), done)


def _newly_seated(one: Transition, act: Act) -> dict[str, str]:
    seated = {} if one.takes is None else {one.takes: act.actor.agency}
    if one.names is not None:
        if act.next_office is None:
            raise HistoryError("the history leaves out the next office")
        seated[one.names] = act.next_office
    return seated
