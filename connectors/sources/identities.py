"""Who the child of a row is, from everything that the row says about it. Pure."""

from dataclasses import dataclass, field
from datetime import date
from typing import Final, Literal

from connectors.sources.cells import CellParsed, StudentNo
from connectors.sources.findings import Finding, Severity
from schemas.citizen_id import CitizenId
from schemas.codes import Sex
from schemas.dates import LedgerDate
from schemas.disability_cert_no import DisabilityCertNo
from schemas.identity import ChildIdentity, age_in_years
from schemas.linkage_keys import LinkageKey, linkage_keys
from schemas.regions import RegionError, county_of

IdentityPart = Literal["citizen_id", "name", "birth_on", "sex", "region"]

NO_IDENTITY: Final = ChildIdentity()
_DECLARED_SEX = frozenset({Sex.MALE, Sex.FEMALE})


@dataclass(slots=True, repr=False)
class IdentityParts:
    """What the columns of one row say: each value with the name of its column."""

    citizen_ids: list[tuple[str, CitizenId]] = field(default_factory=list)
    name: str | None = None
    birth: tuple[str, LedgerDate] | None = None
    sex: tuple[str, Sex] | None = None
    regions: list[tuple[str, str]] = field(default_factory=list)

    def __repr__(self) -> str:
        return "IdentityParts(redacted)"

    def add(self, column: str, part: IdentityPart, value: CellParsed) -> None:
        """Put one parsed value in its place; a student number without a citizen ID in it says nothing."""
        number = value.citizen_id if isinstance(value, StudentNo | DisabilityCertNo) else value
        if isinstance(number, CitizenId):
            self.citizen_ids.append((column, number))
        elif isinstance(value, LedgerDate):
            self.birth = column, value
        elif isinstance(value, Sex):
            self.sex = column, value
        elif part == "name" and isinstance(value, str):
            self.name = value
        elif part == "region" and isinstance(value, str):
            self.regions.append((column, value))


@dataclass(frozen=True, slots=True, repr=False)
class Identified:
    """Who the child of a row is, the linkage keys that follow, and what contradicts itself in the row."""

    identity: ChildIdentity
    linkage_keys: tuple[LinkageKey, ...]
    findings: tuple[Finding, ...]

    def __repr__(self) -> str:
        return "Identified(redacted)"


def identify(row: int, parts: IdentityParts, *, today: date, max_age_years: int) -> Identified:
    """Return the identity that a row gives evidence for; without evidence it is `NO_IDENTITY` and there are no keys.

    The number of an adult in a child's row is taken for the guardian's and not used. A row whose birth date and
    number are both an adult's has no identity, nor has one without evidence for any linkage key.
    """
    judge = _Judge(row, today, max_age_years)
    born_on = judge.birth_date(parts)
    adult_birth = born_on is not None and judge.is_adult(born_on)
    citizen_id = judge.citizen_id(parts, adult_birth=adult_birth)
    if adult_birth and citizen_id is None:
        judge.find("record.not_a_child", None, "warning")
        return Identified(NO_IDENTITY, (), tuple(judge.findings))
    judge.compare(parts, citizen_id, born_on)
    identity = ChildIdentity(
        citizen_id=citizen_id,
        name=parts.name,
        birth_dates=() if born_on is None or adult_birth else (born_on,),
        sex=parts.sex[1] if parts.sex is not None and parts.sex[1] in _DECLARED_SEX else None,
        regions=judge.counties(parts),
    )
    keys = linkage_keys(identity)
    if not keys:
        judge.find("record.nothing_to_match", None, "error")
        identity = NO_IDENTITY
    return Identified(identity, keys, tuple(judge.findings))


class _Judge:
    """Weighs the parts of one row and keeps what it finds wrong."""

    def __init__(self, row: int, today: date, max_age_years: int) -> None:
        self._row = row
        self._today = today
        self._max_age_years = max_age_years
        self.findings: list[Finding] = []

    def find(self, code: str, column: str | None, severity: Severity) -> None:
        self.findings.append(Finding(self._row, column, code, severity))

    def is_adult(self, born_on: date) -> bool:
        return age_in_years(born_on, self._today) > self._max_age_years

    def birth_date(self, parts: IdentityParts) -> date | None:
        """Return the declared birth date if it is a whole date that is not in the future."""
        if parts.birth is None:
            return None
        column, declared = parts.birth
        if declared.precision != "day":
            self.find("record.birth_date_without_day", column, "warning")
            return None
        if declared.on > self._today:
            self.find("record.birth_date_in_future", column, "error")
            return None
        return declared.on

    def citizen_id(self, parts: IdentityParts, *, adult_birth: bool) -> CitizenId | None:
        """Return the first number that can be the child's."""
        chosen: CitizenId | None = None
        for column, number in parts.citizen_ids:
            if self.is_adult(number.birth_on):
                if not adult_birth:
                    self.find("record.id_of_adult", column, "error")
            elif chosen is None:
                chosen = number
            elif number != chosen:
                self.find("record.ids_differ", column, "warning")
        return chosen

    def compare(self, parts: IdentityParts, citizen_id: CitizenId | None, born_on: date | None) -> None:
        """Find where number, birth date and sex contradict each other."""
        if citizen_id is None:
            return
        if parts.birth is not None and born_on is not None and born_on != citizen_id.birth_on:
            self.find("record.birth_date_differs_from_id", parts.birth[0], "warning")
        if parts.sex is not None and parts.sex[1] in _DECLARED_SEX and parts.sex[1] != citizen_id.sex:
            self.find("record.sex_differs_from_id", parts.sex[0], "warning")

    def counties(self, parts: IdentityParts) -> tuple[str, ...]:
        """Return the counties of the row's regions, each once."""
        counties: dict[str, None] = {}
        for column, region in parts.regions:
            try:
                counties[county_of(region)] = None
            except RegionError as fault:
                self.find(f"region.{fault.code}", column, "warning")
        return tuple(counties)
