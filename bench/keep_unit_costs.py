"""`python -m bench.keep_unit_costs`: puts the kept run of `unit_costs` into the file that `capacity` computes with."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import click
import yaml

from bench.harness import Figure
from bench.kept_runs import FOLDER, KeptRun, kept_runs
from gateway.capacity.unit_costs import Cost, parse_unit_costs

UNIT_COSTS: Final = Path("gateway/capacity/unit_costs.yaml")
NAME: Final = "unit_costs"

FIGURES: Final[Mapping[Cost, str]] = {
    Cost.ENTRIES_PER_RECORD: "publication: hashes of a record",
    Cost.HASHING_SECONDS_PER_RECORD: "publication: provider, a record",
    Cost.RECEIVING_SECONDS_PER_RECORD: "publication: gateway, a record",
    Cost.ACTIVATION_BYTES_PER_ENTRY: "publication: gateway's memory, an entry",
    Cost.CONNECTOR_BYTES_PER_RECORD: "publication: provider's state, a record",
    **{
        Cost(f"{party}_seconds_per_{unit}"): f"{figure}: {party}"
        for party in ("gateway", "provider", "requester")
        for unit, figure in (("query", "question"), ("matched_row", "matched row"), ("other_row", "other row"))
    },
    Cost.LOG_ENTRIES_PER_QUERY: "question: entries of the log",
    Cost.SUBJECT_TAGS_PER_QUERY: "question: subject tags",
    Cost.SUBJECT_TAGS_PER_MATCHED_ROW: "matched row: subject tags",
    **{
        Cost(f"{database.lower()}_bytes_per_{unit}"): f"{database}: {figure}"
        for database in ("SQLite", "PostgreSQL")
        for unit, figure in (
            ("entry", "entry of an index"),
            ("log_entry", "entry of the log"),
            ("subject_tag", "subject tag"),
            ("checkpoint", "checkpoint"),
            ("cosignature", "cosignature"),
        )
    },
    Cost.APPEND_SECONDS_PER_LOG_ENTRY: "append to the log",
    Cost.WORKER_BYTES: "gateway: most memory",
    Cost.CONNECTOR_BYTES: "provider: most memory",
}
"""From which figure of the benchmark each cost is taken."""

_IN_BASE_UNITS: Final = {"µs": 1e-6, "MiB": 1_048_576.0, "bytes": 1.0, "": 1.0}
_SIGNIFICANT: Final = 4
_HEAD: Final = """\
# What single things cost: written by `python -m bench.keep_unit_costs` from the last kept run, never by hand.
# Seconds are those of processors. Read and checked by gateway/capacity/unit_costs.py.
"""


@click.command()
def main() -> None:
    """把上次保留的测量结果写入单位成本文件。 / Write the kept run into the file of unit costs."""
    run = kept_runs([NAME], FOLDER).get(NAME)
    if run is None:
        raise click.ClickException('先运行 / first: make bench ARGS="--only unit_costs --keep"')
    UNIT_COSTS.write_text(unit_costs_text(run), encoding="utf-8")
    click.echo(str(UNIT_COSTS), err=True)


def unit_costs_text(run: KeptRun) -> str:
    """Return the file that follows from a run.

    Raises:
        KeyError: the run lacks a figure, or one has an unknown unit.
        UnitCostError: a figure is no cost.
    """
    figures = {figure.name: figure for figure in run.results if isinstance(figure, Figure)}
    costs = {cost.value: _cost(cost, figures[FIGURES[cost]]) for cost in Cost}
    text = _HEAD + yaml.safe_dump({"runs": {NAME: _run(run)}, "costs": costs}, allow_unicode=True, sort_keys=False)
    parse_unit_costs(text.encode())
    return text


def _cost(cost: Cost, figure: Figure) -> dict[str, object]:
    value = float(f"{figure.value * _IN_BASE_UNITS[figure.unit]:.{_SIGNIFICANT}g}")
    return {"value": value, "unit": cost.unit, "measured": True, "source": NAME}


def _run(run: KeptRun) -> dict[str, object]:
    machine = run.machine
    names: Sequence[str] = (machine["processor"], f"{machine['cores']} cores", f"Python {machine['Python']}")
    return {
        "benchmark": NAME,
        "measured_on": run.measured_on,
        "machine": ", ".join(names),
        "load": f"{machine['load at start']} → {machine['load at end']}",
    }


if __name__ == "__main__":
    main()
