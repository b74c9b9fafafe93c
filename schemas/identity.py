"""What one record says about who a child is; never leaves the agency that holds it."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from schemas.citizen_id import CitizenId


@dataclass(frozen=True, slots=True, repr=False)
class GuardianIdentity:
    """What a child's record says about the guardian; evidence about the child, and no more. Its repr shows nothing.

    Attributes:
        citizen_id: the valid number, if there is one.
        name: as held, not normalised.
        phone: 11 digits that begin with 1.
    """

    citizen_id: CitizenId | None = None
    name: str | None = None
    phone: str | None = None

    def __repr__(self) -> str:
        return "GuardianIdentity(redacted)"


NO_GUARDIAN: Final = GuardianIdentity()


@dataclass(frozen=True, slots=True, repr=False)
class ChildIdentity:
    """The parts of a record that name a child, as its agency holds them. Its repr shows nothing of them.

    Attributes:
        citizen_id: the valid number, if there is one.
        repaired_ids: where the number is not valid: the few valid ones that one slip of the hand would turn into it.
        name: as held, not normalised.
        birth_dates: as declared, without the one in the number; may be empty.
        sex: a value of `schemas.codes.Sex`, if declared.
        regions: 6-digit county codes of residence and household registration.
        guardian: what the record says about the guardian.
    """

    citizen_id: CitizenId | None = None
    repaired_ids: tuple[CitizenId, ...] = ()
    name: str | None = None
    birth_dates: tuple[date, ...] = ()
    sex: str | None = None
    regions: tuple[str, ...] = ()
    guardian: GuardianIdentity = NO_GUARDIAN

    def __repr__(self) -> str:
        return "ChildIdentity(redacted)"


def age_in_years(birth_on: date, today: date) -> int:
    """Return completed years; someone born on 29 February completes one on 1 March of a common year."""
    return today.year - birth_on.year - ((today.month, today.day) < (birth_on.month, birth_on.day))
