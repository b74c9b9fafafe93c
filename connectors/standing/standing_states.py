"""The life of a standing question: states and deeds as data. Nothing is asked that a second person did not approve.

The approval covers the question, its rhythm, its last day and its roster: another roster is approved anew.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class StandingState(StrEnum):
    """Where a standing question stands."""

    AWAITING_APPROVAL = "awaiting_approval"
    ACTIVE = "active"
    DECLINED = "declined"
    ENDED = "ended"


class StandingDeed(StrEnum):
    """What somebody, or the program, does with it."""

    APPROVE = "approve"
    DECLINE = "decline"
    REPLACE = "replace"
    STOP = "stop"
    REVOKE = "revoke"
    END = "end"


class StandingRefusedError(Exception):
    """A deed is not open to this person, or not in this state; `reason` is a stable word."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Standing:
    """What the guards look at: the state, who prepared it, and who approved it."""

    state: StandingState
    author: str
    approver: str | None = None


Guard = Callable[[Standing, str | None], str | None]


def _by_author(standing: Standing, actor: str | None) -> str | None:
    return None if actor == standing.author else "not_the_author"


def _by_another(standing: Standing, actor: str | None) -> str | None:
    if actor is None:
        return "nobody_acts"
    return "own_question" if actor == standing.author else None


def _by_program(_standing: Standing, actor: str | None) -> str | None:
    return None if actor is None else "not_a_persons_deed"


@dataclass(frozen=True, slots=True)
class _Move:
    leads: Mapping[StandingState, StandingState]
    guard: Guard


_S = StandingState
_OPEN: Final = (_S.AWAITING_APPROVAL, _S.ACTIVE)
MOVES: Final[Mapping[StandingDeed, _Move]] = MappingProxyType(
    {
        StandingDeed.APPROVE: _Move({_S.AWAITING_APPROVAL: _S.ACTIVE}, _by_another),
        StandingDeed.DECLINE: _Move({_S.AWAITING_APPROVAL: _S.DECLINED}, _by_another),
        StandingDeed.REPLACE: _Move(dict.fromkeys(_OPEN, _S.AWAITING_APPROVAL), _by_author),
        StandingDeed.STOP: _Move(dict.fromkeys(_OPEN, _S.ENDED), _by_author),
        StandingDeed.REVOKE: _Move({_S.ACTIVE: _S.ENDED}, _by_another),
        StandingDeed.END: _Move(dict.fromkeys(_OPEN, _S.ENDED), _by_program),
    }
)


def do(standing: Standing, deed: StandingDeed, actor: str | None) -> Standing:
    """Return the standing after a deed of `actor`, None for the program.

    Raises:
        StandingRefusedError: not open in this state, or not to this person.
    """
    move = MOVES[deed]
    if standing.state not in move.leads:
        raise StandingRefusedError("not_in_this_state")
    if (reason := move.guard(standing, actor)) is not None:
        raise StandingRefusedError(reason)
    approver = standing.approver
    if deed is StandingDeed.APPROVE:
        approver = actor
    elif deed is StandingDeed.REPLACE:
        approver = None
    return replace(standing, state=move.leads[standing.state], approver=approver)
