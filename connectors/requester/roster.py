"""The requester's roster: the rows to ask about, each with its linkage keys or the reason why it has none."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from connectors.agencies import agency_of
from connectors.context import Connector
from connectors.data_sets import read_records
from connectors.register import county_within
from connectors.sources.mapping import load_mapping, open_source
from schemas.linkage_keys import LinkageKey


@dataclass(frozen=True, slots=True)
class RosterRow:
    """One row of a roster; without keys it can't be asked about, and `faults` says why."""

    number: int
    keys: tuple[LinkageKey, ...] = field(repr=False)
    county: str | None = field(repr=False)
    faults: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Roster:
    """A roster file with its mapping, and the version that the rows' numbers refer to."""

    mapping_path: Path
    version: str | None
    rows: tuple[RosterRow, ...] = field(repr=False)


def read_roster(connector: Connector, mapping_path: Path, regions: tuple[str, ...], today: date) -> Roster:
    """Read every row of the roster that `mapping_path` describes; raises SourceError."""
    mapping = load_mapping(mapping_path)
    source = open_source(mapping, mapping_path.parent, os.environ)
    data_set = agency_of(connector.settings.agency_type).data_set(mapping.data_set)

    settings = connector.settings

    def rows() -> Iterator[RosterRow]:
        for record in read_records(
            source,
            mapping,
            data_set,
            today=today,
            allow_test_regions=settings.allow_test_regions,
            max_age_years=settings.max_child_age_years,
        ):
            keys = record.linkage_keys
            county = county_within(record, regions) or next(iter(record.identity.regions), None)
            faults = tuple(sorted({str(finding.code) for finding in record.findings})) if not keys else ()
            yield RosterRow(record.row_number, keys, county, faults)

    return Roster(mapping_path, source.version(), tuple(rows()))
