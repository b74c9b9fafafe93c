"""The class that follows from both parents' status, also where offices have no data (民发〔2019〕62号, 〔2020〕125号).

Each parent is dead or declared missing, or in a qualifying circumstance, or neither. The class follows from the lesser
of the two. Where an office has no data on a parent every status is possible that this office could have stated:
`insufficient` is said exactly when the class could then be another one.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from itertools import product

from schemas.agency_kinds import AgencyKind


class ParentStatus(IntEnum):
    """What is known of one parent, taken together; the greater one counts where offices state different ones."""

    NONE = 0
    CIRCUMSTANCE = 1
    DEAD_OR_MISSING = 2


class ParentalClass(StrEnum):
    """All that civil affairs learns; codes of the attribute `parental_status_class`."""

    ORPHAN = "orphan"
    DE_FACTO_UNATTENDED = "de_facto_unattended"
    NOT = "not"
    INSUFFICIENT = "insufficient"


@dataclass(frozen=True, slots=True)
class Coverage:
    """What the offices that have data on one parent can settle together; it says nothing of the parent.

    Attributes:
        lacking: the kinds of office that would be needed and have no data.
        is_enough: whether as many offices have data as it takes to hide one of them among the others.
        tells_dead: whether more than one office could have stated that the parent is dead or missing.
        settles_dead: whether nobody else could state it.
        settles_circumstance: whether nobody else could state a circumstance.
    """

    lacking: frozenset[AgencyKind]
    is_enough: bool
    tells_dead: bool
    settles_dead: bool
    settles_circumstance: bool


@dataclass(frozen=True, slots=True)
class StatusAnswer:
    """The answer about one child. `lacking`: kinds of office without data, only where that is why nothing is said."""

    parental_class: ParentalClass
    lacking: frozenset[AgencyKind] = frozenset()

    def to_bytes(self) -> bytes:
        """Return the one form of this answer: its class, then the kinds in alphabetical order."""
        return " ".join((self.parental_class, *sorted(self.lacking))).encode("ascii")


def class_of(father: ParentStatus, mother: ParentStatus) -> ParentalClass:
    """Return the class of a child on both of whose parents everything is known."""
    match min(father, mother):
        case ParentStatus.DEAD_OR_MISSING:
            return ParentalClass.ORPHAN
        case ParentStatus.CIRCUMSTANCE:
            return ParentalClass.DE_FACTO_UNATTENDED
        case _:
            return ParentalClass.NOT


def answer_of(father: ParentStatus, mother: ParentStatus, coverages: tuple[Coverage, Coverage]) -> StatusAnswer:
    """Return the answer that follows from what was stated of both parents.

    Args:
        father: the greatest status that an office with data states.
        mother: likewise.
        coverages: who has data on the father, and on the mother.
    """
    least = class_of(_least(father, coverages[0]), _least(mother, coverages[1]))
    greatest = class_of(_greatest(father, coverages[0]), _greatest(mother, coverages[1]))
    if least is greatest and all(coverage.is_enough for coverage in coverages):
        return StatusAnswer(least)
    return StatusAnswer(ParentalClass.INSUFFICIENT, coverages[0].lacking | coverages[1].lacking)


def answers_by_status(father: Coverage, mother: Coverage) -> tuple[StatusAnswer, ...]:
    """Return the answer for each of the nine pairs of status: that of (f, m) stands at place f + 3 m."""
    statuses = product(ParentStatus, ParentStatus)
    return tuple(answer_of(of_father, of_mother, (father, mother)) for of_mother, of_father in statuses)


def possible_answers(needed: Iterable[AgencyKind]) -> tuple[StatusAnswer, ...]:
    """Return every answer that there can be when these kinds of office are needed; at most 2^n + 3."""
    settled = [StatusAnswer(one) for one in ParentalClass if one is not ParentalClass.INSUFFICIENT]
    lacking = [frozenset[AgencyKind]()]
    for kind in sorted(set(needed)):
        lacking += [chosen | {kind} for chosen in lacking]
    return (*settled, *(StatusAnswer(ParentalClass.INSUFFICIENT, kinds) for kinds in lacking))


def _least(status: ParentStatus, coverage: Coverage) -> ParentStatus:
    # An orphan whose parents only one office can call dead would tell which office said yes.
    return status if coverage.tells_dead else min(status, ParentStatus.CIRCUMSTANCE)


def _greatest(status: ParentStatus, coverage: Coverage) -> ParentStatus:
    if not (coverage.settles_dead and coverage.tells_dead):
        return ParentStatus.DEAD_OR_MISSING
    return status if coverage.settles_circumstance else max(status, ParentStatus.CIRCUMSTANCE)
