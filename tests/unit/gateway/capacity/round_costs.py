"""Unit costs that are easily multiplied, and two plans."""

from gateway.capacity.plan import Plan
from gateway.capacity.unit_costs import Cost, UnitCost, UnitCosts

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
