"""Rules that must hold for what any plan needs."""

from dataclasses import astuple, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.capacity.compute import compute_needs
from gateway.capacity.needs import Needs, Storage
from gateway.capacity.plan import RANGES, Plan
from gateway.capacity.unit_costs import load_unit_costs
from tests.unit.gateway.capacity.round_costs import COSTS

PLANS = st.builds(Plan, **{name: st.integers(lowest, highest) for name, (lowest, highest) in RANGES.items()})
GROWING = ("children", "agreements", "queries_per_day", "rows_per_query", "indexed_percent", "log_years")
ORDINARY = st.builds(
    Plan,
    children=st.integers(1_000, 20_000_000),
    agencies=st.integers(2, 50),
    agreements=st.integers(1, 100),
    queries_per_day=st.integers(0, 10_000_000),
    rows_per_query=st.integers(1, 100),
    memory_gib=st.integers(1, 512),
    cores=st.integers(1, 64),
    disk_gib=st.integers(100, 16_000),
)


@settings(max_examples=200, deadline=None)
@given(PLANS)
def test_nothing_is_negative_and_something_is_always_needed(plan):
    needs = compute_needs(plan, load_unit_costs())
    numbers = [number for part in astuple(needs) for number in part if not isinstance(number, str)]
    assert min(numbers) >= 0
    assert min(needs.machines.gateways, needs.machines.gateway_machines, needs.machines.workers) >= 1
    assert needs.machines.gateway_machines >= needs.machines.gateways
    assert needs.index.records * needs.index.divisions >= plan.children * plan.indexed_percent / 100


@settings(max_examples=300, deadline=None)
@given(
    plan=PLANS | ORDINARY,
    name=st.sampled_from(GROWING),
    more=st.integers(1, 1_000_000),
)
def test_more_to_do_never_needs_less(plan, name, more):
    larger = replace(plan, **{name: min(RANGES[name][1], getattr(plan, name) + more)})
    before, after = (sizes(compute_needs(one, load_unit_costs())) for one in (plan, larger))
    assert all(mine <= theirs for mine, theirs in zip(before, after, strict=True)), (before, after)


def sizes(needs: Needs) -> tuple[float, ...]:
    """Return what must not shrink when there is more to do."""
    machines = needs.machines
    order = list(Storage).index(machines.storage)
    servers = machines.gateways + machines.gateway_machines + machines.database_machines + machines.connector_machines
    return (
        servers,
        machines.workers,
        machines.gateway_memory_bytes,
        machines.database_bytes,
        machines.backup_bytes,
        order,
        needs.index.total_bytes,
        needs.index.indexes,
        needs.building.all_gateway_hours,
        needs.work.gateway_cores,
        needs.log.kept_bytes,
    )


@settings(max_examples=100, deadline=None)
@given(ORDINARY)
def test_twice_the_queries_are_twice_the_work_and_the_entries(plan):
    twice = replace(plan, queries_per_day=2 * plan.queries_per_day)
    once, doubled = (compute_needs(one, COSTS) for one in (plan, twice))
    assert doubled.work.gateway_cores == pytest.approx(2 * once.work.gateway_cores)
    assert doubled.log.entries_per_day == pytest.approx(2 * once.log.entries_per_day)
    assert doubled.index.records == once.index.records


@settings(max_examples=100, deadline=None)
@given(ORDINARY)
def test_larger_machines_are_never_more_machines(plan):
    larger = replace(plan, cores=2 * plan.cores, memory_gib=2 * plan.memory_gib, disk_gib=2 * plan.disk_gib)
    once, doubled = (compute_needs(one, COSTS).machines for one in (plan, larger))
    assert doubled.gateway_machines <= once.gateway_machines
    assert doubled.database_machines <= max(once.database_machines, doubled.gateways)
