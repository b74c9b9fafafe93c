"""Puts the kept runs into the page on performance: ratios first, and what each was taken on."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from bench.harness import Comparison, Figure
from bench.kept_runs import FOLDER, KeptRun, kept_runs
from bench.ratio_chart import RATIO_CHART, draw_ratios
from bench.wording import in_chinese, titles
from docs.generation.marked_page import figure_table, fill

PAGE: Final = Path("docs/explanation/performance.md")
_PERCENTILES: Final = ("p50", "p95", "p99")
_HEADS: Final = ("", "ratio", "best", "CPU", "我方每秒<br>ours/s", "对照每秒<br>peer/s")


def write_page(names: Sequence[str], page: Path = PAGE, folder: Path = FOLDER) -> None:
    """Write the kept figures of these benchmarks into the page, and its drawing beside it.

    Raises:
        docs.generation.marked_page.PageError: markers of the page don't fit.
        KeyError: a result has no Chinese name (`wording.yaml`).
    """
    runs = kept_runs(names, folder)
    page.write_text(fill(page.read_text(encoding="utf-8"), sections(names, runs)), encoding="utf-8")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / RATIO_CHART).write_text(draw_ratios(runs), encoding="utf-8")


def sections(names: Sequence[str], runs: Mapping[str, KeptRun]) -> Mapping[str, str]:
    """Return what stands between the markers of each name."""
    return {name: _section(name, runs.get(name)) for name in names} | {"machine": _machine(list(runs.values()))}


def _section(name: str, run: KeptRun | None) -> str:
    zh, en = titles()[name]
    heading = f"### {zh} / {en}"
    if run is None:
        return f"{heading}\n\n尚未测量。 / Not measured yet."
    comparisons = [result for result in run.results if isinstance(result, Comparison)]
    figures = [result for result in run.results if isinstance(result, Figure)]
    tables = [_comparisons(comparisons)] if comparisons else []
    tables += [_figures(figures)] if figures else []
    return "\n\n".join((heading, _when(run), *tables))


def _when(run: KeptRun) -> str:
    before, after = run.machine["load at start"], run.machine["load at end"]
    small = ("，小规模", ", small run") if run.is_quick else ("", "")
    return f"{run.measured_on}，负载 {before} → {after}{small[0]}。 / Load {before} before, {after} after{small[1]}."


def _comparisons(comparisons: Sequence[Comparison]) -> str:
    has_latencies = any(found.figures for found in comparisons)
    heads = _HEADS + (tuple(f"{name}, ms" for name in _PERCENTILES) if has_latencies else ())
    return figure_table(heads, [_cells(found, has_latencies=has_latencies) for found in comparisons])


def _cells(found: Comparison, *, has_latencies: bool) -> list[str]:
    name = f"{_both(found.name)}<br>÷ {found.peer}"
    cpu = "" if found.median_cpu_ratio is None else f"{found.median_cpu_ratio:.3f}"
    cells = [name, f"**{found.median_ratio:.3f}**", f"{found.best_ratio:.3f}", cpu]
    cells += [_rate(found.median_ours), _rate(found.median_theirs)]
    latencies = {figure.name: f"{figure.value:,.1f}" for figure in found.figures}
    return cells + ([latencies.get(name, "") for name in _PERCENTILES] if has_latencies else [])


def _both(name: str) -> str:
    zh = in_chinese(name)
    return name if zh == name else f"{zh}<br>{name}"


def _rate(rate: float) -> str:
    return f"{rate:,.0f}" if rate >= 10 else f"{rate:.2f}"


def _figures(figures: Sequence[Figure]) -> str:
    return figure_table(
        ("一次测得 / measured once", ""),
        [(_both(figure.name), f"{figure.value:,.1f} {figure.unit}") for figure in figures],
    )


def _machine(runs: Sequence[KeptRun]) -> str:
    if not runs:
        return "尚未测量。 / Not measured yet."
    newest = max(runs, key=lambda run: run.measured_on).machine
    rows = [(name, value) for name, value in newest.items() if not name.startswith("load")]
    return figure_table(("机器与版本 / machine and versions", ""), rows)
