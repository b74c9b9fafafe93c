"""What is shown and what is written."""

import io
import json

from rich.console import Console

from bench.harness import Comparison, Figure
from bench.report import as_json, show_machine, show_results

FOUND = (
    Comparison(
        "evaluate", "hashes", "bare", (9.0, 8.0), (10.0, 10.0), cpu_ratios=(0.95,), figures=(Figure("p50", 1.5, "ms"),)
    ),
    Figure("memory", 1234.5, "MiB"),
)


def test_json_holds_every_round_and_the_machine():
    document = json.loads(json.dumps(as_json({"cores": "2"}, {"hashing": FOUND})))
    assert document["machine"] == {"cores": "2"}
    comparison, figure = document["benchmarks"]["hashing"]
    assert comparison["ours"] == [9.0, 8.0]
    assert comparison["theirs"] == [10.0, 10.0]
    assert comparison["median_ratio"] == 0.8500000000000001
    assert comparison["best_ratio"] == 0.9
    assert comparison["median_cpu_ratio"] == 0.95
    assert comparison["figures"] == [{"name": "p50", "value": 1.5, "unit": "ms"}]
    assert figure == {"name": "memory", "value": 1234.5, "unit": "MiB"}


def test_tables_show_rates_and_ratios():
    console = Console(file=io.StringIO(), width=80)
    show_machine(console, {"cores": "2"})
    show_results(console, "hashing", FOUND)
    shown = console.file.getvalue()
    for text in ("cores", "evaluate (hashes)", "bare", "0.850", "0.900", "0.950", "p50 2 ms", "memory", "1,234.5"):
        assert text in shown
