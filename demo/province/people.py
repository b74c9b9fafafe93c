"""The people of the province as they truly are. No repr shows a name, a number or a date."""

from dataclasses import dataclass, field
from datetime import date

MIDDLE_DOT = "·"

Sex = str
"""男 or 女."""


@dataclass(frozen=True, slots=True, repr=False)
class Name:
    """A name in two parts.

    Attributes:
        first: the surname of a Han or Yi name, else the first part; may be empty.
        last: the given name.
        separator: the middle dot or nothing.
        is_han: whether `first` is a Han surname.
        maternal_surname: the surname that a child would have after the mother; empty where names don't work so.
    """

    first: str
    last: str
    separator: str = ""
    is_han: bool = True
    maternal_surname: str = ""

    @property
    def text(self) -> str:
        """The name as it is written."""
        return f"{self.first}{self.separator}{self.last}"


@dataclass(frozen=True, slots=True, repr=False)
class Adult:
    """A parent or grandparent."""

    relation: str
    name: Name
    citizen_id: str
    phone: str


@dataclass(frozen=True, slots=True, repr=False)
class Home:
    """Where a family is registered and lives; 9-digit township codes.

    Attributes:
        hukou: present household registration.
        former_hukou: the registration before the family moved, else the present one.
        residence: where the child lives.
    """

    hukou: str
    former_hukou: str
    residence: str

    @property
    def has_moved(self) -> bool:
        """Whether some agencies may still hold the former registration."""
        return self.hukou != self.former_hukou


@dataclass(frozen=True, slots=True, repr=False)
class Disability:
    """A disability as assessed: class 1-7 and grade 1-4 of GB/T 26341-2010."""

    disability_class: int
    grade: int


@dataclass(frozen=True, slots=True, repr=False)
class Child:
    """A child. `citizen_id` is None when the birth was never registered.

    Attributes:
        number: the true child number, known to the truth files alone.
        former_name: the name before it was changed, if it was.
        died_on: None while the child lives.
        disability: set for every child whom the disabled persons' federation has assessed.
    """

    number: int
    name: Name
    former_name: Name | None
    sex: Sex
    born_on: date
    citizen_id: str | None
    in_difficulty: bool
    died_on: date | None = None
    disability: Disability | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Household:
    """A family. The adults are empty when the child was abandoned and nobody knows them."""

    number: int
    home: Home
    is_left_behind: bool
    counts_in_lunar_dates: bool
    father: Adult | None
    mother: Adult | None
    grandmother: Adult | None
    children: tuple[Child, ...] = field(default=())
