"""Gathers, in one snapshot of the database, what one rule is evaluated on."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from itertools import takewhile
from typing import Final

from sqlalchemy import Connection

from gateway.alerts.evaluation import EVALUATIONS, Evaluation
from gateway.alerts.facts import EntryRow, Material, Place, RunCount, SkewedSignature, WitnessState
from gateway.alerts.rule import Rule, RuleKind
from gateway.domain.budgets import LEGAL_ZONE
from gateway.log.event_names import EventType
from gateway.persistence.alert_activity_queries import list_activity, list_run_counts, list_skewed_signatures
from gateway.persistence.alert_entry_queries import (
    OfficerTagger,
    count_usage,
    find_answered,
    list_entries_between,
    list_uses,
    with_body,
    with_officers,
    with_personal,
)
from gateway.persistence.alert_queries import find_place
from gateway.services.alert_readings import MAX_NEW_ENTRIES, Readings

MAX_EARLIER_ENTRIES: Final = 20_000
MAX_USES: Final = 500
SKEW_LOOKED_BACK: Final = timedelta(hours=24)

WitnessStates = Callable[[], tuple[WitnessState, ...]]


@dataclass(frozen=True, slots=True)
class Gathered:
    """What a rule is evaluated on, from where it read on, and how far it has read then."""

    material: Material
    since: Place
    until: Place


@dataclass(frozen=True, slots=True)
class Gatherer:
    """Gathers on one connection, at one moment. `tagger` and `witnesses` are the ways to what stands elsewhere.

    `readings` are those of the round, in which rules were gathered for before.
    """

    connection: Connection
    now: datetime
    tagger: OfficerTagger
    witnesses: WitnessStates
    readings: Readings

    def gather(self, rule: Rule) -> Gathered:
        """Return what `rule` is to be evaluated on now."""
        evaluation = EVALUATIONS[rule.kind]
        since = find_place(self.connection, rule.code)
        read, last = self.readings.entries(self.connection, evaluation.types, since)
        new = self._ripe(rule, evaluation, read)
        until = last if len(new) == len(read) < MAX_NEW_ENTRIES else new[-1].place if new else since
        further = (evaluation.with_personal, evaluation.with_officer, evaluation.with_body)
        key = (evaluation.types, since, len(new), *further)
        rows = self.readings.shared(key, lambda: self._complete(evaluation, new))
        earlier = self._complete(evaluation, self._earlier(rule, evaluation, new, since))
        return Gathered(self._material(rule, rows, earlier), since, until)

    def _ripe(self, rule: Rule, evaluation: Evaluation, read: tuple[EntryRow, ...]) -> tuple[EntryRow, ...]:
        if evaluation.waits is None:
            return read
        latest_at = self.now - timedelta(minutes=rule.number(evaluation.waits))
        return tuple(takewhile(lambda row: row.at <= latest_at, read))

    def _complete(self, evaluation: Evaluation, rows: tuple[EntryRow, ...]) -> tuple[EntryRow, ...]:
        if rows and evaluation.with_personal:
            rows = with_personal(self.connection, rows)
        if rows and evaluation.with_officer:
            rows = with_officers(self.connection, rows, self.tagger)
        return with_body(self.connection, rows) if evaluation.with_body else rows

    def _earlier(
        self, rule: Rule, evaluation: Evaluation, new: tuple[EntryRow, ...], since: Place
    ) -> tuple[EntryRow, ...]:
        if not new or not evaluation.same_day:
            return ()
        days = 0 if evaluation.earlier_days is None else rule.number(evaluation.earlier_days)
        from_at = _day_begins_at(new[0]) - timedelta(days=days)
        return list_entries_between(self.connection, evaluation.types, from_at, since, MAX_EARLIER_ENTRIES)

    def _material(self, rule: Rule, new: tuple[EntryRow, ...], earlier: tuple[EntryRow, ...]) -> Material:
        """Fill in what the rule's kind asks for besides entries."""
        material = Material(self.now, new, earlier)
        further = {
            RuleKind.LOW_HIT_RATE: self._with_runs,
            RuleKind.OFFICER_HIT_RATE: self._with_runs,
            RuleKind.BUSIER_THAN_PEERS: self._with_activity,
            RuleKind.OUTSIDE_OWN_HOURS: self._with_activity,
            RuleKind.RARE_PURPOSE: self._with_usage,
            RuleKind.ORPHAN_INTENT: self._with_answered,
            RuleKind.CHANGED_AND_BACK: self._with_uses,
        }.get(rule.kind)
        if rule.kind is RuleKind.LATE_WITNESS:
            return Material(self.now, witnesses=self.witnesses())
        if rule.kind is RuleKind.CLOCK_SKEW:
            return Material(self.now, new, earlier, skewed=self._skewed())
        return material if further is None or not new else further(rule, material)

    def _with_runs(self, _rule: Rule, material: Material) -> Material:
        runs: Iterable[RunCount] = list_run_counts(self.connection, _day_begins_at(material.new[0]))
        return Material(self.now, material.new, runs=tuple(runs))

    def _with_activity(self, rule: Rule, material: Material) -> Material:
        days = rule.number("known_for") if "known_for" in rule.parameters else 0
        on = [row.day_on for row in material.new]
        agencies = {row.actor for row in material.new if row.actor is not None}
        activity = list_activity(self.connection, agencies, min(on) - timedelta(days=days), max(on))
        return Material(self.now, material.new, activity=tuple(activity))

    def _with_usage(self, rule: Rule, material: Material) -> Material:
        to_at = material.new[0].at
        from_at = to_at - timedelta(days=rule.number("known_for"))
        usage = count_usage(self.connection, EventType.MATCH_QUERY, from_at, to_at)
        return Material(self.now, material.new, usage=usage)

    def _with_answered(self, _rule: Rule, material: Material) -> Material:
        answered = find_answered(self.connection, [row.event_id for row in material.new])
        return Material(self.now, material.new, answered=answered)

    def _with_uses(self, _rule: Rule, material: Material) -> Material:
        released = frozenset({EventType.FIELD_RELEASE, EventType.MATCH_RESULT})
        policies = {row.policy for row in material.new if row.policy is not None}
        uses = {policy: list_uses(self.connection, policy, released, MAX_USES) for policy in policies}
        return Material(self.now, material.new, material.earlier, uses=uses)

    def _skewed(self) -> tuple[SkewedSignature, ...]:
        return tuple(list_skewed_signatures(self.connection, self.now - SKEW_LOOKED_BACK))


def _day_begins_at(row: EntryRow) -> datetime:
    return datetime.combine(row.day_on, time.min, LEGAL_ZONE).astimezone(UTC)
