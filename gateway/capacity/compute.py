"""From a plan and unit costs to what is needed; see `needs.py` for what each number means."""

from math import ceil
from typing import Final

from gateway.capacity.assumptions import (
    ACTIVATION_SHARE,
    MEASURED_RECORDS,
    PEAK_FACTOR,
    SECONDS_BETWEEN_CHECKPOINTS,
    SECONDS_BETWEEN_COSIGNATURES,
    UTILISATION,
    WORKING_DAYS_A_YEAR,
)
from gateway.capacity.machines import Needed, count_machines
from gateway.capacity.needs import BuildNeeds, IndexNeeds, LogNeeds, Needs, Storage, WorkNeeds
from gateway.capacity.plan import MAX_PERCENT, Plan, require_sensible
from gateway.capacity.unit_costs import Cost, UnitCosts
from schemas.formats import ENTRY_BYTES
from schemas.messages.index import MAX_PART_ENTRIES, MAX_PARTS

_HOUR: Final = 3_600
_BASE64_GROWTH: Final = 4 / 3
_PARTIES: Final = ("gateway", "provider", "requester")


def compute_needs(plan: Plan, costs: UnitCosts) -> Needs:
    """Return what the plan needs.

    Raises:
        PlanError: a number of the plan is out of range.
    """
    require_sensible(plan)
    needs = _needs(plan, costs, Storage.SQLITE)
    if needs.index.all_records <= MEASURED_RECORDS and needs.machines.gateway_machines == 1:
        return needs
    return _needs(plan, costs, Storage.POSTGRESQL)


def _needs(plan: Plan, costs: UnitCosts, storage: Storage) -> Needs:
    index = _index_needs(plan, costs, storage)
    work = _work_needs(plan, costs)
    log = _log_needs(plan, costs, work, storage)
    machines = count_machines(plan, costs, Needed(storage, index, work, log))
    return Needs(index, _build_needs(plan, costs, index), work, log, machines)


def _index_needs(plan: Plan, costs: UnitCosts, storage: Storage) -> IndexNeeds:
    records = ceil(plan.children * plan.indexed_percent / MAX_PERCENT)
    divisions = _divisions(plan, costs, records)
    each = ceil(records / divisions)
    entries, all_entries = (ceil(count * costs[Cost.ENTRIES_PER_RECORD]) for count in (each, records))
    stored = _stored(costs, storage, "entry")
    return IndexNeeds(
        records=each,
        entries=entries,
        divisions=divisions,
        indexes=plan.agreements * divisions,
        all_records=records * plan.agreements,
        bytes_each=ceil(entries * stored),
        total_bytes=ceil(all_entries * stored) * plan.agreements,
        spare_bytes=ceil(all_entries * (stored + ENTRY_BYTES)),
        sent_bytes=ceil(entries * ENTRY_BYTES * _BASE64_GROWTH),
        connector_bytes=ceil(each * costs[Cost.CONNECTOR_BYTES_PER_RECORD]),
        activation_bytes=ceil(entries * costs[Cost.ACTIVATION_BYTES_PER_ENTRY]),
    )


def _divisions(plan: Plan, costs: UnitCosts, records: int) -> int:
    """Return into how many an index is divided: it has a largest number of parts, and is activated in memory."""
    entries = records * costs[Cost.ENTRIES_PER_RECORD]
    memory = entries * costs[Cost.ACTIVATION_BYTES_PER_ENTRY]
    by_parts = entries / (MAX_PARTS * MAX_PART_ENTRIES)
    by_memory = memory / (ACTIVATION_SHARE * plan.memory_bytes)
    return max(1, ceil(by_parts), ceil(by_memory))


def _build_needs(plan: Plan, costs: UnitCosts, index: IndexNeeds) -> BuildNeeds:
    hashing = index.records * costs[Cost.HASHING_SECONDS_PER_RECORD] / _HOUR
    receiving = index.records * costs[Cost.RECEIVING_SECONDS_PER_RECORD] / _HOUR
    everything = index.all_records * costs[Cost.RECEIVING_SECONDS_PER_RECORD] / _HOUR
    return BuildNeeds(
        provider_core_hours=hashing,
        provider_hours=hashing / (plan.cores * UTILISATION),
        gateway_hours=receiving,
        all_gateway_hours=everything,
        yearly_gateway_hours=everything * plan.epochs_per_year,
    )


def _work_needs(plan: Plan, costs: UnitCosts) -> WorkNeeds:
    peak = PEAK_FACTOR * plan.queries_per_day / (plan.busy_hours * _HOUR)
    gateway, provider, requester = (_seconds_per_query(plan, costs, who) for who in _PARTIES)
    return WorkNeeds(
        rows_per_day=plan.queries_per_day * plan.rows_per_query,
        peak_queries=peak,
        gateway_hours=plan.queries_per_day * gateway / _HOUR,
        gateway_cores=peak * gateway,
        provider_cores=peak * provider / plan.agencies,
        requester_cores=peak * requester / plan.agencies,
    )


def _seconds_per_query(plan: Plan, costs: UnitCosts, who: str) -> float:
    matched = plan.rows_per_query * plan.matched_percent / MAX_PERCENT
    query, matched_row, other_row = (
        costs[Cost(f"{who}_seconds_per_{what}")] for what in ("query", "matched_row", "other_row")
    )
    return query + matched * matched_row + (plan.rows_per_query - matched) * other_row


def _log_needs(plan: Plan, costs: UnitCosts, work: WorkNeeds, storage: Storage) -> LogNeeds:
    per_query = costs[Cost.LOG_ENTRIES_PER_QUERY]
    entries = plan.queries_per_day * per_query
    matched = work.rows_per_day * plan.matched_percent / MAX_PERCENT
    tags = (
        plan.queries_per_day * costs[Cost.SUBJECT_TAGS_PER_QUERY] + matched * costs[Cost.SUBJECT_TAGS_PER_MATCHED_ROW]
    )
    busy_seconds = plan.busy_hours * _HOUR
    checkpoints = min(entries, busy_seconds / SECONDS_BETWEEN_CHECKPOINTS)
    cosignatures = plan.agencies * min(entries, busy_seconds / SECONDS_BETWEEN_COSIGNATURES)
    counted = {"log_entry": entries, "subject_tag": tags, "checkpoint": checkpoints, "cosignature": cosignatures}
    daily_bytes = sum(number * _stored(costs, storage, unit) for unit, number in counted.items())
    yearly_bytes = ceil(daily_bytes * WORKING_DAYS_A_YEAR)
    return LogNeeds(
        entries_per_day=entries,
        peak_entries=work.peak_queries * per_query,
        highest_entries=UTILISATION / costs[Cost.APPEND_SECONDS_PER_LOG_ENTRY],
        yearly_bytes=yearly_bytes,
        kept_bytes=yearly_bytes * plan.log_years,
    )


def _stored(costs: UnitCosts, storage: Storage, unit: str) -> float:
    name = Storage.SQLITE if storage is Storage.SQLITE else Storage.POSTGRESQL
    return costs[Cost(f"{name.value}_bytes_per_{unit}")]
