"""`python -m bench`: measures ours against peers and bare limits, turn by turn, in one run."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime

import click
from rich.console import Console

from bench import (
    console_pages,
    decide,
    hashing,
    index,
    large_question,
    ledgers,
    linking,
    log,
    log_append,
    log_proofs,
    oprf,
    private_intersection,
    private_or,
    private_or_questions,
    queries,
    unit_costs,
)
from bench.harness import Tell
from bench.kept_runs import KeptRun, as_json, keep_run
from bench.machine import describe_machine, load_average
from bench.page import PAGE, write_page
from bench.report import Result, show_machine, show_results
from bench.scale import FULL, QUICK, Scale
from hosting.web.wording import OFFICE_ZONE

Benchmark = Callable[[Scale, Tell], Iterator[Result]]

BENCHMARKS: Mapping[str, Benchmark] = {
    "hashing": hashing.run,
    "oprf": oprf.run,
    "private_intersection": private_intersection.run,
    "decide": decide.run,
    "log": log.run,
    "log_append": log_append.run,
    "log_proofs": log_proofs.run,
    "console_pages": console_pages.run,
    "ledgers": ledgers.run,
    "large_question": large_question.run,
    "private_or": private_or.run,
    "private_or_questions": private_or_questions.run,
    "queries": queries.run,
    "index": index.run,
    "linking": linking.run,
    "unit_costs": unit_costs.run,
}

_LEGEND = (
    "中位数；ratio 为我方除以对照，best 为最好一轮，CPU 为处理器时间之比。\n"
    "Medians; ratio is ours by the peer's, best that of the best round, CPU that of processor time."
)


@click.command()
@click.option("--only", type=click.Choice(list(BENCHMARKS)), multiple=True, help="只运行这些 / only these")
@click.option(
    "--quick",
    is_flag=True,
    help="轮数少，不含60万条和100万条日志 / fewer rounds, without 600,000 records or 1,000,000 leaves",
)
@click.option("--keep", is_flag=True, help="结果写入性能页 / write the results into the page on performance")
@click.option("--page-only", is_flag=True, help="用上次的结果重写该页 / write that page from the results kept")
@click.option("--json", "is_json", is_flag=True, help="机器可读，含每一轮 / for scripts, with every round")
def main(*, only: tuple[str, ...], quick: bool, keep: bool, page_only: bool, is_json: bool) -> None:
    """逐轮对比测量；不断言任何时间。 / Measure by turns; nothing here asserts a time."""
    runs = {} if page_only else _measure(only or tuple(BENCHMARKS), quick=quick, is_shown=not is_json)
    if keep:
        for name, run in runs.items():
            keep_run(name, run)
    if keep or page_only:
        write_page(list(BENCHMARKS))
        click.echo(str(PAGE), err=True)
    if is_json:
        click.echo(as_json(runs))


def _measure(names: Sequence[str], *, quick: bool, is_shown: bool) -> dict[str, KeptRun]:
    """Run the benchmarks one after the other, and show each as soon as it is done."""
    screen, errors = Console(quiet=not is_shown), Console(stderr=True)
    machine, runs = describe_machine(), {}
    show_machine(screen, machine)
    for name in names:
        before = load_average()
        results = list(BENCHMARKS[name](QUICK if quick else FULL, lambda line: errors.print(line, style="dim")))
        loads = {"load at start": before, "load at end": load_average()}
        runs[name] = KeptRun(datetime.now(OFFICE_ZONE).date(), quick, {**machine, **loads}, results)
        show_results(screen, name, results)
    screen.print(_LEGEND, f"Load at end: {load_average()}", highlight=False)
    return runs


if __name__ == "__main__":
    main()
