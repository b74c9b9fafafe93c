"""What is needed, against numbers worked out by hand from round unit costs, and rules that must hold for any plan."""

from dataclasses import astuple, fields, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.capacity.compute import compute_needs
from gateway.capacity.needs import Needs, Storage
from gateway.capacity.plan import RANGES, Plan, PlanError
from gateway.capacity.unit_costs import Cost, UnitCost, UnitCosts, load_unit_costs

GIB = 2**30


def round_costs(**changed: float) -> UnitCosts:
    """Return costs that are easily multiplied."""
    values = {
        "entries_per_record": 10,
        "sqlite_bytes_per_entry": 50,
        "postgresql_bytes_per_entry": 200,
        "connector_bytes_per_record": 1_000,
        "hashing_seconds_per_record": 0.001,
        "receiving_seconds_per_record": 0.0001,
        "activation_bytes_per_entry": 100,
        "gateway_seconds_per_query": 0.05,
        "gateway_seconds_per_matched_row": 0.002,
        "gateway_seconds_per_other_row": 0.001,
        "provider_seconds_per_query": 0.02,
        "provider_seconds_per_matched_row": 0.001,
        "provider_seconds_per_other_row": 0.002,
        "requester_seconds_per_query": 0.04,
        "requester_seconds_per_matched_row": 0.003,
        "requester_seconds_per_other_row": 0.004,
        "log_entries_per_query": 10,
        "subject_tags_per_query": 5,
        "subject_tags_per_matched_row": 3,
        "sqlite_bytes_per_log_entry": 2_000,
        "postgresql_bytes_per_log_entry": 2_500,
        "sqlite_bytes_per_subject_tag": 100,
        "postgresql_bytes_per_subject_tag": 150,
        "sqlite_bytes_per_checkpoint": 300,
        "postgresql_bytes_per_checkpoint": 400,
        "sqlite_bytes_per_cosignature": 250,
        "postgresql_bytes_per_cosignature": 350,
        "append_seconds_per_log_entry": 0.0002,
        "worker_bytes": GIB / 4,
        "connector_bytes": GIB / 8,
    }
    costs = {
        name: UnitCost(value=(values | changed)[name], unit=name.unit, measured=False, source="made up")
        for name in Cost
    }
    return UnitCosts(runs={}, costs=costs)


COSTS = round_costs()
COUNTY = Plan(
    children=60_000, agencies=8, agreements=8, queries_per_day=1_440, rows_per_query=10, matched_percent=60, cores=4
)
PROVINCE = Plan(children=16_000_000, agencies=8, agreements=8, queries_per_day=288_000)


def test_a_county_has_one_machine_and_one_file():
    needs = compute_needs(COUNTY, COSTS)
    assert (needs.machines.storage, needs.machines.gateway_machines) == (Storage.SQLITE, 1)
    assert (needs.machines.database_machines, needs.machines.connector_machines) == (0, 8)
    assert (needs.machines.gateways, needs.machines.workers, needs.machines.needs_spark) == (1, 1, False)
    assert needs.machines.connector_memory_bytes == GIB // 8


def test_an_index_is_records_by_keys_by_bytes():
    index = compute_needs(COUNTY, COSTS).index
    assert (index.records, index.entries, index.indexes, index.divisions) == (60_000, 600_000, 8, 1)
    assert (index.bytes_each, index.total_bytes) == (30_000_000, 240_000_000)
    assert index.spare_bytes == 30_000_000 + 600_000 * 36
    assert index.sent_bytes == 600_000 * 48
    assert (index.connector_bytes, index.activation_bytes) == (60_000_000, 60_000_000)


def test_an_index_holds_a_share_of_the_children():
    assert compute_needs(replace(COUNTY, indexed_percent=5), COSTS).index.records == 3_000


def test_building_takes_processor_time_by_record():
    building = compute_needs(replace(COUNTY, epochs_per_year=2), COSTS).building
    assert building.provider_core_hours == pytest.approx(60 / 3_600)
    assert building.provider_hours == pytest.approx(60 / 3_600 / (4 * 0.6))
    assert building.gateway_hours == pytest.approx(6 / 3_600)
    assert building.all_gateway_hours == pytest.approx(48 / 3_600)
    assert building.yearly_gateway_hours == pytest.approx(96 / 3_600)


def test_the_peak_is_twice_the_mean_of_the_busy_hours():
    work = compute_needs(COUNTY, COSTS).work
    assert work.rows_per_day == 14_400
    assert work.peak_queries == pytest.approx(2 * 1_440 / (8 * 3_600))  # 0.1 a second
    # A query: 50 ms, six matched rows at 2 ms, four others at 1 ms.
    assert work.gateway_cores == pytest.approx(0.1 * (0.05 + 0.012 + 0.004))
    assert work.gateway_hours == pytest.approx(1_440 * 0.066 / 3_600)
    assert work.provider_cores == pytest.approx(0.1 * (0.02 + 0.006 + 0.008) / 8)
    assert work.requester_cores == pytest.approx(0.1 * (0.04 + 0.018 + 0.016) / 8)


def test_the_log_grows_by_entries_tags_checkpoints_and_cosignatures():
    log = compute_needs(COUNTY, COSTS).log
    assert (log.entries_per_day, log.peak_entries) == (14_400, pytest.approx(1.0))
    assert log.highest_entries == pytest.approx(3_000)
    # Tags: five a query and three for each of 8,640 matched rows. A checkpoint an entry, since there are fewer of these
    # than the 28,800 busy seconds; each of eight agencies cosigns every other second.
    daily = 14_400 * 2_000 + (7_200 + 25_920) * 100 + 14_400 * 300 + 8 * 14_400 * 250
    assert log.yearly_bytes == daily * 250
    assert log.kept_bytes == 3 * log.yearly_bytes


def test_a_busy_log_has_a_checkpoint_a_second_and_no_more():
    log = compute_needs(PROVINCE, COSTS).log
    tags = 5 * 288_000 + 3 * 172_800
    daily = 2_880_000 * 2_500 + tags * 150 + 28_800 * 400 + 8 * 14_400 * 350
    assert log.yearly_bytes == daily * 250


def test_a_province_divides_what_is_activated_in_memory():
    needs = compute_needs(PROVINCE, COSTS)
    # 160 million entries at 100 bytes are 14.9 GiB: half of 64 GiB suffices; half of 16 GiB holds 8 GiB.
    assert needs.index.divisions == 1
    assert needs.machines.storage is Storage.POSTGRESQL
    divided = compute_needs(replace(PROVINCE, memory_gib=16), COSTS)
    assert (divided.index.divisions, divided.index.indexes, divided.index.records) == (2, 16, 8_000_000)
    assert divided.index.total_bytes == needs.index.total_bytes == 160_000_000 * 200 * 8


def test_an_index_has_no_more_parts_than_its_format_counts():
    needs = compute_needs(replace(PROVINCE, children=298_000_000, memory_gib=16_384), COSTS)
    assert needs.index.divisions == 3  # 2,980 million entries in parts of 10,000, of which there are 100,000 at most


def test_cores_workers_and_machines_follow_from_the_peak():
    needs = compute_needs(replace(PROVINCE, queries_per_day=2_880_000, memory_gib=256), COSTS)
    # 200 queries a second at 50 ms + 0.6 x 2 ms + 0.4 x 1 ms make 10.32 cores; at 60 % 17.2 of 16 in a machine.
    assert needs.work.gateway_cores == pytest.approx(10.32)
    assert (needs.machines.workers, needs.machines.gateway_machines, needs.machines.gateways) == (18, 2, 1)
    assert needs.machines.gateway_memory_bytes == 18 * GIB // 4 + 160_000_000 * 100


def test_more_than_one_log_can_take_asks_for_several_gateways():
    needs = compute_needs(replace(PROVINCE, queries_per_day=5_760_000), COSTS)
    assert needs.log.peak_entries == pytest.approx(4_000)
    assert needs.machines.gateways == 2
    assert needs.machines.database_machines == 2


def test_one_file_is_left_where_records_or_machines_are_too_many():
    most = replace(COUNTY, children=75_000)
    assert compute_needs(most, COSTS).machines.storage is Storage.SQLITE
    assert compute_needs(replace(most, children=75_001), COSTS).machines.storage is Storage.POSTGRESQL
    busy = replace(most, queries_per_day=2_000_000)
    assert compute_needs(busy, COSTS).machines.storage is Storage.POSTGRESQL


def test_indexes_that_fit_no_disk_are_spread_and_the_log_is_not():
    needs = compute_needs(replace(PROVINCE, disk_gib=100), COSTS)
    index_bytes = needs.index.total_bytes + needs.index.spare_bytes
    workers = -(-index_bytes // (70 * GIB))
    assert needs.machines.storage is Storage.CITUS
    assert needs.machines.database_machines == 1 + workers
    assert needs.machines.disk_bytes >= needs.log.kept_bytes / 0.7
    roomy = compute_needs(replace(PROVINCE, disk_gib=1_000), COSTS)
    assert (roomy.machines.storage, roomy.machines.database_machines) == (Storage.POSTGRESQL, 1)
    assert roomy.machines.disk_bytes > 1_000 * GIB  # the log needs more than was planned, and says so


def test_backups_are_copies_of_the_whole_database():
    needs = compute_needs(replace(COUNTY, backups=5), COSTS)
    whole = needs.index.total_bytes + needs.index.spare_bytes + needs.log.kept_bytes
    assert (needs.machines.database_bytes, needs.machines.backup_bytes) == (whole, 5 * whole)


def test_spark_links_what_does_not_fit_one_file():
    assert not compute_needs(replace(PROVINCE, children=2_000_000), COSTS).machines.needs_spark
    assert compute_needs(replace(PROVINCE, children=2_000_001), COSTS).machines.needs_spark


@pytest.mark.parametrize("name", RANGES)
def test_numbers_out_of_range_are_refused(name):
    lowest, highest = RANGES[name]
    for wrong in (lowest - 1, highest + 1):
        with pytest.raises(PlanError, match=name) as caught:
            compute_needs(replace(COUNTY, **{name: wrong}), COSTS)
        assert (caught.value.lowest, caught.value.highest) == (lowest, highest)
    for right in (lowest, highest):
        compute_needs(replace(COUNTY, **{name: right}), COSTS)


def test_every_number_of_a_plan_has_a_range():
    assert {field.name for field in fields(Plan)} == set(RANGES)


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
