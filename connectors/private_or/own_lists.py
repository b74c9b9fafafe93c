"""Reads an agency's own list of grounds, and public security's family register, where they stand."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from connectors.context import Connector
from connectors.data_sets import DataSet, Record, read_records
from connectors.private_or.data_sets import FAMILY_REGISTER, PARENT_GROUNDS
from connectors.settings import SettingsError
from connectors.sources.mapping import load_mapping, open_source
from schemas.agency_kinds import AgencyKind
from schemas.citizen_id import CitizenId
from schemas.dates import LedgerDate
from schemas.linkage_keys import KeyType, LinkageKey
from schemas.parental_status import ParentStatus
from schemas.regions import RegionError, county_of, is_within
from schemas.rule_packs.parental_rules import Ground, ParentalRules

ADULT_YEARS = 18


@dataclass(frozen=True, slots=True)
class Adult:
    """An adult of the register: the input of the VOPRF, and the county of registration."""

    oprf_input: bytes = field(repr=False)
    county: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class RegisteredChild:
    """A child of the register: text of the `id` key, texts of the `p.d` keys, and the parents' inputs, where known."""

    number: str = field(repr=False)
    names: tuple[str, ...] = field(repr=False)
    father: bytes | None = field(repr=False)
    mother: bytes | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Families:
    """What the family register says: all adults, and the children of the regions asked about."""

    adults: tuple[Adult, ...] = field(repr=False)
    children: tuple[RegisteredChild, ...] = field(repr=False)


def read_statuses(connector: Connector, rules: ParentalRules) -> Mapping[bytes, ParentStatus]:
    """Return what this agency states of its persons, by the input of the VOPRF; the greater ground counts.

    A ground that another kind of agency has to state, or that has not lasted long enough, or of which that is not
    known, is not stated.

    Raises:
        SettingsError: no list is set. SourceError: it can't be read.
    """
    kind, today = AgencyKind(connector.settings.agency_type), connector.today()
    known = {ground.code: ground for ground in (*rules.dead_or_missing, *rules.circumstances)}
    dead = {ground.code for ground in rules.dead_or_missing}
    stated: dict[bytes, ParentStatus] = {}
    for record in _read(connector, connector.settings.parent_grounds_mapping, "parent_grounds_mapping", PARENT_GROUNDS):
        number, code = record.values.get("citizen_id"), str(record.values.get("ground", ""))
        ground = known.get(code)
        if not isinstance(number, CitizenId) or ground is None or not _may_state(ground, kind, record, today):
            continue
        status = ParentStatus.DEAD_OR_MISSING if code in dead else ParentStatus.CIRCUMSTANCE
        key = _input_of(number)
        stated[key] = max(status, stated.get(key, ParentStatus.NONE))
    return stated


def read_families(connector: Connector, regions: tuple[str, ...]) -> Families:
    """Return the adults of the family register, and its children who are registered in one of these regions.

    Raises:
        SettingsError: no register is set. SourceError: it can't be read.
    """
    adults, children = [], []
    mapping = connector.settings.family_register_mapping
    for record in _read(connector, mapping, "family_register_mapping", FAMILY_REGISTER):
        number, county = record.values.get("citizen_id"), _county(record)
        if not isinstance(number, CitizenId) or county is None:
            continue
        if _is_adult(number.birth_on, connector.today()):
            adults.append(Adult(_input_of(number), county))
        elif any(is_within(county, region) for region in regions):
            children.append(_child_of(record, number))
    return Families(tuple(adults), tuple(children))


def _read(connector: Connector, mapping_name: str | None, setting: str, data_set: DataSet) -> Iterator[Record]:
    if mapping_name is None:
        raise SettingsError(f"没有设置 {setting} / the setting {setting} is missing")
    path = Path(connector.folder, mapping_name)
    mapping = load_mapping(path)
    settings = connector.settings
    return read_records(
        open_source(mapping, path.parent, os.environ),
        mapping,
        data_set,
        today=connector.today(),
        allow_test_regions=settings.allow_test_regions,
        max_age_years=settings.max_child_age_years,
    )


def _may_state(ground: Ground, kind: AgencyKind, record: Record, today: date) -> bool:
    if kind not in ground.needs | ground.also:
        return False
    since = record.values.get("since")
    if ground.least_months is None:
        return True
    return isinstance(since, LedgerDate) and _months_between(since.on, today) >= ground.least_months


def _months_between(first: date, last: date) -> int:
    return (last.year - first.year) * 12 + last.month - first.month - (last.day < first.day)


def _is_adult(birth_on: date, today: date) -> bool:
    return _months_between(birth_on, today) >= ADULT_YEARS * 12


def _input_of(number: CitizenId) -> bytes:
    return LinkageKey(KeyType.ID, number.core15).oprf_input()


def _county(record: Record) -> str | None:
    region = record.values.get("hukou_region")
    try:
        return county_of(region) if isinstance(region, str) else None
    except RegionError:
        return None


def _child_of(record: Record, number: CitizenId) -> RegisteredChild:
    names = tuple(key.text for key in record.linkage_keys if key.key_type is KeyType.P_D and not key.is_flagged)
    father, mother = (record.values.get(name) for name in ("father_id", "mother_id"))
    return RegisteredChild(number.core15, names, _parent(father), _parent(mother))


def _parent(number: object) -> bytes | None:
    return _input_of(number) if isinstance(number, CitizenId) else None
