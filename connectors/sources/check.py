"""Look through a whole source before it is used: how many rows can be matched, and what is wrong with which."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from connectors.data_sets import DEFAULT_MAX_AGE_YEARS, DataSet, Record, read_records
from connectors.sources.evidence import EvidenceCount, EvidenceCounter
from connectors.sources.findings import FINDINGS, Finding, Severity
from connectors.sources.mapping import SourceMapping
from connectors.sources.sentences import NOTES
from connectors.sources.source import Note, Source

MAX_ROWS_NAMED: Final = 10
"""So many row numbers are named for each finding; the count goes on."""

_SEVERITIES: Final[tuple[Severity, ...]] = ("error", "warning", "note")


@dataclass(slots=True)
class FindingSummary:
    """One finding of one column: how often, and the first rows."""

    column: str | None
    code: str
    severity: Severity
    count: int = 0
    rows: list[int] = field(default_factory=list)

    def as_json(self) -> dict[str, object]:
        """Return it with its sentence in both languages."""
        sentence = FINDINGS[self.code]
        return {
            "column": self.column,
            "code": self.code,
            "severity": self.severity,
            "count": self.count,
            "rows": self.rows,
            "zh": sentence.zh,
            "en": sentence.en,
        }


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What a check found; it holds row numbers and column names and no value.

    Attributes:
        data_set: name of the data set.
        rows: rows of data.
        usable_rows: rows with evidence for at least one linkage key.
        findings: errors first, then warnings, then notes on what was put right; the commonest first.
        evidence: how many rows hold which linkage keys.
        notes: what was left out on purpose.
    """

    data_set: str
    rows: int
    usable_rows: int
    findings: tuple[FindingSummary, ...]
    evidence: tuple[EvidenceCount, ...]
    notes: tuple[Note, ...]

    @property
    def unusable_rows(self) -> int:
        """Rows that nothing can be matched by, or that are an adult's."""
        return self.rows - self.usable_rows

    def as_json(self) -> dict[str, object]:
        """Return the report as JSON-ready values."""
        return {
            "data_set": self.data_set,
            "rows": self.rows,
            "usable_rows": self.usable_rows,
            "unusable_rows": self.unusable_rows,
            "findings": [finding.as_json() for finding in self.findings],
            "evidence": [count.as_json() for count in self.evidence],
            "notes": [
                {"code": n.code, "count": n.count, "rows": list(n.rows), "zh": NOTES[n.code].zh, "en": NOTES[n.code].en}
                for n in self.notes
            ],
        }


def check_source(
    source: Source,
    mapping: SourceMapping,
    data_set: DataSet,
    *,
    today: date,
    allow_test_regions: bool,
    max_age_years: int = DEFAULT_MAX_AGE_YEARS,
) -> CheckReport:
    """Read the whole source and report on it.

    Raises:
        SourceError: the mapping doesn't fit, or the source can't be read.
    """
    records = read_records(
        source,
        mapping,
        data_set,
        today=today,
        allow_test_regions=allow_test_regions,
        max_age_years=max_age_years,
    )
    return check_records(records, data_set, source.notes)


def check_records(records: Iterable[Record], data_set: DataSet, notes: Callable[[], Sequence[Note]]) -> CheckReport:
    """Report on records while they pass, for a caller that shows progress; `notes` is asked for at the end."""
    rows = usable_rows = 0
    summaries: dict[tuple[str | None, str, Severity], FindingSummary] = {}
    seen: set[str] = set()
    evidence = EvidenceCounter(data_set.subject)
    for record in records:
        rows += 1
        usable_rows += record.is_usable
        evidence.add(record)
        for finding in (*record.findings, *record.notes, *_duplicates(record, seen)):
            _count(summaries, finding)
    ordered = tuple(sorted(summaries.values(), key=_rank))
    return CheckReport(data_set.name, rows, usable_rows, ordered, evidence.counts(), tuple(notes()))


def _rank(summary: FindingSummary) -> tuple[int, int, str, str]:
    return _SEVERITIES.index(summary.severity), -summary.count, summary.column or "", summary.code


def _duplicates(record: Record, seen: set[str]) -> Iterable[Finding]:
    number = record.identity.citizen_id
    if number is None:
        return ()
    if number.core15 in seen:
        return (Finding(record.row_number, None, "record.duplicate_id", "warning"),)
    seen.add(number.core15)
    return ()


def _count(summaries: dict[tuple[str | None, str, Severity], FindingSummary], finding: Finding) -> None:
    key = finding.column, finding.code, finding.severity
    summary = summaries.setdefault(key, FindingSummary(*key))
    summary.count += 1
    if len(summary.rows) < MAX_ROWS_NAMED:
        summary.rows.append(finding.row)
