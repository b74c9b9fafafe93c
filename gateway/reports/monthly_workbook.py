"""The monthly report of an agency as a workbook (.xlsx): one question a sheet, each with its chart, to print on A4."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, Final

from openpyxl import Workbook
from openpyxl.chart import BarChart, Reference
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from gateway.domain.budgets import LEGAL_ZONE
from gateway.reports.entry_words import attribute_words, both, event_words, purpose_words, reason_words
from gateway.reports.monthly_figures import VOLUME_TYPES, Figures
from schemas.faults import Wording

_A4: Final = 9
_HEADING_ROW: Final = 4
_SHADE: Final = PatternFill("solid", fgColor="E9EEF2")
_MOST_IN_CHART: Final = 15
_WIDTHS: Final = (46, 30)

Row = Sequence[str | int]


@dataclass(frozen=True, slots=True)
class SheetOf:
    """One sheet: its name, the question that it answers, headings, rows, and which columns its chart shows."""

    name: str
    question: str
    headings: Sequence[str]
    rows: Sequence[Row]
    charted: tuple[int, ...] = ()


def write_monthly(sink: BinaryIO, figures: Figures, agency: Wording, made_at: datetime) -> None:
    """Write the workbook of one agency's month, or of all agencies'.

    Args:
        sink: where it is written.
        figures: the counts.
        agency: whose they are, as people call it.
        made_at: aware time.
    """
    sheets = (_volumes(figures), _refusals(figures), _overrides(figures), _fields(figures), _hours(figures))
    write_sheets(sink, sheets, f"{both(agency)}　{figures.from_on:%Y-%m-%d} – {figures.to_on:%Y-%m-%d}", made_at)


def write_sheets(sink: BinaryIO, sheets: Iterable[SheetOf], about: str, made_at: datetime) -> None:
    """Write sheets as a workbook; `about` says what all of them are about."""
    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    made = f"生成时间（北京） / made (Beijing): {made_at.astimezone(LEGAL_ZONE):%Y-%m-%d %H:%M}"
    for described in sheets:
        sheet: Worksheet = workbook.create_sheet(described.name)
        _fill(sheet, described, about, made)
        if described.charted and described.rows:
            _draw(sheet, described)
    workbook.save(sink)


def _volumes(figures: Figures) -> SheetOf:
    rows: list[Row] = [
        [_purpose(purpose), *(figures.volumes.get((purpose, one), 0) for one in VOLUME_TYPES)]
        for purpose in figures.purposes
    ]
    heads = ["用途 / purpose", *(both(event_words(one)) for one in VOLUME_TYPES)]
    return SheetOf("数量 volumes", "各用途有多少请求和答复？ / How many requests and answers?", heads, rows, (2, 4, 5))


def _refusals(figures: Figures) -> SheetOf:
    rows: list[Row] = [[both(reason_words(reason)), count] for reason, count in figures.refusals]
    return SheetOf(
        "拒绝 refusals",
        "请求因何被拒绝？ / Why were requests refused?",
        ["原因 / reason", "拒绝次数 / refusals"],
        rows,
        (2,),
    )


def _overrides(figures: Figures) -> SheetOf:
    rows: list[Row] = [
        ["未经事前审批的紧急调用 / emergency access without prior approval", figures.emergencies],
        ["人工复核决定 / decisions of reviewers", figures.reviews],
        ["没有结果记录的请求（预警） / requests without an outcome (alerts)", figures.orphans],
    ]
    return SheetOf(
        "例外 exceptions", "有多少例外？ / How many exceptions?", ["事项 / what", "数量 / number"], rows, (2,)
    )


def _fields(figures: Figures) -> SheetOf:
    rows: list[Row] = [
        [f"{_purpose(purpose)}：{both(attribute_words(name))}", count] for purpose, name, count in figures.fields
    ]
    return SheetOf(
        "信息项 attributes",
        "哪些信息项提供得最多？ / Which attributes were released most?",
        ["用途：信息项 / purpose: attribute", "提供次数 / releases"],
        rows,
        (2,),
    )


def _hours(figures: Figures) -> SheetOf:
    rows: list[Row] = [[f"{hour}", count] for hour, count in enumerate(figures.hours)]
    return SheetOf(
        "时段 hours",
        "一天中什么时候比对最多？ / At which hours were most matches asked?",
        ["时（北京） / hour (Beijing)", "比对请求 / match requests"],
        rows,
        (2,),
    )


def _purpose(purpose: str) -> str:
    return f"{purpose} {both(purpose_words(purpose))}"


def _fill(sheet: Worksheet, described: SheetOf, about: str, made: str) -> None:
    sheet.append([described.question])
    sheet.append([about])
    sheet.append([made])
    sheet.append(list(described.headings))
    for row in described.rows or [["（无） / none"]]:
        sheet.append(list(row))
    sheet["A1"].font = Font(bold=True, size=14)
    for cell in sheet[_HEADING_ROW]:
        cell.font, cell.fill = Font(bold=True), _SHADE
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    for number in range(1, len(described.headings) + 1):
        sheet.column_dimensions[get_column_letter(number)].width = _WIDTHS[min(number - 1, len(_WIDTHS) - 1)]
    sheet.freeze_panes = f"B{_HEADING_ROW + 1}"
    sheet.page_setup.paperSize, sheet.page_setup.orientation = _A4, "landscape"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    if sheet.oddFooter is not None:
        sheet.oddFooter.left.text = "（盖章处）"
        sheet.oddFooter.right.text = "第 &P 页，共 &N 页"


def _draw(sheet: Worksheet, described: SheetOf) -> None:
    """Draw the largest rows as columns, below the table."""
    last = _HEADING_ROW + min(len(described.rows), max(_MOST_IN_CHART, 24))
    chart = BarChart()
    chart.title, chart.style, chart.height, chart.width = described.question, 10, 9, 24
    for column in described.charted:
        data = Reference(sheet, min_col=column, min_row=_HEADING_ROW, max_row=last)
        chart.add_data(data, titles_from_data=True)
    chart.set_categories(Reference(sheet, min_col=1, min_row=_HEADING_ROW + 1, max_row=last))
    sheet.add_chart(chart, f"A{_HEADING_ROW + len(described.rows) + 3}")


def agency_words(names: Mapping[str, Wording], agency: str | None) -> Wording:
    """Return what an agency is called; all agencies for None."""
    if agency is None:
        return Wording("全部单位", "all agencies")
    return names.get(agency, Wording(agency, agency))
