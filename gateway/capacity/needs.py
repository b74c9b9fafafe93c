"""What an installation needs, as numbers: bytes, processor seconds, hours, machines."""

from dataclasses import dataclass
from enum import StrEnum


class Storage(StrEnum):
    """Where the gateway's tables are to lie."""

    SQLITE = "sqlite"
    POSTGRESQL = "postgresql"
    CITUS = "citus"


@dataclass(frozen=True, slots=True)
class IndexNeeds:
    """Indexes.

    Attributes:
        records, entries: of one index.
        divisions: agreements, each for a part of the territory, that take the place of one with too large an index.
        indexes: of all agreements, as many as these and their divisions.
        all_records: in all indexes together.
        bytes_each, total_bytes: in the gateway's database.
        spare_bytes: what the database needs beside them while the index of one agreement takes the place of another.
        sent_bytes: through the network, for one whole index.
        connector_bytes: beside the records of a provider, for one index.
        activation_bytes: memory of the gateway while one index is activated.
    """

    records: int
    entries: int
    divisions: int
    indexes: int
    all_records: int
    bytes_each: int
    total_bytes: int
    spare_bytes: int
    sent_bytes: int
    connector_bytes: int
    activation_bytes: int


@dataclass(frozen=True, slots=True)
class BuildNeeds:
    """Building indexes, in processor hours.

    Attributes:
        provider_core_hours: for one index, on one core.
        provider_hours: the same on all cores of the provider's machine, at the planned utilisation.
        gateway_hours: to receive and activate one index, on one core.
        all_gateway_hours: for all indexes, one after the other.
        yearly_gateway_hours: at every change of keys.
    """

    provider_core_hours: float
    provider_hours: float
    gateway_hours: float
    all_gateway_hours: float
    yearly_gateway_hours: float


@dataclass(frozen=True, slots=True)
class WorkNeeds:
    """The work of a day.

    Attributes:
        rows_per_day: children asked about.
        peak_queries: questions a second in the busiest minutes.
        gateway_cores, provider_cores, requester_cores: busy at the peak; those of one agency at the mean.
        gateway_hours: processor hours of the gateway in a day.
    """

    rows_per_day: int
    peak_queries: float
    gateway_hours: float
    gateway_cores: float
    provider_cores: float
    requester_cores: float


@dataclass(frozen=True, slots=True)
class LogNeeds:
    """The audit log.

    Attributes:
        entries_per_day: of the log.
        peak_entries: a second.
        highest_entries: a second that one log can take at the planned utilisation; it has one order and one writer.
        yearly_bytes: with disclosures, tags, tiles, checkpoints and cosignatures.
        kept_bytes: over all years.
    """

    entries_per_day: float
    peak_entries: float
    highest_entries: float
    yearly_bytes: int
    kept_bytes: int


@dataclass(frozen=True, slots=True)
class Machines:
    """Machines, and where the tables lie.

    Attributes:
        storage: where the tables are to lie.
        gateways: separate gateways, each with its own log, among which the territory is to be divided.
        gateway_machines: that run the gateway's processes, all gateways together.
        workers: processes of the gateway, all together.
        gateway_memory_bytes: of the workers and of one activation.
        database_machines: beside them; none with SQLite.
        connector_machines: one at each agency.
        connector_memory_bytes: of the process that serves at an agency.
        disk_bytes: of the machine that has the most of the database; more than planned where the log alone needs more.
        database_bytes: all that the database holds after `log_years`.
        backup_bytes: all copies that are kept.
        needs_spark: an agency that lawfully holds two such sets links them on Spark.
    """

    storage: Storage
    gateways: int
    gateway_machines: int
    workers: int
    gateway_memory_bytes: int
    database_machines: int
    connector_machines: int
    connector_memory_bytes: int
    disk_bytes: int
    database_bytes: int
    backup_bytes: int
    needs_spark: bool


@dataclass(frozen=True, slots=True)
class Needs:
    """All of it."""

    index: IndexNeeds
    building: BuildNeeds
    work: WorkNeeds
    log: LogNeeds
    machines: Machines
