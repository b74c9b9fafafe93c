"""How many machines, of what use: by processor, by memory, by the log's one order, and by the database's disk."""

from dataclasses import dataclass
from math import ceil

from gateway.capacity.assumptions import ACTIVATION_SHARE, DISK_FILL, SPARK_RECORDS, UTILISATION
from gateway.capacity.needs import IndexNeeds, LogNeeds, Machines, Storage, WorkNeeds
from gateway.capacity.plan import Plan
from gateway.capacity.unit_costs import Cost, UnitCosts


@dataclass(frozen=True, slots=True)
class Needed:
    """What machines follow from; `storage` is SQLite where that may suffice, else PostgreSQL."""

    storage: Storage
    index: IndexNeeds
    work: WorkNeeds
    log: LogNeeds


def count_machines(plan: Plan, costs: UnitCosts, needed: Needed) -> Machines:
    """Return the machines that this plan needs."""
    index, log = needed.index, needed.log
    gateways = max(1, ceil(log.peak_entries / log.highest_entries))
    cores = needed.work.gateway_cores / UTILISATION
    workers = max(gateways, ceil(cores))
    memory = ceil(workers * costs[Cost.WORKER_BYTES]) + gateways * _activation_bytes(plan, index)
    database_bytes = index.total_bytes + gateways * index.spare_bytes + log.kept_bytes
    storage, servers, disk = _place_database(plan, needed, gateways)
    return Machines(
        storage=storage,
        gateways=gateways,
        gateway_machines=max(gateways, ceil(cores / plan.cores), ceil(memory / plan.memory_bytes)),
        workers=workers,
        gateway_memory_bytes=memory,
        database_machines=servers,
        connector_machines=plan.agencies,
        connector_memory_bytes=ceil(costs[Cost.CONNECTOR_BYTES]),
        disk_bytes=disk,
        database_bytes=database_bytes,
        backup_bytes=database_bytes * plan.backups,
        needs_spark=index.records * index.divisions > SPARK_RECORDS,
    )


def _activation_bytes(plan: Plan, index: IndexNeeds) -> int:
    """An index that is divided is divided so that it needs no more than this share of a machine."""
    return min(index.activation_bytes * index.divisions, int(ACTIVATION_SHARE * plan.memory_bytes))


def _place_database(plan: Plan, needed: Needed, gateways: int) -> tuple[Storage, int, int]:
    """Return where the tables are to lie, the machines for that beside the gateway's, and the disk of the largest.

    Citus spreads the indexes alone: the log has one order and stays on one machine, however large.
    """
    index, log_bytes = needed.index, needed.log.kept_bytes / gateways
    index_bytes = index.total_bytes / gateways + index.spare_bytes
    disk = ceil((index_bytes + log_bytes) / DISK_FILL)
    if needed.storage is Storage.SQLITE:
        return Storage.SQLITE, 0, disk
    if index_bytes <= DISK_FILL * plan.disk_bytes:
        return Storage.POSTGRESQL, gateways, disk
    workers = ceil(index_bytes / (DISK_FILL * plan.disk_bytes))
    return Storage.CITUS, gateways * (1 + workers), max(plan.disk_bytes, ceil(log_bytes / DISK_FILL))
