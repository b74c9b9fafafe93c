"""Shows the report of a check on the office's own screen: counts, columns and row numbers, no value."""

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.table import Table

from connectors.sources.check import CheckReport, FindingSummary
from connectors.sources.evidence import EvidenceCount
from connectors.sources.findings import FINDINGS, Severity
from connectors.sources.sentences import NOTES

_SEVERITY_ZH: dict[Severity, str] = {"error": "错误", "warning": "提醒", "note": "说明"}


def render_report(report: CheckReport, console: Console) -> None:
    """Show the report on a terminal."""
    usable = f"可比对 usable: {report.usable_rows}    不可比对 unusable: {report.unusable_rows}"
    console.print(f"数据行 rows: {report.rows}    {usable}", highlight=False)
    if report.findings:
        console.print(_findings_table(report.findings))
    console.print(_evidence_table(report.evidence))
    for note in report.notes:
        sentence = NOTES[note.code]
        console.print(f"{sentence.zh} / {sentence.en}: {note.count}{_rows(note.rows, note.count)}", highlight=False)


def _findings_table(findings: Iterable[FindingSummary]) -> Table:
    table = _table("级别\nseverity", "列\ncolumn", "问题\nproblem", "行数\nrows", "行号\nrow numbers")
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


def _evidence_table(evidence: Iterable[EvidenceCount]) -> Table:
    table = _table("比对依据\nevidence", "由什么组成\nmade of", "行数\nrows", "占比\nshare")
    for count in evidence:
        name = f"{count.key_type.value}{' *' if count.is_flagged else ''}"
        made_of = f"{count.wording.zh}\n{count.wording.en}"
        table.add_row(name, made_of, str(count.rows), f"{count.share:.1%}")
    table.caption = "* 较弱的依据 / weaker evidence"
    return table


def _table(*headings: str) -> Table:
    table = Table(show_lines=True)
    for heading in headings:
        table.add_column(heading, overflow="fold")
    return table


def _rows(rows: Sequence[int], count: int) -> str:
    if not rows:
        return ""
    return f" ({', '.join(map(str, rows))}{' …' if count > len(rows) else ''})"
