"""What is needed, against numbers worked out by hand from round unit costs."""

from dataclasses import fields, replace

import pytest

from gateway.capacity.compute import compute_needs
from gateway.capacity.needs import Storage
from gateway.capacity.plan import RANGES, Plan, PlanError
from tests.unit.gateway.capacity.round_costs import COSTS, COUNTY, GIB, PROVINCE


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
