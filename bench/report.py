"""Shows the results as tables."""

from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.table import Table

from bench.harness import Comparison, Figure

Result = Comparison | Figure


def show_machine(console: Console, machine: Mapping[str, str]) -> None:
    """Print what the figures were taken on."""
    table = Table(title="机器 / Machine", show_header=False, title_justify="left")
    for name, value in machine.items():
        table.add_row(name, value)
    console.print(table)


def show_results(console: Console, title: str, results: Sequence[Result]) -> None:
    """Print the comparisons of one benchmark, then its single figures."""
    comparisons = [result for result in results if isinstance(result, Comparison)]
    if comparisons:
        console.print(_comparison_table(title, comparisons))
    figures = [result for result in results if isinstance(result, Figure)]
    if figures:
        console.print(_figure_table(title, figures))


def _comparison_table(title: str, comparisons: Sequence[Comparison]) -> Table:
    """Return a table that fits 80 columns: the peer and the latencies stand below what was measured."""
    table = Table(title=f"{title}: ours / peer", title_justify="left", show_lines=True)
    table.add_column("")
    for heading in ("ours/s", "peer/s", "ratio", "best", "CPU"):
        table.add_column(heading, justify="right", no_wrap=True)
    for found in comparisons:
        latencies = "  ".join(f"{figure.name} {figure.value:.0f} {figure.unit}" for figure in found.figures)
        lines = (f"{found.name} ({found.unit})", f"[dim]{found.peer}[/dim]", latencies)
        table.add_row(
            "\n".join(filter(None, lines)),
            f"{found.median_ours:,.0f}",
            f"{found.median_theirs:,.0f}",
            f"{found.median_ratio:.3f}",
            f"{found.best_ratio:.3f}",
            "" if found.median_cpu_ratio is None else f"{found.median_cpu_ratio:.3f}",
        )
    return table


def _figure_table(title: str, figures: Sequence[Figure]) -> Table:
    table = Table(title=f"{title}: measured once", title_justify="left", show_header=False)
    for figure in figures:
        table.add_row(figure.name, f"{figure.value:,.1f}", figure.unit)
    return table
