"""The benchmark of unit costs, at toy size on real programs; and the file that follows from its kept run."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from bench import unit_costs
from bench.asking import Spent
from bench.harness import Figure
from bench.keep_unit_costs import FIGURES, NAME, UNIT_COSTS, unit_costs_text
from bench.kept_runs import FOLDER, KeptRun, kept_runs
from bench.scale import QUICK
from bench.wording import in_chinese
from gateway.capacity.unit_costs import Cost, parse_unit_costs

ROOT = Path(__file__).parents[3]
TOY = replace(QUICK, register_records=40, batch_records=10, queries=4, appends=2)
MACHINE = {
    "processor": "made up",
    "cores": "2",
    "Python": "3",
    "load at start": "0.1 0.2 0.3",
    "load at end": "0.4 0.5 0.6",
}


def made_up(*figures: Figure) -> KeptRun:
    given = {figure.name: figure for figure in figures}
    units = {"seconds": "µs", "bytes": "bytes", "entries": ""}
    results = [given.get(name, Figure(name, 2.0, units[cost.unit])) for cost, name in FIGURES.items()]
    return KeptRun(date(2026, 1, 2), False, MACHINE, results)


def test_every_cost_is_measured_on_real_programs():
    figures = {figure.name: figure for figure in unit_costs.run(TOY, lambda _: None)}
    assert {name for name in FIGURES.values() if name not in figures} == set()
    assert all(figure.value >= 0 for figure in figures.values())
    assert all(in_chinese(name) for name in figures)
    for cost in (Cost.ENTRIES_PER_RECORD, Cost.HASHING_SECONDS_PER_RECORD, Cost.LOG_ENTRIES_PER_QUERY):
        assert figures[FIGURES[cost]].value > 0
    for unit in ("entry", "log_entry", "subject_tag", "checkpoint", "cosignature"):
        for database in ("sqlite", "postgresql"):
            assert 30 < figures[FIGURES[Cost(f"{database}_bytes_per_{unit}")]].value < 10_000
    # The log's entries: two for an evaluation, a part, its judgement, an exchange, the receipts.
    assert figures["question: entries of the log"].value >= 8


def test_the_file_of_unit_costs_follows_from_the_kept_run():
    run = kept_runs([NAME], ROOT / FOLDER)[NAME]
    assert (ROOT / UNIT_COSTS).read_text(encoding="utf-8") == unit_costs_text(run)


def test_every_cost_has_a_figure_of_its_own():
    assert set(FIGURES) == set(Cost)
    assert len(set(FIGURES.values())) == len(FIGURES)


def test_figures_are_written_in_base_units_with_four_digits():
    hashing, memory = FIGURES[Cost.HASHING_SECONDS_PER_RECORD], FIGURES[Cost.WORKER_BYTES]
    text = unit_costs_text(made_up(Figure(hashing, 1_234.56, "µs"), Figure(memory, 1.5, "MiB")))
    costs = parse_unit_costs(text.encode())
    assert costs[Cost.HASHING_SECONDS_PER_RECORD] == 0.001235
    assert costs[Cost.WORKER_BYTES] == 1_573_000
    assert costs.runs[NAME].load == "0.1 0.2 0.3 → 0.4 0.5 0.6"


def test_a_run_that_lacks_a_figure_makes_no_file():
    run = made_up()
    with pytest.raises(KeyError):
        unit_costs_text(replace(run, results=run.results[1:]))


def test_what_a_row_and_a_question_cost_is_told_apart():
    single, whole = Spent({"gateway": 12.0, "log": 10.0}), Spent({"gateway": 30.0, "log": 10.0})
    row = whole.per_row_beyond(single, 10)
    assert row == Spent({"gateway": 2.0, "log": 0.0})
    assert single.without(row) == Spent({"gateway": 10.0, "log": 10.0})
    assert single.at_least(whole) == whole
    assert single.at_most(whole) == single


def test_noise_never_makes_a_cost_negative():
    quick = Spent({"gateway": 1.0}).per_row_beyond(Spent({"gateway": 2.0}), 5)
    assert quick == Spent({"gateway": 0.0})
