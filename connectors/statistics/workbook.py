"""Releases as a workbook: each table as it is printed in a bulletin, with a sheet that says how to read it."""

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from schemas.regions import RegionLevel
from schemas.statistics.release import StatisticsRelease
from schemas.statistics.tables import load_tables

WITHHELD_TEXT = "少于10或隐去 / under 10 or withheld"
_WITHHELD = (
    "：少于10人，或与上次公布相差不到10人，或为防止由合计推算而一并隐去。"
    ": below 10, or less than 10 away from what was published last, or withheld so that no sum tells such a number."
)
_NO_TOWNSHIP = "000"


def write_release(path: Path, release: StatisticsRelease) -> None:
    """Write the table and its notes, replacing the file at once."""
    temporary = path.with_name(path.name + ".new")
    temporary.write_bytes(workbook_of([release]))
    temporary.replace(path)


def workbook_of(releases: Sequence[StatisticsRelease]) -> bytes:
    """Return a workbook with a sheet for each table, and one that says how to read them."""
    workbook = Workbook(write_only=True)
    for number, release in enumerate(releases, 1):
        _add_table(workbook, "统计表 table" if len(releases) == 1 else f"统计表 table {number}", release)
    notes = workbook.create_sheet("说明 notes")
    for release in releases:
        for note in notes_on(release):
            notes.append([note])
    written = BytesIO()
    workbook.save(written)
    return written.getvalue()


def _add_table(workbook: Workbook, title: str, release: StatisticsRelease) -> None:
    sheet = workbook.create_sheet(title)
    cells = [WriteOnlyCell(sheet, value=heading) for heading in headings(release)]
    for cell in cells:
        cell.font = Font(bold=True)
    sheet.append(cells)
    for line in lines(release):
        sheet.append(line)


def headings(release: StatisticsRelease) -> list[str]:
    """Return the names of the columns, zh and en."""
    names = {one.code: f"{one.name_zh} / {one.name_en}" for one in load_tables()[release.table].categories}
    return ["地区 / region", *(names[code] for code in release.categories), "合计 / total"]


def lines(release: StatisticsRelease) -> list[list[str | int]]:
    """Return a line for each region: its code, and its numbers or that they are withheld."""
    return [
        [say_region(row.region), *(WITHHELD_TEXT if count is None else count for count in row.counts)]
        for row in release.rows
    ]


def notes_on(release: StatisticsRelease) -> list[str]:
    """Return what a reader must know."""
    table = load_tables()[release.table]
    return [
        f"{table.name_zh}，{release.quarter} / {table.name_en}, {release.quarter}",
        f"{table.counted_zh} / {table.counted_en}",
        f"提供单位 / provider: {release.provider}；统计日期 / counted on: {release.made_on}",
        f"“{WITHHELD_TEXT}”{_WITHHELD}",
        _noise(release.epsilon_thousandths),
        f"发布编号 / release: {release.digest()}",
    ]


def _noise(epsilon: int | None) -> str:
    if epsilon is None:
        return "数字未加噪声。 / The numbers bear no noise."
    return (
        f"各乡镇数字加了随机噪声（ε = {epsilon / 1000:g}），合计随之变化。"
        f" / Each township's numbers bear random noise (epsilon = {epsilon / 1000:g}), and so do their sums."
    )


def say_region(region: str) -> str:
    """Return a region's code; where a county's children are of no known township, that too."""
    if len(region) == RegionLevel.TOWNSHIP and region.endswith(_NO_TOWNSHIP):
        return f"{region[:6]} 未分乡镇 / township not known"
    return region
