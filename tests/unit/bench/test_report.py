"""What is shown."""

import io

from rich.console import Console

from bench.harness import Comparison, Figure
from bench.report import show_machine, show_results

FOUND = (
    Comparison(
        "evaluate", "hashes", "bare", (9.0, 8.0), (10.0, 10.0), cpu_ratios=(0.95,), figures=(Figure("p50", 1.5, "ms"),)
    ),
    Figure("memory", 1234.5, "MiB"),
)


def test_tables_show_rates_and_ratios():
    console = Console(file=io.StringIO(), width=80)
    show_machine(console, {"cores": "2"})
    show_results(console, "hashing", FOUND)
    shown = console.file.getvalue()
    for text in ("cores", "evaluate (hashes)", "bare", "0.850", "0.900", "0.950", "p50 2 ms", "memory", "1,234.5"):
        assert text in shown
