"""A legal hold: entries that somebody may still need as evidence, and that must not be erased until it is lifted."""

from dataclasses import dataclass, field
from datetime import date


class EmptyHoldError(ValueError):
    """A hold without any condition would hold the whole log."""


@dataclass(frozen=True, slots=True)
class HoldScope:
    """Which entries are held; all conditions that are there hold together. Days are those of Beijing, both included.

    `agency` is either party; `agreement` an agreement's id; `corr` a request's correlation id.

    Raises:
        EmptyHoldError: no condition at all.
    """

    agency: str | None = None
    agreement: str | None = None
    corr: str | None = None
    from_on: date | None = None
    to_on: date | None = None

    def __post_init__(self) -> None:
        if not any((self.agency, self.agreement, self.corr, self.from_on, self.to_on)):
            raise EmptyHoldError("a hold has at least one condition")


@dataclass(frozen=True, slots=True)
class LegalHold:
    """A hold as it is kept. Times are POSIX seconds; `lifted_at` is None while it stands."""

    id: int
    scope: HoldScope
    case_ref: str | None
    reason: str = field(repr=False)
    set_by: str
    set_at: int
    lift_reason: str | None = field(repr=False, default=None)
    lifted_by: str | None = None
    lifted_at: int | None = None

    @property
    def stands(self) -> bool:
        """Whether it has not been lifted."""
        return self.lifted_at is None
