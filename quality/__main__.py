"""`make linkage-quality`: links synthetic files by hashes and by other programs, and writes the page of figures.

Nothing but made-up children is read. Provinces, environments of other programs and results lie below `var/`.
"""

import argparse
import sys
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from quality.labels import METHOD_LABELS, trial_label
from quality.measure import Plan, measure, measure_protocol_again
from quality.page import CHARTS_FOLDER, PAGE, write_page
from quality.results import Results, TrialResult, read_results, write_results
from quality.terminal import show_results

FOLDER: Final = Path("var/linkage-quality")
RESULTS: Final = FOLDER / "results.json"

CHILDREN: Final = 40_000
SEEDS: Final = (101, 102)
LARGE_CHILDREN: Final = 400_000
QUICK_CHILDREN: Final = 5_000


def main(arguments: list[str]) -> None:
    """Measure, unless only the page is asked for, and write the page."""
    asked = _parser().parse_args(arguments)
    console = Console()
    if asked.page_only:
        results = read_results(RESULTS)
    elif asked.protocol_only:
        results = measure_protocol_again(_plan(asked), read_results(RESULTS), console.print)
    else:
        results = _measure(_plan(asked), console)
    if not asked.page_only:
        write_results(results, RESULTS)
    show_results(console, results)
    write_page(results)
    console.print(f"{PAGE}, {CHARTS_FOLDER}/, {RESULTS}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make linkage-quality", description=__doc__)
    parser.add_argument("--children", type=int, default=CHILDREN, help="每省儿童数 / children of a province")
    parser.add_argument("--seeds", type=int, nargs="+", default=SEEDS, help="各省的种子 / seeds of the provinces")
    parser.add_argument("--big", type=int, default=LARGE_CHILDREN, help="大省儿童数，0 不测 / of a large one, or 0")
    parser.add_argument("--quick", action="store_true", help="一个小省 / one small province")
    parser.add_argument("--page-only", action="store_true", help="只写页面 / write the page from the last results")
    parser.add_argument(
        "--protocol-only", action="store_true", help="只重测签名协议 / measure the signed protocol anew, keep the rest"
    )
    return parser


def _plan(asked: argparse.Namespace) -> Plan:
    if asked.quick:
        return Plan(QUICK_CHILDREN, tuple(asked.seeds[:1]), None, FOLDER)
    return Plan(asked.children, tuple(asked.seeds), asked.big or None, FOLDER)


def _measure(plan: Plan, console: Console) -> Results:
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("", total=None)

        def show(trial: TrialResult) -> None:
            console.print(f"{trial.group} {trial_label(trial).en}", style="bold", highlight=False)
            for outcome in trial.outcomes:
                label = METHOD_LABELS[outcome.method].en
                f1 = outcome.missing if outcome.chosen is None else f"F1 {outcome.chosen.f1:.4f}"
                console.print(f"  {label}: {f1}, {sum(outcome.seconds.values()):.1f} s", highlight=False)

        return measure(plan, lambda step: progress.update(task, description=step), show)


if __name__ == "__main__":
    main(sys.argv[1:])
