"""Shows a rehearsal's report on a terminal: Chinese first, English beside it."""

from typing import Final

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from connectors.rehearsal.report import RehearsalReport
from connectors.rehearsal.report_tables import Cell, ReportTable, remarks_of, tables_of
from connectors.rehearsal.scores import ScoreBar
from connectors.rehearsal.sentences import CHART_TITLE, OUTCOMES
from schemas.key_set import KeySet
from schemas.messages.match import Outcome

BAR_WIDTH: Final = 50
LINE_WIDTH: Final = 46

_STYLES: Final = {Outcome.MATCH: "green", Outcome.POSSIBLE_MATCH: "yellow", Outcome.NON_MATCH: "bright_black"}
# Told apart without colours too.
_BLOCKS: Final = {Outcome.MATCH: "█", Outcome.POSSIBLE_MATCH: "▒", Outcome.NON_MATCH: "░"}


def render_terminal(report: RehearsalReport, key_set: KeySet, console: Console) -> None:
    """Show remarks, tables and the chart."""
    outcomes, *others = tables_of(report, key_set)
    console.print(_table(outcomes))
    for remark in remarks_of(report):
        console.print(Text(f"{remark.zh}\n{remark.en}\n", style="bold"))
    if report.bars:
        _show_chart(report.bars, console)
    for table in others:
        console.print(_table(table))


def _table(wanted: ReportTable) -> Table:
    table = Table(title=f"{wanted.title.zh}\n{wanted.title.en}", title_justify="left")
    for heading in wanted.headings:
        table.add_column(f"{heading.zh}\n{heading.en}", overflow="fold")
    for row in wanted.rows:
        table.add_row(*(Text(_text(cell)) for cell in row))
    return table


def _text(cell: Cell) -> str:
    """Return the words of a cell, on one line where both languages find room."""
    if isinstance(cell, str):
        return cell
    line = cell.zh if cell.zh == cell.en else f"{cell.zh} / {cell.en}"
    return line if cell_len(line) <= LINE_WIDTH else f"{cell.zh}\n{cell.en}"


def _show_chart(bars: tuple[ScoreBar, ...], console: Console) -> None:
    console.print(Text(f"{CHART_TITLE.zh}\n{CHART_TITLE.en}", style="italic"))
    most = max(bar.total for bar in bars)
    for bar in bars:
        line = Text(f"{bar.label:>12} ")
        for outcome, count in bar.counts.items():
            line.append(_BLOCKS[outcome] * _blocks(count, most), _STYLES[outcome])
        console.print(line.append(f" {bar.total:,}" if bar.total else "0"))
    legend = Text(" " * 13)
    for outcome, name in OUTCOMES.items():
        legend.append(f"{_BLOCKS[outcome]} ", _STYLES[outcome]).append(f"{name.zh} / {name.en}   ")
    console.print(legend.append("\n"))


def _blocks(count: int, most: int) -> int:
    """Return the length of a bar; what is there at all is seen."""
    return max(round(count / most * BAR_WIDTH), 1) if count else 0
