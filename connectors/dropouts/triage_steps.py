"""What the county decides about a flagged pupil: refer, report a danger, take what came of it."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from connectors.console.account import Account
from connectors.console.context import Console
from connectors.dropouts.dropout_lines import steps_taken
from connectors.items.actions import open_item, take_step
from connectors.items.errors import StepRefusedError
from connectors.items.lists import find_by_number, list_items
from connectors.items.papers import ReferralPaper, ReportPaper
from connectors.items.views import ItemRow, ItemScope
from schemas.workflows.item_number import number_of

REFERRAL: Final = "W6"
REPORT: Final = "W2"
PASSED_ON: Final = frozenset({"refer", "report_danger"})
_ANSWERED: Final = frozenset(
    {"result_given", "closed", "withdrawn", "fed_back", "in_assessment", "handled", "unfounded"}
)
"""States of a referral or a report in which there is something to tell the school."""


@dataclass(frozen=True, slots=True)
class PassedOn:
    """The referral or report to which a dropout flag was passed on. `row` is None where this office sees it no more."""

    number: str
    row: ItemRow | None

    @property
    def has_result(self) -> bool:
        """Whether something came of it."""
        return self.row is None or self.row.state_id in _ANSWERED


def refer(console: Console, account: Account, item: str, office: str, paper: ReferralPaper) -> str:
    """Open a referral to an office, send it, and note its number as the proof of W1's step; returns its id.

    A referral that can't be sent at once waits as a draft on its own page.

    Raises:
        StepRefusedError: it can't be opened, or the dropout flag is not where it can be referred.
    """
    referral = open_item(console, account, REFERRAL, {}, paper)
    with suppress(StepRefusedError):
        take_step(console, account, referral, "send", next_office=office, own=paper)
    take_step(console, account, item, "refer", proof=number_of(REFERRAL, referral))
    return referral


def report_danger(console: Console, account: Account, item: str, seats: Mapping[str, str], paper: ReportPaper) -> str:
    """Make a mandatory report to police, township and civil affairs, and note its number; returns its id.

    Raises:
        StepRefusedError: as `refer`.
    """
    report = open_item(console, account, REPORT, seats, paper)
    take_step(console, account, item, "report_danger", proof=number_of(REPORT, report))
    return report


def find_passed_on(console: Console, account: Account, item: str) -> PassedOn | None:
    """Return to what a dropout flag was passed on last, or None."""
    numbers = [one.proof for one in steps_taken(console, item) if one.transition in PASSED_ON and one.proof]
    if not numbers:
        return None
    linked = find_by_number(console, account, numbers[-1])
    scopes = (ItemScope.ALL, ItemScope.CLOSED)
    rows = (row for scope in scopes for row in list_items(console, account, scope=scope) if row.item == linked)
    return PassedOn(numbers[-1], next(rows, None))


def take_result(console: Console, account: Account, item: str, passed_on: PassedOn) -> None:
    """Note that the result came back, so that the school sees it; raises StepRefusedError."""
    take_step(console, account, item, "take_result", proof=passed_on.number)
