"""Daily budgets of an agreement: guessing costs a logged request, and there are only so many of them a day."""

from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from schemas.agreement import Agreement

LEGAL_ZONE = ZoneInfo("Asia/Shanghai")
"""The zone of the legal clock: a day's budget begins at midnight here."""


class BudgetKind(StrEnum):
    """What is counted: evaluated elements, or handles whose release was asked for."""

    EVALUATIONS = "evaluations"
    RELEASES = "releases"


class BudgetExhaustedError(Exception):
    """The charge would exceed the day's budget; nothing is charged.

    Attributes:
        kind: the budget that is used up.
    """

    def __init__(self, kind: BudgetKind) -> None:
        super().__init__(kind.value)
        self.kind = kind


def budget_day(now: datetime) -> str:
    """Return the day that `now` (aware) belongs to, as ISO 8601."""
    return now.astimezone(LEGAL_ZONE).date().isoformat()


def limit_of(agreement: Agreement, kind: BudgetKind) -> int:
    """Return how much of `kind` the agreement allows a day."""
    return agreement.evaluations_per_day if kind is BudgetKind.EVALUATIONS else agreement.releases_per_day


def officer_limit_of(agreement: Agreement, kind: BudgetKind) -> int:
    """Return how much of `kind` the agreement allows each officer a day."""
    if kind is BudgetKind.EVALUATIONS:
        return agreement.officer_evaluations_per_day
    return agreement.officer_releases_per_day


def charge(kind: BudgetKind, used: int, amount: int, limit: int) -> int:
    """Return what is used after charging `amount`.

    Raises:
        BudgetExhaustedError: more than `limit`; a request is charged as a whole or not at all.
    """
    if used + amount > limit:
        raise BudgetExhaustedError(kind)
    return used + amount
