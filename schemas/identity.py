"""What one record says about who a child is; never leaves the agency that holds it."""

from dataclasses import dataclass
from datetime import date

from schemas.citizen_id import CitizenId


@dataclass(frozen=True, slots=True, repr=False)
class ChildIdentity:
    """The parts of a record that name a child, as its agency holds them. Its repr shows nothing of them.

    Attributes:
        citizen_id: the valid number, if there is one.
        name: as held, not normalised.
        birth_dates: as declared, without the one in the number; may be empty.
        sex: a value of `schemas.codes.Sex`, if declared.
        regions: 6-digit county codes of residence and household registration.
    """

    citizen_id: CitizenId | None = None
    name: str | None = None
    birth_dates: tuple[date, ...] = ()
    sex: str | None = None
    regions: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return "ChildIdentity(redacted)"


def is_plausible_child_id(identity: ChildIdentity, today: date, *, max_age_years: int) -> bool:
    """Return whether the number, if there is one, can be the child's own.

    The number of a person older than `max_age_years` is a guardian's, written in the wrong field: the caller
    leaves it out, since it would link the child to an adult's records.
    """
    if identity.citizen_id is None:
        return True
    return age_in_years(identity.citizen_id.birth_on, today) <= max_age_years


def age_in_years(birth_on: date, today: date) -> int:
    """Return completed years; someone born on 29 February completes one on 1 March of a common year."""
    return today.year - birth_on.year - ((today.month, today.day) < (birth_on.month, birth_on.day))
