"""Look through a whole source before it is used: how many rows can be matched, and what is wrong with which."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from rich.console import Console
from rich.table import Table

from connectors.data_sets import DEFAULT_MAX_AGE_YEARS, DataSet, Record, read_records
from connectors.sources.findings import FINDINGS, Finding, Severity
from connectors.sources.mapping import SourceMapping
from connectors.sources.sentences import NOTES
from connectors.sources.source import Note, Source

MAX_ROWS_NAMED: Final = 10
"""So many row numbers are named for each finding; the count goes on."""

_SEVERITY_ZH: Final[dict[Severity, str]] = {"error": "错误", "warning": "提醒"}


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
        findings: errors first, the commonest first.
        notes: what was left out on purpose.
    """

    data_set: str
    rows: int
    usable_rows: int
    findings: tuple[FindingSummary, ...]
    notes: tuple[Note, ...]

    def as_json(self) -> dict[str, object]:
        """Return the report as JSON-ready values."""
        return {
            "data_set": self.data_set,
            "rows": self.rows,
            "usable_rows": self.usable_rows,
            "findings": [finding.as_json() for finding in self.findings],
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
    for record in records:
        rows += 1
        usable_rows += record.is_usable
        for finding in (*record.findings, *_duplicates(record, seen)):
            _count(summaries, finding)
    ordered = sorted(summaries.values(), key=lambda s: (s.severity != "error", -s.count, s.column or "", s.code))
    return CheckReport(data_set.name, rows, usable_rows, tuple(ordered), tuple(notes()))


def render_report(report: CheckReport, console: Console) -> None:
    """Show the report on a terminal."""
    console.print(f"数据行 rows: {report.rows}    可比对 usable: {report.usable_rows}", highlight=False)
    if report.findings:
        console.print(_table(report.findings))
    for note in report.notes:
        sentence = NOTES[note.code]
        console.print(f"{sentence.zh} / {sentence.en}: {note.count}{_rows(note.rows, note.count)}", highlight=False)


def _table(findings: Iterable[FindingSummary]) -> Table:
    table = Table(show_lines=True)
    for heading in ("级别\nseverity", "列\ncolumn", "问题\nproblem", "行数\nrows", "行号\nrow numbers"):
        table.add_column(heading, overflow="fold")
    for finding in findings:
        sentence = FINDINGS[finding.code]
        table.add_row(
            f"{_SEVERITY_ZH[finding.severity]}\n{finding.severity}",
            finding.column or "—",
            f"{sentence.zh}\n{sentence.en}",
            str(finding.count),
            _rows(finding.rows, finding.count).strip(" ()"),
        )
    return table


def _rows(rows: Sequence[int], count: int) -> str:
    if not rows:
        return ""
    return f" ({', '.join(map(str, rows))}{' …' if count > len(rows) else ''})"


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
