"""Records of made-up children, and a register that holds them without a file: for tests of what is hashed of whom."""

from collections.abc import Iterator, Sequence
from datetime import date

from connectors.data_sets import Record
from connectors.register import Register
from schemas.check_digit import complete_citizen_id
from schemas.citizen_id import CitizenId, parse_citizen_id
from schemas.identity import ChildIdentity, GuardianIdentity
from schemas.linkage_keys import linkage_keys

BORN_ON = date(2015, 5, 7)


def number(sequence: int, born_on: date = BORN_ON, county: str = "990101") -> CitizenId:
    """Return a valid number of somebody born on a day."""
    text = complete_citizen_id(f"{county}{born_on:%Y%m%d}{sequence:03d}")
    return parse_citizen_id(text, allow_test_regions=True, today=date(2026, 3, 5))


GUARDIAN = GuardianIdentity(number(8, date(1980, 1, 2)), "周大山", "13800000001")


def child(
    sequence: int = 1,
    name: str = "赵小树",
    county: str = "990101",
    guardian: GuardianIdentity = GUARDIAN,
    born_on: date = BORN_ON,
) -> ChildIdentity:
    """Return the identity of the `sequence`-th child that was born on a day, living in a county."""
    return ChildIdentity(
        citizen_id=number(sequence, born_on),
        name=name,
        birth_dates=(born_on,),
        sex="1",
        regions=(county,),
        guardian=guardian,
    )


def record_of(identity: ChildIdentity, row: int = 2) -> Record:
    """Return a record that says nothing but who the child is."""
    return Record(row, str(row), identity, linkage_keys(identity), {}, frozenset(), ())


class ListedRegister(Register):
    """A register of identities that the test lists."""

    def __init__(self, identities: Sequence[ChildIdentity]) -> None:
        self._identities = identities

    def identities(self) -> Iterator[Record]:
        """Yield a record for each."""
        return (record_of(identity, row) for row, identity in enumerate(self._identities, 2))

    def version(self) -> str | None:
        """Tell nothing."""
        return None
