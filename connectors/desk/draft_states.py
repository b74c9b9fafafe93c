"""The life of a question before, while and after it is asked: states and deeds as data, each deed with its guard.

Never asked without the approval that the agreement wants, never approved by its author. A question for which the day's
budget did not suffice pauses, and goes on by itself: what was approved is the whole of it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class DraftState(StrEnum):
    """Where a question stands."""

    DRAFT = "draft"
    AWAITING_APPROVAL = "awaiting_approval"
    APPROVED = "approved"
    ASKING = "asking"
    PAUSED = "paused"
    ANSWERED = "answered"
    REFUSED = "refused"
    FAILED = "failed"
    DESTROYED = "destroyed"


class Deed(StrEnum):
    """What somebody, or the program, does with a question."""

    SUBMIT = "submit"
    WITHDRAW = "withdraw"
    APPROVE = "approve"
    DECLINE = "decline"
    ASK = "ask"
    FINISH = "finish"
    STOP = "stop"
    PAUSE = "pause"
    RESUME = "resume"
    HALT = "halt"
    DESTROY = "destroy"


class DeedRefusedError(Exception):
    """A deed is not open to this person, or not in this state.

    Attributes:
        reason: a stable word for what forbids it.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class DraftStanding:
    """What the guards look at.

    Attributes:
        state: where the question stands.
        author: account of the officer who prepares and asks it.
        needs_approval: whether the agreement or the purpose wants a second person.
        is_complete: whether roster, region and case are settled and the rows were counted.
        approver: account of who approved it.
    """

    state: DraftState
    author: str
    needs_approval: bool
    is_complete: bool
    approver: str | None = None


Guard = Callable[[DraftStanding, str | None], str | None]
"""Takes the standing and who acts (None: the program); returns why not, or None."""


def _by_author(standing: DraftStanding, actor: str | None) -> str | None:
    return None if actor == standing.author else "not_the_author"


def _by_another(standing: DraftStanding, actor: str | None) -> str | None:
    if actor is None:
        return "nobody_acts"
    return "own_question" if actor == standing.author else None


def _by_program(_standing: DraftStanding, actor: str | None) -> str | None:
    return None if actor is None else "not_a_persons_deed"


def _complete(standing: DraftStanding, _actor: str | None) -> str | None:
    return None if standing.is_complete else "incomplete"


def _wants_approval(standing: DraftStanding, _actor: str | None) -> str | None:
    return None if standing.needs_approval else "needs_no_approval"


def _approved_if_wanted(standing: DraftStanding, _actor: str | None) -> str | None:
    if standing.needs_approval and standing.approver in {None, standing.author}:
        return "not_approved"
    return None


@dataclass(frozen=True, slots=True)
class Move:
    """Where a deed leads from each state in which it is open, and who may do it when."""

    leads: Mapping[DraftState, DraftState]
    guards: tuple[Guard, ...]


_S = DraftState
MOVES: Final[Mapping[Deed, Move]] = MappingProxyType(
    {
        Deed.SUBMIT: Move({_S.DRAFT: _S.AWAITING_APPROVAL}, (_by_author, _wants_approval, _complete)),
        Deed.WITHDRAW: Move({_S.AWAITING_APPROVAL: _S.DRAFT, _S.APPROVED: _S.DRAFT}, (_by_author,)),
        Deed.APPROVE: Move({_S.AWAITING_APPROVAL: _S.APPROVED}, (_by_another, _complete)),
        Deed.DECLINE: Move({_S.AWAITING_APPROVAL: _S.REFUSED}, (_by_another,)),
        Deed.ASK: Move(
            {_S.DRAFT: _S.ASKING, _S.APPROVED: _S.ASKING, _S.FAILED: _S.ASKING},
            (_by_author, _complete, _approved_if_wanted),
        ),
        Deed.FINISH: Move({_S.ASKING: _S.ANSWERED}, (_by_program,)),
        Deed.STOP: Move({_S.ASKING: _S.FAILED}, (_by_program,)),
        Deed.PAUSE: Move({_S.ASKING: _S.PAUSED}, (_by_program,)),
        Deed.RESUME: Move({_S.PAUSED: _S.ASKING}, (_by_program,)),
        Deed.HALT: Move({_S.PAUSED: _S.FAILED}, (_by_author,)),
        Deed.DESTROY: Move({_S.ANSWERED: _S.DESTROYED, _S.FAILED: _S.DESTROYED}, (_by_program,)),
    }
)


def do(standing: DraftStanding, deed: Deed, actor: str | None) -> DraftStanding:
    """Return the standing after a deed.

    Args:
        standing: before it.
        deed: what is done.
        actor: account of who does it, None for the program.

    Raises:
        DeedRefusedError: not open in this state, or a guard says no.
    """
    move = MOVES[deed]
    if standing.state not in move.leads:
        raise DeedRefusedError("not_in_this_state")
    for guard in move.guards:
        if (reason := guard(standing, actor)) is not None:
            raise DeedRefusedError(reason)
    approver = standing.approver
    if deed is Deed.APPROVE:
        approver = actor
    elif deed is Deed.WITHDRAW:
        approver = None
    return replace(standing, state=move.leads[standing.state], approver=approver)
