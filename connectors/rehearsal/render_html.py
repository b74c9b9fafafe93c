"""Writes a rehearsal's report as one HTML file with its own style: tables, an SVG chart, nothing from elsewhere."""

from datetime import date
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from connectors.rehearsal.chart import BAR_HEIGHT, COLOURS, LABEL_WIDTH, draw_chart
from connectors.rehearsal.report import RehearsalReport
from connectors.rehearsal.report_tables import remarks_of, tables_of
from connectors.rehearsal.sentences import CHART_TITLE, NOTICE, OUTCOMES
from schemas.key_set import KeySet


def render_html(report: RehearsalReport, key_set: KeySet, a_name: str, b_name: str, made_on: date) -> str:
    """Return the page.

    Args:
        report: what it shows.
        key_set: whose keys the report speaks of.
        a_name: what the page calls file A, such as the name of its mapping file.
        b_name: what it calls file B.
        made_on: today.
    """
    templates = Environment(
        loader=PackageLoader("connectors.rehearsal"),
        autoescape=True,
        undefined=StrictUndefined,
        keep_trailing_newline=True,
    )
    return templates.get_template("report.html.jinja").render(
        a_name=a_name,
        b_name=b_name,
        made_on=made_on,
        notice=NOTICE,
        remarks=remarks_of(report),
        tables=tables_of(report, key_set),
        chart=draw_chart(report.bars) if report.bars else None,
        chart_title=CHART_TITLE,
        outcomes=OUTCOMES,
        colours=COLOURS,
        label_end=LABEL_WIDTH - 8,
        bar_height=BAR_HEIGHT,
    )


def write_html(path: Path, page: str) -> None:
    """Write the page, replacing the file at once."""
    temporary = path.with_name(path.name + ".new")
    temporary.write_text(page, encoding="utf-8")
    temporary.replace(path)
