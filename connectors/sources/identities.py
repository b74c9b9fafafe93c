"""Who the child of a row is, from everything that the row says about it and its guardian. Pure."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from connectors.sources.findings import Finding, Severity
from connectors.sources.guardians import guardian_of
from connectors.sources.identity_parts import IdentityParts
from schemas.citizen_id import CitizenId, read_in_this_century
from schemas.citizen_id_repair import repair_citizen_id
from schemas.codes import Sex
from schemas.identity import ChildIdentity, GuardianIdentity, age_in_years
from schemas.key_set import load_key_set
from schemas.linkage_keys import KeyType, LinkageKey, linkage_keys, relation_keys_of_record
from schemas.regions import RegionError, county_of

NO_IDENTITY: Final = ChildIdentity()

_IDENTIFYING: Final = frozenset(KeyType(d.name) for d in load_key_set("G").evidence if d.proves == "alone")
_DECLARED_SEX: Final = frozenset({Sex.MALE, Sex.FEMALE})


@dataclass(frozen=True, slots=True)
class ReadingRules:
    """What rows are judged by.

    Attributes:
        today: no birth date may be later; ages are those of this day.
        allow_test_regions: take the never-issued regions 99xxxx.
        max_age_years: somebody older is not a child.
    """

    today: date
    allow_test_regions: bool
    max_age_years: int


@dataclass(frozen=True, slots=True, repr=False)
class Identified:
    """Who the child of a row is, the keys that follow, and what contradicts itself in the row. Its repr shows nothing.

    Attributes:
        identity: of the child; in a list of guardians only regions and guardian are filled.
        linkage_keys: evidence about the child; none in a list of guardians.
        relation_keys: by which the guardian's children are found, if the guardian's number is known.
        findings: what its parts say that doesn't fit together, with notes on what was made of it.
    """

    identity: ChildIdentity
    linkage_keys: tuple[LinkageKey, ...]
    relation_keys: tuple[LinkageKey, ...]
    findings: tuple[Finding, ...]

    def __repr__(self) -> str:
        return "Identified(redacted)"


def identify(row: int, parts: IdentityParts, rules: ReadingRules) -> Identified:
    """Return the identity that a row gives evidence for; without enough of it, it is `NO_IDENTITY` without keys.

    Enough is a key that identifies by itself (`proves: alone` in the key set): a number, a name with a birth date or
    with the guardian's name, or a guardian's number, phone or name with a birth date. A row whose birth date and
    number are both an adult's has no identity. An adult's number in a child's row is taken for the guardian's.
    """
    judge = _Judge(row, rules)
    born_on = judge.birth_date(parts)
    adult_birth = born_on is not None and judge.is_adult(born_on)
    childs, adults = judge.numbers(parts, born_on, adult_birth=adult_birth)
    if adult_birth and childs is None:
        judge.find("record.not_a_child", None, "warning")
        return Identified(NO_IDENTITY, (), (), tuple(judge.findings))
    judge.compare(parts, childs, born_on)
    identity = ChildIdentity(
        citizen_id=childs,
        repaired_ids=() if childs is not None or adult_birth else judge.repaired(parts, born_on),
        name=parts.name,
        birth_dates=() if born_on is None or adult_birth else (born_on,),
        sex=_declared_sex(parts),
        regions=judge.counties(parts),
        guardian=guardian_of(parts, childs, adults, judge.find),
    )
    keys = linkage_keys(identity)
    if not any(key.key_type in _IDENTIFYING for key in keys):
        judge.find("record.nothing_to_match", None, "error")
        return Identified(NO_IDENTITY, (), (), tuple(judge.findings))
    return Identified(identity, keys, relation_keys_of_record(identity), tuple(judge.findings))


def identify_guardian(row: int, parts: IdentityParts, rules: ReadingRules) -> Identified:
    """Return by which number a guardian's children are asked for; without one, `NO_IDENTITY` without keys."""
    if parts.guardian_id is None:
        return Identified(NO_IDENTITY, (), (), ())
    judge = _Judge(row, rules)
    guardian = GuardianIdentity(citizen_id=parts.guardian_id[1])
    identity = ChildIdentity(regions=judge.counties(parts), guardian=guardian)
    return Identified(identity, (), relation_keys_of_record(identity), tuple(judge.findings))


def _declared_sex(parts: IdentityParts) -> Sex | None:
    return parts.sex[1] if parts.sex is not None and parts.sex[1] in _DECLARED_SEX else None


class _Judge:
    """Weighs the parts of one row and keeps what it finds wrong, or notes."""

    def __init__(self, row: int, rules: ReadingRules) -> None:
        self._row = row
        self._rules = rules
        self.findings: list[Finding] = []

    def find(self, code: str, column: str | None, severity: Severity) -> None:
        self.findings.append(Finding(self._row, column, code, severity))

    def is_adult(self, born_on: date) -> bool:
        return age_in_years(born_on, self._rules.today) > self._rules.max_age_years

    def birth_date(self, parts: IdentityParts) -> date | None:
        """Return the declared birth date if it is a whole date that is not in the future."""
        if parts.birth is None:
            return None
        column, declared = parts.birth
        if declared.precision != "day":
            self.find("record.birth_date_without_day", column, "warning")
            return None
        if declared.on > self._rules.today:
            self.find("record.birth_date_in_future", column, "error")
            return None
        if (declared.on.month, declared.on.day) == (1, 1):
            self.find("record.birth_date_1_january", column, "note")
        return declared.on

    def numbers(
        self, parts: IdentityParts, born_on: date | None, *, adult_birth: bool
    ) -> tuple[CitizenId | None, CitizenId | None]:
        """Return the first number that can be the child's, and the first that is an adult's in a child's row."""
        childs: CitizenId | None = None
        adults: CitizenId | None = None
        for column, written in parts.citizen_ids:
            number = self._of_the_childs_century(written, born_on)
            if self.is_adult(number.birth_on):
                if not adult_birth:
                    self.find("record.id_of_adult", column, "error")
                    adults = adults or number
            elif childs is None:
                childs = number
            elif number != childs:
                self.find("record.ids_differ", column, "warning")
        return childs, adults

    def _of_the_childs_century(self, number: CitizenId, born_on: date | None) -> CitizenId:
        """Return a number of 15 digits as the child's if the declared birth date says that it is."""
        later = read_in_this_century(number, self._rules.today)
        return number if later is None or later.birth_on != born_on else later

    def repaired(self, parts: IdentityParts, born_on: date | None) -> tuple[CitizenId, ...]:
        """Return what the first damaged number that can be repaired may have been."""
        if born_on is None:
            return ()
        for column, damaged in parts.damaged_ids:
            numbers = repair_citizen_id(
                damaged,
                birth_on=born_on,
                sex=_declared_sex(parts),
                allow_test_regions=self._rules.allow_test_regions,
                today=self._rules.today,
            )
            if numbers:
                self.find("record.id_repaired", column, "note")
                return numbers
        return ()

    def compare(self, parts: IdentityParts, citizen_id: CitizenId | None, born_on: date | None) -> None:
        """Find where number, birth date and sex contradict each other."""
        if citizen_id is None:
            return
        if parts.birth is not None and born_on is not None and born_on != citizen_id.birth_on:
            self.find("record.birth_date_differs_from_id", parts.birth[0], "warning")
        declared = _declared_sex(parts)
        if parts.sex is not None and declared is not None and declared != citizen_id.sex:
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
