"""Rules about the log itself: intents without an outcome, late witnesses, clocks that differ, failed verifications."""

from datetime import timedelta

from gateway.alerts.facts import EntryRow, Finding, Material, WitnessState, finding_of, group_rows
from gateway.alerts.rule import Rule
from gateway.domain.budgets import budget_day
from gateway.log.event_names import EventType
from schemas.problem import ProblemCode

_NOT_VERIFIED = frozenset({"failed", "outside_differs"})
"""Reasons in `log.verify` (`gateway.services.verify_everything`, `gateway.services.integrity`)."""


def find_orphans(_rule: Rule, material: Material) -> list[Finding]:
    """Find intents that got no outcome and no refusal; `material.new` ends where the time for one is not over yet."""
    intents = [row for row in material.new if row.ref is None and row.event_id not in material.answered]
    return [finding_of(rows, *cause) for cause, rows in group_rows(intents, "actor", "peer", "day_on").items()]


def find_late_witnesses(rule: Rule, material: Material) -> list[Finding]:
    """Find witnesses that have not signed for too long; `count` is the number of full hours."""
    found = []
    for witness in material.witnesses:
        since_at = witness.signed_at or witness.required_from_at
        hours = int((material.now - since_at) / timedelta(hours=1))
        if hours >= rule.number("silent_for"):
            found.append(_silence(witness, material, hours))
    return found


def find_clock_skew(rule: Rule, material: Material) -> list[Finding]:
    """Find signatures of witnesses from before their checkpoint, and agencies whose requests come expired."""
    limit = timedelta(seconds=rule.number("differs_by"))
    found = [
        Finding(
            cause=("witness", one.witness, budget_day(one.made_at)),
            agencies=(one.witness,),
            entries=(),
            first_at=one.made_at,
            last_at=one.made_at,
            count=int((one.made_at - one.signed_at).total_seconds()),
        )
        for one in material.skewed
        if one.made_at - one.signed_at > limit
    ]
    new = set(material.new)
    expired = [row for row in (*material.earlier, *material.new) if _is_expired(row)]
    for cause, rows in group_rows(expired, "actor", "day_on").items():
        fresh = [row for row in rows if row in new]
        if fresh and len(rows) >= rule.number("expired_requests"):
            found.append(finding_of(fresh, "agency", *cause, count=len(rows)))
    return found


def find_failed_verifications(_rule: Rule, material: Material) -> list[Finding]:
    """Find verifications of the whole log that failed, and roots found outside that are not this log's."""
    failed = [row for row in material.new if row.reason in _NOT_VERIFIED]
    return [finding_of([row], str(row.place)) for row in failed]


def _silence(witness: WitnessState, material: Material, hours: int) -> Finding:
    return Finding(
        cause=(witness.agency,),
        agencies=(witness.agency,),
        entries=(),
        first_at=witness.signed_at or witness.required_from_at,
        last_at=material.now,
        count=hours,
    )


def _is_expired(row: EntryRow) -> bool:
    return row.type is EventType.REFUSAL and row.reason == ProblemCode.ENVELOPE_EXPIRED.value and row.actor is not None
