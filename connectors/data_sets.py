"""What an agency's data sets hold, field by field, and how a mapped row becomes a record of a child."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from connectors.sources.cells import CellContext, CellError, CellParsed, FieldKind, find_damaged_number, parse_cell
from connectors.sources.errors import SourceError
from connectors.sources.findings import Finding, Severity
from connectors.sources.identities import ReadingRules, identify, identify_guardian
from connectors.sources.identity_parts import GUARDIAN_PARTS, IdentityPart, IdentityParts
from connectors.sources.mapping import SourceMapping
from connectors.sources.put_right import notes_on_cell
from connectors.sources.source import CellValue, Row, Source
from schemas.code_table import CodeTable
from schemas.identity import ChildIdentity, age_in_years
from schemas.linkage_keys import LinkageKey
from schemas.messages.match import SubjectKind

DEFAULT_MAX_AGE_YEARS: Final = 25
"""A number of somebody older is not a child's; students of upper secondary age stay below it."""

_REPEATED_KINDS: Final[frozenset[FieldKind]] = frozenset({"sex", "region", "code", "codes", "date", "month"})
_MOST_REPEATED: Final = 10_000
"""So many cells of such kinds are parsed once for a whole source: a child's days of birth, codes, counties."""

_TELLING_PARTS: Final[frozenset[IdentityPart]] = frozenset({"citizen_id", "name", "birth_on"})
"""Without one of these a child may not be found; a guardian's are evidence more."""


@dataclass(frozen=True, slots=True)
class Field:
    """One canonical field of a data set.

    Attributes:
        name: what mapping files call it.
        name_zh: what people call it.
        kind: how its cells are written.
        required: it must be mapped and filled.
        part: what it says about who the child or its guardian is; None when it says nothing.
        codes: code list of the kinds `code` and `codes`.
        aliases_zh: column names that offices commonly use, for drafting a mapping; none for data of guardians,
            which is read only when somebody maps it on purpose.
    """

    name: str
    name_zh: str
    kind: FieldKind
    required: bool = False
    part: IdentityPart | None = None
    codes: CodeTable[Any] | None = None
    aliases_zh: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DataSet:
    """One register or ledger of an agency; each row is about a child, or about a guardian."""

    name: str
    name_zh: str
    name_en: str
    fields: tuple[Field, ...]
    subject: SubjectKind = SubjectKind.CHILD


@dataclass(frozen=True, slots=True, repr=False)
class Record:
    """One row, understood. Its repr shows the row number alone.

    Attributes:
        row_number: as in `Row.number`.
        locator: as in `Row.locator`.
        identity: who the child is; `NO_IDENTITY` when the row is not a child's or there is nothing to match on.
        linkage_keys: what it can be matched by; none when it is not usable, or about a guardian.
        values: parsed value by canonical field; empty and refused cells are not in it.
        incomplete: fields of several codes of which some were not understood.
        findings: what is wrong with the row: errors and warnings.
        relation_keys: by which the children of this row's guardian are found, if the guardian's number is known.
        notes: what was put right to compare the row; nothing is wrong.
    """

    row_number: int
    locator: str
    identity: ChildIdentity
    linkage_keys: tuple[LinkageKey, ...]
    values: Mapping[str, CellParsed]
    incomplete: frozenset[str]
    findings: tuple[Finding, ...]
    relation_keys: tuple[LinkageKey, ...] = ()
    notes: tuple[Finding, ...] = ()

    def __repr__(self) -> str:
        return f"Record(row_number={self.row_number})"

    @property
    def is_usable(self) -> bool:
        """Whether there is a key to match a child by, or in a list of guardians to find their children by."""
        return bool(self.linkage_keys or self.relation_keys)

    @property
    def county(self) -> str | None:
        """The county whose rules are applied: the first that the row names, or None."""
        return next(iter(self.identity.regions), None)

    def age_on(self, today: date) -> int | None:
        """Return the child's completed years of age, or None where no day of birth is known, or more than one."""
        number = self.identity.citizen_id
        days = {*self.identity.birth_dates, *(() if number is None else (number.birth_on,))}
        return age_in_years(days.pop(), today) if len(days) == 1 else None


@dataclass(frozen=True, slots=True)
class Derivation:
    """How the raw value of one attribute follows from a record; the purpose's transform comes after it.

    Attributes:
        attribute: id in the attribute catalogue.
        data_set: name of the data set it is derived from.
        fields_used: canonical fields that `derive` looks at, and no others.
        derive: takes the record and today's date in the office's zone; None means that it can't be told.
    """

    attribute: str
    data_set: str
    fields_used: tuple[str, ...]
    derive: Callable[[Record, date], object | None]


def read_records(
    source: Source,
    mapping: SourceMapping,
    data_set: DataSet,
    *,
    today: date,
    allow_test_regions: bool,
    max_age_years: int = DEFAULT_MAX_AGE_YEARS,
) -> Iterator[Record]:
    """Yield every row of the source as a record, usable or not, with its findings.

    Raises:
        SourceError: the mapping doesn't fit the data set or the source, or the source can't be read.
    """
    check_mapping(mapping, data_set, source.columns())
    yield from read_rows(
        source.rows(),
        mapping,
        data_set,
        today=today,
        allow_test_regions=allow_test_regions,
        max_age_years=max_age_years,
    )


def read_rows(
    rows: Iterable[Row],
    mapping: SourceMapping,
    data_set: DataSet,
    *,
    today: date,
    allow_test_regions: bool,
    max_age_years: int = DEFAULT_MAX_AGE_YEARS,
) -> Iterator[Record]:
    """Yield records of rows that were read or fetched from the mapped source."""
    reader = _Reader(mapping, data_set, today, allow_test_regions=allow_test_regions, max_age_years=max_age_years)
    return map(reader.read, rows)


def check_mapping(mapping: SourceMapping, data_set: DataSet, columns: Sequence[str]) -> None:
    """Check that a mapping fits its data set and the columns that the source has.

    Raises:
        SourceError: `mapping_field_invalid` (another data set), `mapping_field_unknown`,
            `mapping_required_column`, `column_missing`.
    """
    if mapping.data_set != data_set.name:
        raise SourceError("mapping_field_invalid", column="data_set")
    known = {f.name for f in data_set.fields}
    for name, written in mapping.columns.items():
        if name not in known:
            raise SourceError("mapping_field_unknown", column=f"columns.{name}")
        if not set(written) & set(columns):
            raise SourceError("column_missing", column=written[0])
    for wanted in data_set.fields:
        if wanted.required and wanted.name not in mapping.columns:
            raise SourceError("mapping_required_column", column=f"columns.{wanted.name}")


def suggest_columns(data_set: DataSet, columns: Sequence[str]) -> dict[str, str]:
    """Return canonical field → column for those columns that offices commonly give such a name; no guardians'."""
    there = set(columns)
    wanted = [f for f in data_set.fields if f.part not in GUARDIAN_PARTS]
    found = {f.name: next((a for a in (f.name_zh, *f.aliases_zh) if a in there), None) for f in wanted}
    return {name: column for name, column in found.items() if column is not None}


@dataclass(slots=True)
class _Read:
    """What was understood of one row so far."""

    number: int
    values: dict[str, CellParsed] = field(default_factory=dict)
    incomplete: set[str] = field(default_factory=set)
    findings: list[Finding] = field(default_factory=list)

    def find_all(self, codes: Iterable[str], column: str, severity: Severity) -> None:
        for code in codes:  # mostly none
            self.findings.append(Finding(self.number, column, code, severity))


class _Reader:
    """Reads rows of one source; all of them have the same columns."""

    def __init__(
        self, mapping: SourceMapping, data_set: DataSet, today: date, *, allow_test_regions: bool, max_age_years: int
    ) -> None:
        self._rules = ReadingRules(today, allow_test_regions, max_age_years)
        self._identify = identify if data_set.subject is SubjectKind.CHILD else identify_guardian
        self._mapped = [
            (wanted, mapping.columns[wanted.name], CellContext(today, allow_test_regions, wanted.codes))
            for wanted in data_set.fields
            if wanted.name in mapping.columns
        ]
        self._columns: list[tuple[Field, str, CellContext]] = []
        self._parsed: dict[tuple[str, str], CellParsed | None] = {}

    def read(self, row: Row) -> Record:
        if not self._columns:
            self._columns = [
                (wanted, next((name for name in names if name in row.cells), names[0]), context)
                for wanted, names, context in self._mapped
            ]
        read = _Read(row.number)
        parts = IdentityParts()
        for wanted, column, context in self._columns:
            self._read_cell(read, parts, wanted, column, row.cells.get(column), context)
        identified = self._identify(row.number, parts, self._rules)
        found = (*read.findings, *identified.findings)
        return Record(
            row_number=row.number,
            locator=row.locator,
            identity=identified.identity,
            linkage_keys=identified.linkage_keys,
            values=read.values,
            incomplete=frozenset(read.incomplete),
            findings=tuple([finding for finding in found if finding.severity != "note"]),
            relation_keys=identified.relation_keys,
            notes=tuple([finding for finding in found if finding.severity == "note"]),
        )

    def _read_cell(
        self, read: _Read, parts: IdentityParts, wanted: Field, column: str, cell: CellValue, context: CellContext
    ) -> None:
        try:
            value = self._parse(wanted, cell, context)
        except CellError as error:
            _keep_what_was_understood(read, parts, wanted, column, cell, error)
            return
        if value is not None:
            read.values[wanted.name] = value
            if wanted.part is not None:
                parts.add(column, wanted.part, value)
                read.find_all(notes_on_cell(wanted.part, cell, value), column, "note")
        elif wanted.required:
            read.find_all(("record.required_empty",), column, "error")

    def _parse(self, wanted: Field, cell: CellValue, context: CellContext) -> CellParsed | None:
        """Parse a cell; one of a kind that repeats itself down the rows only once."""
        if wanted.kind not in _REPEATED_KINDS or not isinstance(cell, str):
            return parse_cell(wanted.kind, cell, context)
        key = wanted.name, cell
        if key not in self._parsed:
            value = parse_cell(wanted.kind, cell, context)
            if len(self._parsed) == _MOST_REPEATED:
                return value
            self._parsed[key] = value
        return self._parsed[key]


def _keep_what_was_understood(
    read: _Read, parts: IdentityParts, wanted: Field, column: str, cell: CellValue, error: CellError
) -> None:
    read.find_all((error.code,), column, "error" if wanted.required or wanted.part in _TELLING_PARTS else "warning")
    if error.partial:
        read.values[wanted.name] = error.partial
    if wanted.kind == "codes":
        read.incomplete.add(wanted.name)
    damaged = find_damaged_number(wanted.kind, cell) if wanted.part == "citizen_id" else None
    if damaged is not None:
        parts.damaged_ids.append((column, damaged))
