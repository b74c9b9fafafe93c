"""The requester's roster: the rows to ask about, each with its linkage keys or the reason why it has none."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from connectors.agencies import agency_of
from connectors.context import Connector
from connectors.data_sets import Record, read_records
from connectors.register import county_within
from connectors.sources.errors import SourceError
from connectors.sources.mapping import SourceMapping, load_mapping, open_source
from connectors.sources.source import Source
from schemas.linkage_keys import LinkageKey
from schemas.messages.match import SubjectKind


@dataclass(frozen=True, slots=True)
class RosterRow:
    """One row of a roster; without keys it can't be asked about, and `faults` says why."""

    number: int
    keys: tuple[LinkageKey, ...] = field(repr=False)
    county: str | None = field(repr=False)
    faults: tuple[str, ...] = ()

    def only(self, is_wanted: Callable[[LinkageKey], bool]) -> "RosterRow":
        """Return the row with some of its keys."""
        return replace(self, keys=tuple(filter(is_wanted, self.keys)))


@dataclass(frozen=True, slots=True)
class Roster:
    """The rows of a roster, and the version that their numbers refer to."""

    version: str | None
    rows: tuple[RosterRow, ...] = field(repr=False)

    def only(self, numbers: frozenset[int]) -> "Roster":
        """Return the roster with some of its rows."""
        return replace(self, rows=tuple(row for row in self.rows if row.number in numbers))


def read_roster(
    connector: Connector,
    mapping_path: Path,
    regions: tuple[str, ...],
    today: date,
    subject: SubjectKind = SubjectKind.CHILD,
) -> Roster:
    """Read every row of the roster that `mapping_path` describes.

    Raises:
        SourceError: it can't be read, or lists guardians where children are asked about, or the other way round.
    """
    mapping = load_mapping(mapping_path)
    source = open_source(mapping, mapping_path.parent, os.environ)
    return roster_of(connector, source, mapping, regions, today, subject)


def roster_of(
    connector: Connector,
    source: Source,
    mapping: SourceMapping,
    regions: tuple[str, ...],
    today: date,
    subject: SubjectKind,
) -> Roster:
    """Read every row of a mapped source as a roster.

    Raises:
        SourceError: as `read_roster`.
    """
    data_set = agency_of(connector.settings.agency_type).data_set(mapping.data_set)
    if data_set.subject is not subject:
        raise SourceError("mapping_field_invalid", column="data_set")
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
            keys = record.relation_keys if subject is SubjectKind.GUARDIAN else record.linkage_keys
            faults = tuple(sorted({str(finding.code) for finding in record.findings})) if not keys else ()
            yield RosterRow(record.row_number, keys, _county(record, regions), faults)

    return Roster(source.version(), tuple(rows()))


def _county(record: Record, regions: tuple[str, ...]) -> str | None:
    return county_within(record, regions) or next(iter(record.identity.regions), None)
