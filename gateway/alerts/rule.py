"""An alert rule: a YAML file of `rules/`, validated when it is loaded."""

from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from gateway.alerts.facts import Severity
from schemas.own_yaml import parse_own_yaml


class Unit(StrEnum):
    """What a parameter counts."""

    RECORDS = "records"
    REQUESTS = "requests"
    ENTRIES = "entries"
    OFFICERS = "officers"
    PERCENT = "percent"
    TIMES = "times"
    HOUR_OF_DAY = "hour_of_day"
    SECONDS = "seconds"
    MINUTES = "minutes"
    HOURS = "hours"
    DAYS = "days"


class RuleKind(StrEnum):
    """How a rule is evaluated."""

    LOW_HIT_RATE = "low_hit_rate"
    CASE_MISSING = "case_missing"
    INSIDE_AGENCY = "inside_agency"
    BUSIER_THAN_PEERS = "busier_than_peers"
    OUTSIDE_OFFICE_HOURS = "outside_office_hours"
    OUTSIDE_OWN_HOURS = "outside_own_hours"
    EMERGENCY_ACCESS = "emergency_access"
    ORPHAN_INTENT = "orphan_intent"
    LATE_WITNESS = "late_witness"
    CHANGED_AND_BACK = "changed_and_back"
    LARGE_EXPORT = "large_export"
    CLOCK_SKEW = "clock_skew"
    LOCKED_OUT = "locked_out"
    RARE_PURPOSE = "rare_purpose"
    VERIFICATION_FAILED = "verification_failed"
    ITEM_OVERDUE = "item_overdue"
    REVIEW_OVERDUE = "review_overdue"
    OFFICER_HIT_RATE = "officer_hit_rate"
    OFFICER_SUSPENDED = "officer_suspended"
    OFFICER_BUDGET = "officer_budget"


UNITS: Final[Mapping[RuleKind, Mapping[str, Unit]]] = MappingProxyType(
    {
        RuleKind.LOW_HIT_RATE: {"asked_at_least": Unit.RECORDS, "matched_below": Unit.PERCENT},
        RuleKind.CASE_MISSING: {},
        RuleKind.INSIDE_AGENCY: {},
        RuleKind.BUSIER_THAN_PEERS: {
            "median": Unit.TIMES,
            "requests_at_least": Unit.REQUESTS,
            "peers_at_least": Unit.OFFICERS,
        },
        RuleKind.OUTSIDE_OFFICE_HOURS: {"from_hour": Unit.HOUR_OF_DAY, "until_hour": Unit.HOUR_OF_DAY},
        RuleKind.OUTSIDE_OWN_HOURS: {
            "known_for": Unit.DAYS,
            "requests_at_least": Unit.REQUESTS,
            "usual_above": Unit.PERCENT,
        },
        RuleKind.EMERGENCY_ACCESS: {},
        RuleKind.ORPHAN_INTENT: {"unanswered_for": Unit.MINUTES},
        RuleKind.LATE_WITNESS: {"silent_for": Unit.HOURS},
        RuleKind.CHANGED_AND_BACK: {"back_within": Unit.DAYS},
        RuleKind.LARGE_EXPORT: {"info_from": Unit.RECORDS, "warning_from": Unit.RECORDS, "serious_from": Unit.RECORDS},
        RuleKind.CLOCK_SKEW: {"differs_by": Unit.SECONDS, "expired_requests": Unit.ENTRIES},
        RuleKind.LOCKED_OUT: {"lockouts_at_least": Unit.ENTRIES},
        RuleKind.RARE_PURPOSE: {
            "known_for": Unit.DAYS,
            "requests_at_least": Unit.REQUESTS,
            "share_below": Unit.PERCENT,
        },
        RuleKind.VERIFICATION_FAILED: {},
        RuleKind.ITEM_OVERDUE: {},
        RuleKind.REVIEW_OVERDUE: {},
        RuleKind.OFFICER_HIT_RATE: {
            "judged_after": Unit.MINUTES,
            "asked_at_least": Unit.RECORDS,
            "matched_below": Unit.PERCENT,
            "peers_asked_at_least": Unit.RECORDS,
            "share_of_peers_below": Unit.PERCENT,
        },
        RuleKind.OFFICER_SUSPENDED: {},
        RuleKind.OFFICER_BUDGET: {},
    }
)
"""The parameters of each kind; a rule states all of them and no other."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Sentence(_Part):
    """Wording in Chinese and in English."""

    zh: Annotated[str, Field(min_length=2, max_length=600)]
    en: Annotated[str, Field(min_length=2, max_length=900)]


class Parameter(_Part):
    """A number with its unit."""

    value: Annotated[int, Field(ge=0, le=1_000_000)]
    unit: Unit


class Rule(_Part):
    """One rule. `scope` says whose conduct it is about; `evaluated` where it can be: names exist in agencies only."""

    code: Annotated[str, Field(pattern=r"^[a-z][a-z-]{2,39}$")]
    kind: RuleKind
    severity: Severity
    scope: Literal["agency", "gateway"]
    evaluated: Literal["gateway", "agency"]
    title: Sentence
    meaning: Sentence
    action: Sentence
    window: Parameter
    parameters: dict[str, Parameter]

    @model_validator(mode="after")
    def _sound(self) -> "Rule":
        if {name: parameter.unit for name, parameter in self.parameters.items()} != dict(UNITS[self.kind]):
            raise ValueError(f"{self.code}: parameters or units are not those of {self.kind}")
        if self.window.unit is not Unit.HOURS or not self.window.value:
            raise ValueError(f"{self.code}: the window is a number of hours")
        if (self.kind is RuleKind.INSIDE_AGENCY) != (self.evaluated == "agency"):
            raise ValueError(f"{self.code}: only what is evaluated in an agency is of the kind inside_agency")
        return self

    def number(self, name: str) -> int:
        """Return the value of a parameter of the rule's kind."""
        return self.parameters[name].value


@cache
def load_rules() -> Mapping[str, Rule]:
    """Return all rules by code.

    Raises:
        pydantic.ValidationError: a file is malformed.
        ValueError: a file's name is not its rule's code.
    """
    found = sorted(files("gateway.alerts").joinpath("rules").iterdir(), key=lambda file: file.name)
    rules = {}
    for file in found:
        rule = Rule.model_validate(parse_own_yaml(file.read_bytes()))
        if file.name != f"{rule.code}.yaml":
            raise ValueError(f"{file.name} describes {rule.code}")
        rules[rule.code] = rule
    return MappingProxyType(rules)
