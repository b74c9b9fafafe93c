"""Steps of this office that were refused: which they were and why, and taking them off once somebody has seen to it."""

from dataclasses import dataclass
from enum import StrEnum

from connectors.console.account import Account
from connectors.console.actions import Action
from connectors.console.context import Console
from connectors.console.record import record_in
from connectors.items.courses import kept_event
from connectors.items.errors import ItemNotFoundError, wording_of
from connectors.items.lines import OPENED
from connectors.items.lists import list_these_items
from connectors.items.outbox import discard
from connectors.items.views import ItemRow
from connectors.state.database import reading, writing
from connectors.state.item_outbox import list_refused
from connectors.state.items import Waiting
from keys.protocol.item_events import engine_event
from schemas.faults import Wording
from schemas.workflows.events import Act


class DismissReason(StrEnum):
    """Why a refused step is taken off."""

    TAKEN_AGAIN = "taken_again"
    DONE_OTHERWISE = "done_otherwise"
    NOT_NEEDED = "not_needed"
    IN_ERROR = "in_error"


@dataclass(frozen=True, slots=True)
class RefusedStep:
    """A step that was refused.

    Attributes:
        row: the item as it stands without the step; one that was never opened, as it was to be.
        step: what was to be done; `why` it was not.
        made_at: when it was wanted (POSIX seconds), by `officer`.
        is_never_opened: the step was the item's first, so the item goes with it.
    """

    row: ItemRow
    step: Wording
    why: Wording
    made_at: int
    officer: str
    is_never_opened: bool


def list_refusals(console: Console, account: Account) -> list[RefusedStep]:
    """Return the refused steps of items that the account may see, the oldest first."""
    with reading(console.connector.state) as connection:
        refused = {one.item: one for one in list_refused(connection)}
    rows = {row.item: row for row in list_these_items(console, account, refused)}
    return [_step(rows[item], one) for item, one in refused.items() if item in rows]


def dismiss_refusal(console: Console, account: Account, item: str, reason: DismissReason) -> None:
    """Take a refused step off, with the papers in it, and the item where it was never opened; it is recorded why.

    Raises:
        ItemNotFoundError: no step of such an item was refused, or the account may not see it.
    """
    if item not in {one.row.item for one in list_refusals(console, account)}:
        raise ItemNotFoundError
    discard(console, item)
    with writing(console.connector.state) as connection:
        record_in(connection, console.seconds(), account.id, Action.REFUSAL_DISMISSED, item, reason.value)


def _step(row: ItemRow, waiting: Waiting) -> RefusedStep:
    claims = kept_event(waiting.token).claims
    event = engine_event(claims)
    found = row.workflow.find_transition(event.transition) if isinstance(event, Act) else None
    return RefusedStep(
        row=row,
        step=OPENED if found is None else Wording(found.name_zh, found.name_en),
        why=wording_of(waiting.refused or ""),
        made_at=waiting.made_at,
        officer=waiting.account,
        is_never_opened=claims.number == 0,
    )
