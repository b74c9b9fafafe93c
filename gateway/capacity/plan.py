"""What is planned: children, agencies, queries, and what machines are like. Numbers out of range are refused."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import Final

from schemas.agreement import MAX_BATCH_RECORDS

MAX_CHILDREN: Final = 400_000_000
MIN_AGENCIES: Final = 2
MAX_AGENCIES: Final = 10_000
MAX_AGREEMENTS: Final = 100_000
MAX_QUERIES_PER_DAY: Final = 100_000_000
MAX_EPOCHS_PER_YEAR: Final = 12
MAX_LOG_YEARS: Final = 100
MAX_BUSY_HOURS: Final = 24
MAX_CORES: Final = 512
MAX_MEMORY_GIB: Final = 16_384
MAX_DISK_GIB: Final = 1_000_000
MAX_BACKUPS: Final = 1_000
MAX_PERCENT: Final = 100

_GIB: Final = 2**30


@dataclass(frozen=True, slots=True)
class Plan:
    """An installation that is planned.

    Attributes:
        children: minors of the territory, of whom providers hold records.
        agencies: that exchange through the gateway, each with a connector of its own.
        agreements: active at the same time; each has an index of its own.
        indexed_percent: share of the children whose record is in an index, at the mean.
        queries_per_day: questions of a working day, of all agencies together.
        rows_per_query: children asked about in one question.
        matched_percent: share of these who are found and whose answers are then exchanged.
        epochs_per_year: how often keys change, and with them all indexes.
        log_years: how long the log is kept whole.
        busy_hours: hours of the day in which the queries come.
        cores, memory_gib, disk_gib: of one machine.
        backups: copies of the database that are kept.
    """

    children: int
    agencies: int
    agreements: int
    queries_per_day: int
    indexed_percent: int = 100
    rows_per_query: int = 1
    matched_percent: int = 60
    epochs_per_year: int = 1
    log_years: int = 3
    busy_hours: int = 8
    cores: int = 16
    memory_gib: int = 64
    disk_gib: int = 4_000
    backups: int = 7

    @property
    def memory_bytes(self) -> int:
        """Memory of one machine."""
        return self.memory_gib * _GIB

    @property
    def disk_bytes(self) -> int:
        """Disk of one machine."""
        return self.disk_gib * _GIB


RANGES: Final[Mapping[str, tuple[int, int]]] = MappingProxyType(
    {
        "children": (1, MAX_CHILDREN),
        "agencies": (MIN_AGENCIES, MAX_AGENCIES),
        "agreements": (1, MAX_AGREEMENTS),
        "queries_per_day": (0, MAX_QUERIES_PER_DAY),
        "indexed_percent": (1, MAX_PERCENT),
        "rows_per_query": (1, MAX_BATCH_RECORDS),
        "matched_percent": (0, MAX_PERCENT),
        "epochs_per_year": (0, MAX_EPOCHS_PER_YEAR),
        "log_years": (1, MAX_LOG_YEARS),
        "busy_hours": (1, MAX_BUSY_HOURS),
        "cores": (1, MAX_CORES),
        "memory_gib": (1, MAX_MEMORY_GIB),
        "disk_gib": (1, MAX_DISK_GIB),
        "backups": (0, MAX_BACKUPS),
    }
)
"""The least and the largest that each number of a plan may be."""


class PlanError(ValueError):
    """A number of the plan is out of its range: which one, and the range."""

    def __init__(self, name: str, lowest: int, highest: int) -> None:
        self.name, self.lowest, self.highest = name, lowest, highest
        super().__init__(f"{name} must lie between {lowest} and {highest}")


def require_sensible(plan: Plan) -> None:
    """Refuse numbers out of range, the first one that is; raises PlanError."""
    for field in fields(plan):
        lowest, highest = RANGES[field.name]
        if not lowest <= getattr(plan, field.name) <= highest:
            raise PlanError(field.name, lowest, highest)
