"""`python -m bench`: measures ours against peers and bare limits, turn by turn, in one run."""

import json
from collections.abc import Callable, Iterator, Mapping

import click
from rich.console import Console

from bench import (
    console_pages,
    decide,
    hashing,
    index,
    large_question,
    ledgers,
    log,
    log_append,
    log_proofs,
    private_or,
    private_or_questions,
    queries,
)
from bench.harness import Tell
from bench.machine import describe_machine, load_average
from bench.report import Result, as_json, show_machine, show_results
from bench.scale import FULL, QUICK, Scale

Benchmark = Callable[[Scale, Tell], Iterator[Result]]

BENCHMARKS: Mapping[str, Benchmark] = {
    "hashing": hashing.run,
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
@click.option("--json", "is_json", is_flag=True, help="机器可读，含每一轮 / for scripts, with every round")
def main(*, only: tuple[str, ...], quick: bool, is_json: bool) -> None:
    """逐轮对比测量；不断言任何时间。 / Measure by turns; nothing here asserts a time."""
    screen, errors = Console(), Console(stderr=True)
    machine = describe_machine()
    if not is_json:
        show_machine(screen, machine)
    results = {}
    for name in only or BENCHMARKS:
        results[name] = list(BENCHMARKS[name](QUICK if quick else FULL, lambda line: errors.print(line, style="dim")))
        if not is_json:
            show_results(screen, name, results[name])
    machine["load at end"] = load_average()
    if is_json:
        click.echo(json.dumps(as_json(machine, results), ensure_ascii=False, indent=2))
    else:
        screen.print(_LEGEND, f"Load at end: {machine['load at end']}", highlight=False)


if __name__ == "__main__":
    main()
