"""What of an item travels to whom: the reporter stays with the office that took the report down."""

from dataclasses import dataclass
from datetime import datetime

from schemas.faults import Wording
from schemas.workflows.events import History
from schemas.workflows.position import position_of
from schemas.workflows.rule_pack import Workflow
from schemas.workflows.visibility import taking_part


class NotAPartyError(ValueError):
    """An agency that takes no part asked for a copy."""


@dataclass(frozen=True, slots=True)
class Status:
    """All that a reporter hears: where the item stands, since when, and whether it has ended."""

    state: str
    name: Wording
    since_at: datetime
    final: bool


def copy_for(workflow: Workflow, history: History, agency: str) -> History:
    """Return the history as it may travel to `agency`: without the reporter, but for the office that took it down.

    Raises:
        NotAPartyError: the agency is neither owner nor follower of the item, and has nothing to do.
        HistoryError: the history is not of this workflow.
    """
    position = position_of(workflow, history)
    if agency not in {viewer.agency for viewer in taking_part(workflow, position)}:
        raise NotAPartyError("the agency takes no part in this item")
    if workflow.confidential_to is not None and position.seats.get(workflow.confidential_to) == agency:
        return history
    opened = history.opened.model_copy(update={"reporter": None})
    return history.model_copy(update={"events": (opened, *history.events[1:])})


def status_of(workflow: Workflow, history: History) -> Status:
    """Return what may be told to whoever made the report. Raises `HistoryError`."""
    position = position_of(workflow, history)
    state = position.state
    return Status(state.id, Wording(state.name_zh, state.name_en), position.stays[-1].at, state.final)
