"""Puts the figures of a run into the page: between markers, so that the words around them stay as they were written."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from docs.generation.marked_page import fill
from quality import cost_tables, linkage_tables
from quality.charts import draw_charts
from quality.results import Results

PAGE: Final = Path("docs/explanation/linkage-quality.md")
CHARTS_FOLDER: Final = Path("docs/explanation/linkage-quality")


def write_page(results: Results, page: Path = PAGE, charts_folder: Path = CHARTS_FOLDER) -> None:
    """Write the figures into the page and its drawings beside it.

    Raises:
        PageError: markers of the page don't fit.
        OSError: a file can't be read or written.
    """
    page.write_text(fill(page.read_text(encoding="utf-8"), sections(results)), encoding="utf-8")
    charts_folder.mkdir(parents=True, exist_ok=True)
    for name, content in draw_charts(results).items():
        (charts_folder / name).write_text(content, encoding="utf-8")


def sections(results: Results) -> Mapping[str, str]:
    """Return what stands between the markers of each name."""
    return {
        "run": _run(results),
        "overview": linkage_tables.overview(results),
        "pairs": linkage_tables.pairs(results),
        "estimates": linkage_tables.estimates(results),
        "large": linkage_tables.large(results),
        "special": linkage_tables.special(results),
        "cost": cost_tables.cost(results),
        "hashing": cost_tables.hashing(results),
        "protocol": cost_tables.protocol(results),
        "leakage": f"{_leakage(results)}\n\n{cost_tables.leakage(results)}",
        "machine": cost_tables.machine(results),
    }


def _run(results: Results) -> str:
    seeds = "、".join(map(str, results.seeds))
    large = results.large_children
    zh = f"{results.measured_on}，每省 {results.children:,} 名儿童，种子 {seeds}"
    zh += f"；另有 {large:,} 名儿童的一省。" if large else "。"
    seeds = ", ".join(map(str, results.seeds))
    en = f"{results.measured_on}, provinces of {results.children:,} children, seeds {seeds}"
    en += f", and one of {large:,} children" if large else ""
    return f"{zh}全程 {results.minutes:.0f} 分钟。\n\n{en}. The whole run took {results.minutes:.0f} minutes."


def _leakage(results: Results) -> str:
    found = results.leakage
    return (
        f"索引 {found.records:,} 条记录，对方明文 {found.known_records:,} 条；"
        f"{found.own_signature:.1%} 的记录有独一无二的组大小组合。\n\n"
        f"An index of {found.records:,} records, against the plaintext of {found.known_records:,};"
        f" {found.own_signature:.1%} of the records have a combination of group sizes of their own."
    )
