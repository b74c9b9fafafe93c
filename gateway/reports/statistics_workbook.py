"""Statistics that may be published (.xlsx): who asked for what, small numbers withheld so that no total tells them."""

from collections.abc import Mapping
from datetime import datetime
from typing import BinaryIO, Final

from gateway.reports.entry_words import both, purpose_words
from gateway.reports.monthly_figures import Figures
from gateway.reports.monthly_workbook import SheetOf, agency_words, write_sheets
from gateway.reports.statistics_suppression import suppress
from schemas.faults import Wording
from schemas.statistics.suppression import SMALLEST_PUBLISHED

WITHHELD_TEXT: Final = "—"
_NOTE: Final = (
    f"“{WITHHELD_TEXT}”表示数值小于 {SMALLEST_PUBLISHED}，或为防止由合计推算而一并隐去。"
    f" / {WITHHELD_TEXT}: below {SMALLEST_PUBLISHED}, or withheld so that totals give no small number away."
)


def write_statistics(sink: BinaryIO, figures: Figures, names: Mapping[str, Wording], made_at: datetime) -> None:
    """Write the workbook: match requests by agency and purpose, with totals.

    Args:
        sink: where it is written.
        figures: the counts of all agencies.
        names: full names of agencies, by id.
        made_at: aware time.
    """
    agencies = sorted({agency for agency, _ in figures.asked})
    purposes = sorted({purpose for _, purpose in figures.asked})
    rows: list[list[str | int]] = []
    if agencies:
        table = suppress([[figures.asked.get((one, purpose), 0) for purpose in purposes] for one in agencies])
        labels = [*(both(agency_words(names, one)) for one in agencies), "合计 / total"]
        rows = [
            [label, *(WITHHELD_TEXT if count is None else count for count in cells)]
            for label, cells in zip(labels, table.cells, strict=True)
        ]
    heads = ["需求部门 / requester", *(f"{one} {both(purpose_words(one))}" for one in purposes), "合计 / total"]
    sheet = SheetOf("比对请求 match requests", "各单位按用途提出了多少比对请求？ / Match requests", heads, rows)
    write_sheets(sink, (sheet,), f"{figures.from_on:%Y-%m-%d} – {figures.to_on:%Y-%m-%d}　{_NOTE}", made_at)
