"""Counts a register's children by township and category: each child once, in one township."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from connectors.agencies import Agency
from connectors.data_sets import DataSet, Record
from connectors.register import Register
from connectors.statistics.count_rules import CountRule
from schemas.regions import RegionError, RegionLevel, county_of, is_within
from schemas.statistics.tabulation import Cell

_NO_TOWNSHIP = "000"


@dataclass(frozen=True, slots=True)
class Counted:
    """How many children stand where: by township and category, and all townships of which the register has a record.

    Townships without a counted child are listed too: one that appeared with its first would give it away.
    """

    counts: Mapping[Cell, int] = field(repr=False)
    townships: frozenset[str]


def count_register(register: Register, rule: CountRule, root: str, today: date) -> Counted:
    """Count the register's children within `root`; raises SourceError."""
    return count_records(register.records(), register.agency, rule, root, today)


def count_records(records: Iterable[Record], agency: Agency, rule: CountRule, root: str, today: date) -> Counted:
    """Count children: of several records of one ID number, the first that is counted counts.

    Noise is drawn for a table in which a child changes one number by one; so no child may stand in two.
    """
    counts: Counter[Cell] = Counter()
    townships, seen = set(), set()
    for record in records:
        township = next(_townships(record, agency.index_data_set, root), None)
        if township is None:
            continue
        townships.add(township)
        number = record.identity.citizen_id
        category = None if number in seen else rule(record, today)
        if category is not None:
            counts[township, category] += 1
            if number is not None:
                seen.add(number)
    return Counted(dict(counts), frozenset(townships))


def _townships(record: Record, data_set: DataSet, root: str) -> Iterator[str]:
    """Yield the townships within `root` that a record names, in the order of the register's columns."""
    for wanted in data_set.fields:
        region = record.values.get(wanted.name) if wanted.part == "region" else None
        if isinstance(region, str) and is_within(region, root):
            try:
                yield region[: RegionLevel.TOWNSHIP] if len(region) > RegionLevel.COUNTY else _somewhere_in(region)
            except RegionError:
                continue


def _somewhere_in(region: str) -> str:
    return county_of(region) + _NO_TOWNSHIP
