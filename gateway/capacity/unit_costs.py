"""What single things cost (`unit_costs.yaml`), checked as it is read: each there, in its unit, with its source."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Annotated, Any, Final, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from schemas.own_yaml import parse_own_yaml

MAX_UNIT_COST: Final = 1e12


class Cost(StrEnum):
    """A thing that costs; the unit is in the name, and entries are counted where it names none."""

    ENTRIES_PER_RECORD = "entries_per_record"
    SQLITE_BYTES_PER_ENTRY = "sqlite_bytes_per_entry"
    POSTGRESQL_BYTES_PER_ENTRY = "postgresql_bytes_per_entry"
    CONNECTOR_BYTES_PER_RECORD = "connector_bytes_per_record"
    HASHING_SECONDS_PER_RECORD = "hashing_seconds_per_record"
    RECEIVING_SECONDS_PER_RECORD = "receiving_seconds_per_record"
    ACTIVATION_BYTES_PER_ENTRY = "activation_bytes_per_entry"
    GATEWAY_SECONDS_PER_QUERY = "gateway_seconds_per_query"
    GATEWAY_SECONDS_PER_MATCHED_ROW = "gateway_seconds_per_matched_row"
    GATEWAY_SECONDS_PER_OTHER_ROW = "gateway_seconds_per_other_row"
    PROVIDER_SECONDS_PER_QUERY = "provider_seconds_per_query"
    PROVIDER_SECONDS_PER_MATCHED_ROW = "provider_seconds_per_matched_row"
    PROVIDER_SECONDS_PER_OTHER_ROW = "provider_seconds_per_other_row"
    REQUESTER_SECONDS_PER_QUERY = "requester_seconds_per_query"
    REQUESTER_SECONDS_PER_MATCHED_ROW = "requester_seconds_per_matched_row"
    REQUESTER_SECONDS_PER_OTHER_ROW = "requester_seconds_per_other_row"
    LOG_ENTRIES_PER_QUERY = "log_entries_per_query"
    SUBJECT_TAGS_PER_QUERY = "subject_tags_per_query"
    SUBJECT_TAGS_PER_MATCHED_ROW = "subject_tags_per_matched_row"
    SQLITE_BYTES_PER_LOG_ENTRY = "sqlite_bytes_per_log_entry"
    POSTGRESQL_BYTES_PER_LOG_ENTRY = "postgresql_bytes_per_log_entry"
    SQLITE_BYTES_PER_SUBJECT_TAG = "sqlite_bytes_per_subject_tag"
    POSTGRESQL_BYTES_PER_SUBJECT_TAG = "postgresql_bytes_per_subject_tag"
    SQLITE_BYTES_PER_CHECKPOINT = "sqlite_bytes_per_checkpoint"
    POSTGRESQL_BYTES_PER_CHECKPOINT = "postgresql_bytes_per_checkpoint"
    SQLITE_BYTES_PER_COSIGNATURE = "sqlite_bytes_per_cosignature"
    POSTGRESQL_BYTES_PER_COSIGNATURE = "postgresql_bytes_per_cosignature"
    APPEND_SECONDS_PER_LOG_ENTRY = "append_seconds_per_log_entry"
    WORKER_BYTES = "worker_bytes"
    CONNECTOR_BYTES = "connector_bytes"

    @property
    def unit(self) -> str:
        """The unit in which it is counted."""
        return next((unit for unit in ("seconds", "bytes") if unit in self.value.split("_")), "entries")


class UnitCostError(ValueError):
    """The file of unit costs is wrong; the message names the place."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Run(_Strict):
    """One run of a benchmark: when, on what machine, and the load that it had, at the start and at the end."""

    benchmark: Annotated[str, Field(pattern=r"^[a-z_]{1,40}$")]
    measured_on: date
    machine: Annotated[str, Field(min_length=1, max_length=200)]
    load: Annotated[str, Field(min_length=1, max_length=100)]


class UnitCost(_Strict):
    """What one thing costs, and where the figure comes from.

    Attributes:
        source: the name of a run where it was measured; else a page that gives the reason.
    """

    value: Annotated[float, Field(strict=True, ge=0, le=MAX_UNIT_COST)]
    unit: Literal["seconds", "bytes", "entries"]
    measured: Annotated[bool, Field(strict=True)]
    source: Annotated[str, Field(min_length=1, max_length=200)]


class UnitCosts(_Strict):
    """All of them."""

    runs: Mapping[str, Run]
    costs: Mapping[Cost, UnitCost]

    @model_validator(mode="after")
    def _require_whole(self) -> Self:
        missing = [name.value for name in Cost if name not in self.costs]
        if missing:
            raise ValueError(f"without {missing[0]}")
        for name, cost in self.costs.items():
            if cost.unit != name.unit:
                raise ValueError(f"{name.value} is counted in {name.unit}")
            if cost.measured and cost.source not in self.runs:
                raise ValueError(f"{name.value} comes from a run that is not there")
        return self

    def __getitem__(self, name: Cost) -> float:
        """Return what it costs, in the unit of its name."""
        return self.costs[name].value


def parse_unit_costs(text: bytes) -> UnitCosts:
    """Return what a file of unit costs says.

    Raises:
        UnitCostError: a cost is missing, unknown, negative, in another unit, or without its run.
    """
    try:
        content: Any = parse_own_yaml(text)
        return UnitCosts.model_validate(content)
    except ValidationError as error:
        found = error.errors(include_url=False)[0]
        raise UnitCostError(f"{'.'.join(map(str, found['loc']))}: {found['msg']}") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise UnitCostError(type(error).__name__) from None


@cache
def load_unit_costs() -> UnitCosts:
    """Return the unit costs of the package; raises UnitCostError."""
    return parse_unit_costs(files("gateway.capacity").joinpath("unit_costs.yaml").read_bytes())

