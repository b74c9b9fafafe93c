"""The tables of a rehearsal's report, the same for the terminal and for HTML."""

from collections.abc import Sequence
from dataclasses import dataclass

from connectors.rehearsal.evaluation import Evaluation
from connectors.rehearsal.quality import FileQuality
from connectors.rehearsal.report import RehearsalReport
from connectors.rehearsal.sentences import (
    BASES,
    NOTICE,
    OUTCOMES,
    RUN_TOO_LONG,
    SETTLED,
    SEVERITIES,
    UNUSABLE,
    WITHHELD,
)
from connectors.sources.check import FindingSummary
from connectors.sources.findings import FINDINGS
from connectors.sources.sentences import NOTES
from connectors.sources.source import Note
from schemas.faults import Wording
from schemas.key_set import KeySet
from schemas.messages.match import MAX_RUN_RECORDS

Cell = Wording | str
"""Words in both languages, or a number, a name of a column or a list of row numbers, which are the same in both."""

_A, _B = Wording("A（查询方）", "A, which asks"), Wording("B（被查询方）", "B, the index")
_ROWS = Wording("行数", "rows")


@dataclass(frozen=True, slots=True)
class ReportTable:
    """One table; every row has a cell for each heading."""

    title: Wording
    headings: tuple[Wording, ...]
    rows: tuple[tuple[Cell, ...], ...]


def tables_of(report: RehearsalReport, key_set: KeySet) -> tuple[ReportTable, ...]:
    """Return the tables, the outcomes first; without known links there is no table about them."""
    known = () if report.evaluation is None else (_evaluation(report.evaluation),)
    findings = (_findings(name, quality) for name, quality in (("A", report.a), ("B", report.b)))
    return (
        _outcomes(report),
        _estimates(report),
        *known,
        _files(report),
        _keys(report, key_set),
        *(table for table in findings if table.rows),
    )


def remarks_of(report: RehearsalReport) -> tuple[Wording, ...]:
    """Return what must be said beside the tables: why something was withheld or can't be estimated."""
    withheld = () if report.withheld is None else (WITHHELD[report.withheld],)
    return (*withheld, RUN_TOO_LONG) if report.a.usable_rows > MAX_RUN_RECORDS else withheld


def as_percent(share: float | None) -> str:
    """Return a share in per cent with two places, or a dash."""
    return "—" if share is None else f"{share:.2%}"


def _outcomes(report: RehearsalReport) -> ReportTable:
    counts = [(OUTCOMES[outcome], count) for outcome, count in report.outcomes.items()]
    counts.insert(1, (Wording(f"其中{SETTLED.zh}", f"of these {SETTLED.en}"), report.settled))
    counts.append((UNUSABLE, report.a.unusable_rows))
    return ReportTable(
        Wording("A 的各行找到了什么", "What became of the rows of A"),
        (Wording("结果", "outcome"), _ROWS, Wording("占比", "share")),
        tuple((name, f"{n:,}", as_percent(n / max(report.a.check.rows, 1))) for name, n in counts),
    )


def _estimates(report: RehearsalReport) -> ReportTable:
    return ReportTable(
        Wording(f"估计的可靠程度（{NOTICE.zh}）", f"How reliable it is estimated to be ({NOTICE.en})"),
        (Wording("项目", "item"), Wording("值", "value")),
        (
            (Wording("依据", "basis"), BASES[report.basis]),
            (Wording("估计的精确率", "estimated precision"), as_percent(report.precision)),
            (Wording("估计的召回率", "estimated recall"), as_percent(report.recall)),
            (Wording("算作匹配的最低概率", "least probability of a match"), as_percent(report.threshold)),
            (Wording("键集", "key set"), report.key_set),
        ),
    )


def _evaluation(found: Evaluation) -> ReportTable:
    return ReportTable(
        Wording("与已知的正确对应相比", "Compared with the links known to be right"),
        (Wording("项目", "item"), Wording("值", "value")),
        (
            (Wording("已知的正确对应", "links known to be right"), f"{found.links:,}"),
            (Wording("匹配", "matches"), f"{found.matches:,}"),
            (Wording("其中正确", "of these right"), f"{found.right_matches:,}"),
            (Wording("可能匹配中正确", "right among the possible matches"), f"{found.right_possible_matches:,}"),
            (Wording("有一方的行不可用", "links with a row that can't be used"), f"{found.unusable_links:,}"),
            (Wording("精确率", "precision"), as_percent(found.precision)),
            (Wording("召回率", "recall"), as_percent(found.recall)),
            (Wording("F1", "F1"), as_percent(found.f1)),
        ),
    )


def _files(report: RehearsalReport) -> ReportTable:
    a, b = report.a, report.b
    counts = (
        (Wording("数据行", "rows"), a.check.rows, b.check.rows),
        (Wording("可用于比对", "usable"), a.usable_rows, b.usable_rows),
        (Wording("同一儿童重复出现", "repeat a child of an earlier row"), a.repeated_rows, b.repeated_rows),
        (Wording("没有任何出生日期", "without any birth date"), a.undated_rows, b.undated_rows),
    )
    return ReportTable(
        Wording("两份数据", "The two files"),
        (Wording("项目", "item"), _A, _B),
        tuple((name, f"{of_a:,}", f"{of_b:,}") for name, of_a, of_b in counts),
    )


def _keys(report: RehearsalReport, key_set: KeySet) -> ReportTable:
    evidence = {defined.name for defined in key_set.evidence}
    both = zip(report.a.check.evidence, report.b.check.evidence, strict=True)
    return ReportTable(
        Wording("多少行有哪些关联键（* 较弱的依据）", "How many rows have which linkage keys (* weaker evidence)"),
        (Wording("键", "key"), Wording("由什么组成", "made of"), _A, _B),
        tuple(
            (f"{a.key_type}{' *' if a.is_flagged else ''}", a.wording, as_percent(a.share), as_percent(b.share))
            for a, b in both
            if a.key_type in evidence
        ),
    )


def _findings(name: str, quality: FileQuality) -> ReportTable:
    return ReportTable(
        Wording(f"{name} 中的问题", f"What is wrong in {name}"),
        (
            Wording("级别", "severity"),
            Wording("列", "column"),
            Wording("问题", "problem"),
            _ROWS,
            Wording("行号", "row numbers"),
        ),
        (*map(_finding, quality.check.findings), *map(_note, quality.check.notes)),
    )


def _finding(found: FindingSummary) -> tuple[Cell, ...]:
    rows = _row_numbers(found.rows, found.count)
    return SEVERITIES[found.severity], found.column or "—", FINDINGS[found.code], f"{found.count:,}", rows


def _note(note: Note) -> tuple[Cell, ...]:
    return SEVERITIES["note"], "—", NOTES[note.code], f"{note.count:,}", _row_numbers(note.rows, note.count)


def _row_numbers(rows: Sequence[int], count: int) -> str:
    return ", ".join(map(str, rows)) + (" …" if rows and len(rows) < count else "")
