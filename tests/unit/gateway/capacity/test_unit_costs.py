"""The file of unit costs: the bundled one is whole and measured; bad ones are refused with the place of the fault."""

from datetime import timedelta
from importlib.resources import files

import pytest

from connectors.sources import csv_file, parquet_file
from gateway.capacity import assumptions
from gateway.capacity.unit_costs import Cost, UnitCostError, load_unit_costs, parse_unit_costs
from gateway.jobs import schedule

GOOD = files("gateway.capacity").joinpath("unit_costs.yaml").read_text(encoding="utf-8")
ENTRIES = "  entries_per_record:\n    value: "
RUN = "    source: unit_costs\n"


def value_of(text: str) -> str:
    return text.partition(ENTRIES)[2].partition("\n")[0]


def test_the_bundled_costs_are_all_measured_and_none_is_free_of_charge():
    costs = load_unit_costs()
    assert set(costs.costs) == set(Cost)
    assert all(cost.measured for cost in costs.costs.values())
    for name in ("entries_per_record", "hashing_seconds_per_record", "gateway_seconds_per_query", "worker_bytes"):
        assert costs[Cost(name)] > 0
    assert costs[Cost.APPEND_SECONDS_PER_LOG_ENTRY] > 0  # what the log can take is divided by it


def test_the_unit_is_in_the_name():
    assert {cost.unit for cost in Cost} == {"seconds", "bytes", "entries"}
    assert Cost.SQLITE_BYTES_PER_LOG_ENTRY.unit == "bytes"
    assert Cost.HASHING_SECONDS_PER_RECORD.unit == "seconds"
    assert Cost.LOG_ENTRIES_PER_QUERY.unit == "entries"


MUSEUM = {
    "no_yaml": ("runs: [", "Error"),
    "not_text": ("runs: \udcff", "Error"),
    "not_a_mapping": ("- 1", "valid dictionary"),
    "unknown_member": (GOOD + "more: 1\n", "more"),
    "without_a_cost": (GOOD.replace("  worker_bytes:\n", "  connector_bytes_of_old:\n"), "connector_bytes_of_old"),
    "cost_left_out": (GOOD.partition("  connector_bytes:\n")[0], "connector_bytes"),
    "negative": (GOOD.replace(ENTRIES + value_of(GOOD), ENTRIES + "-1"), "entries_per_record.value"),
    "not_a_number": (GOOD.replace(ENTRIES + value_of(GOOD), ENTRIES + ".nan"), "entries_per_record.value"),
    "endless": (GOOD.replace(ENTRIES + value_of(GOOD), ENTRIES + ".inf"), "entries_per_record.value"),
    "absurd": (GOOD.replace(ENTRIES + value_of(GOOD), ENTRIES + "1.0e+13"), "entries_per_record.value"),
    "number_as_text": (GOOD.replace(ENTRIES + value_of(GOOD), ENTRIES + "'13'"), "entries_per_record.value"),
    "another_unit": (GOOD.replace("unit: entries", "unit: seconds", 1), "entries_per_record is counted in entries"),
    "unknown_unit": (GOOD.replace("unit: entries", "unit: hours", 1), "entries_per_record.unit"),
    "without_its_run": (GOOD.replace(RUN, "    source: a_rumour\n", 1), "comes from a run that is not there"),
    "without_a_source": (GOOD.replace(RUN, "    source: ''\n", 1), "entries_per_record.source"),
    "measured_or_not": (GOOD.replace("measured: true", "measured: perhaps", 1), "entries_per_record.measured"),
    "no_day": (GOOD.replace("measured_on: 2", "measured_on: soon 2", 1), "measured_on"),
    "no_machine": (GOOD.replace("    machine: ", "    machine: ''\n    # ", 1), "machine"),
}


@pytest.mark.parametrize("reason", MUSEUM)
def test_bad_files_are_refused(reason):
    text, place = MUSEUM[reason]
    assert text != GOOD
    with pytest.raises(UnitCostError, match=place):
        parse_unit_costs(text.encode("utf-8", "surrogateescape"))


def test_a_cost_that_was_not_measured_names_a_page_instead():
    text = GOOD.replace("measured: true\n" + RUN, "measured: false\n    source: docs/explanation/capacity.md\n", 1)
    costs = parse_unit_costs(text.encode())
    assert not costs.costs[Cost.ENTRIES_PER_RECORD].measured


def test_what_is_assumed_of_the_program_is_so():
    assert assumptions.SECONDS_BETWEEN_CHECKPOINTS == schedule.CHECKPOINT_SECONDS
    assert assumptions.SECONDS_BETWEEN_COSIGNATURES == schedule.WITNESS_SECONDS
    assert assumptions.SPARK_RECORDS == parquet_file.MAX_ROWS == csv_file.MAX_ROWS
    assert timedelta(days=365) > timedelta(days=assumptions.WORKING_DAYS_A_YEAR)
