"""Which function evaluates which kind of rule, and what it has to be given."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from gateway.alerts.administration import find_changes_back, find_large_exports, find_lockouts
from gateway.alerts.agreements import find_overdue_reviews
from gateway.alerts.facts import REQUESTS, Finding, Material
from gateway.alerts.integrity import find_clock_skew, find_failed_verifications, find_late_witnesses, find_orphans
from gateway.alerts.items import find_overdue_items
from gateway.alerts.officers import (
    find_busy_officers,
    find_exceeded_budgets,
    find_office_hours,
    find_officer_hit_rates,
    find_own_hours,
    find_suspended_officers,
)
from gateway.alerts.requests import (
    find_emergency_access,
    find_low_hit_rates,
    find_missing_cases,
    find_rare_purposes,
)
from gateway.alerts.rule import Rule, RuleKind
from gateway.log.event_names import EventType

Evaluator = Callable[[Rule, Material], list[Finding]]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """How a kind is evaluated: on entries of `types`, with the earlier ones of the same day where `same_day` is set.

    `earlier_days` names the parameter that says how many days further back it looks, `waits` the one with the minutes
    after which an entry may be looked at. `with_officer` and `with_body` are true where tags of officers, or members
    that no column holds, are needed.
    """

    find: Evaluator
    types: frozenset[EventType]
    same_day: bool = False
    earlier_days: str | None = None
    waits: str | None = None
    with_officer: bool = False
    with_personal: bool = False
    with_body: bool = False


_INTENTS: Final = REQUESTS | {EventType.FIELD_RECEIPT, EventType.STATISTICS_QUERY}
_ASKED: Final = REQUESTS | {EventType.REFUSAL}
_CHANGES: Final = frozenset(
    {
        EventType.AGREEMENT_ACTIVATE,
        EventType.AGREEMENT_SUSPEND,
        EventType.AGREEMENT_REVOKE,
        EventType.LOG_WITNESS,
    }
)

EVALUATIONS: Final[Mapping[RuleKind, Evaluation]] = MappingProxyType(
    {
        RuleKind.LOW_HIT_RATE: Evaluation(find_low_hit_rates, frozenset({EventType.MATCH_RESULT})),
        RuleKind.CASE_MISSING: Evaluation(find_missing_cases, _ASKED, with_personal=True),
        RuleKind.BUSIER_THAN_PEERS: Evaluation(find_busy_officers, REQUESTS, with_officer=True),
        RuleKind.OUTSIDE_OFFICE_HOURS: Evaluation(find_office_hours, REQUESTS, with_officer=True),
        RuleKind.OUTSIDE_OWN_HOURS: Evaluation(find_own_hours, REQUESTS, with_officer=True),
        RuleKind.EMERGENCY_ACCESS: Evaluation(find_emergency_access, _ASKED, with_personal=True),
        RuleKind.ORPHAN_INTENT: Evaluation(find_orphans, _INTENTS, waits="unanswered_for"),
        RuleKind.LATE_WITNESS: Evaluation(find_late_witnesses, frozenset()),
        RuleKind.CHANGED_AND_BACK: Evaluation(
            find_changes_back, _CHANGES, same_day=True, earlier_days="back_within", with_body=True
        ),
        RuleKind.LARGE_EXPORT: Evaluation(
            find_large_exports,
            frozenset({EventType.AUDIT_EXPORT}),
            same_day=True,
            with_officer=True,
            with_body=True,
        ),
        RuleKind.CLOCK_SKEW: Evaluation(find_clock_skew, frozenset({EventType.REFUSAL}), same_day=True),
        RuleKind.LOCKED_OUT: Evaluation(find_lockouts, frozenset({EventType.AUTH_FAIL}), same_day=True),
        RuleKind.RARE_PURPOSE: Evaluation(find_rare_purposes, frozenset({EventType.MATCH_QUERY})),
        RuleKind.VERIFICATION_FAILED: Evaluation(find_failed_verifications, frozenset({EventType.LOG_VERIFY})),
        RuleKind.ITEM_OVERDUE: Evaluation(find_overdue_items, frozenset({EventType.ITEM_ESCALATE})),
        RuleKind.REVIEW_OVERDUE: Evaluation(find_overdue_reviews, frozenset({EventType.AGREEMENT_OVERDUE})),
        RuleKind.OFFICER_HIT_RATE: Evaluation(
            find_officer_hit_rates, frozenset({EventType.MATCH_QUERY}), waits="judged_after", with_officer=True
        ),
        RuleKind.OFFICER_SUSPENDED: Evaluation(find_suspended_officers, frozenset({EventType.OFFICER_SUSPEND})),
        RuleKind.OFFICER_BUDGET: Evaluation(
            find_exceeded_budgets, frozenset({EventType.REFUSAL}), same_day=True, with_officer=True
        ),
    }
)
"""Every kind but `inside_agency`."""


def gateway_rules(rules: Mapping[str, Rule]) -> list[Rule]:
    """Return the rules that the gateway evaluates, by code."""
    return [rules[code] for code in sorted(rules) if rules[code].evaluated == "gateway"]
