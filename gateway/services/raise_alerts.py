"""Raises alerts: each rule reads on from its own place, and what it finds is stored and logged in one transaction.

A rule's place moves in the same transaction, and only if nobody else has moved it meanwhile. So an entry is judged
once, also when a process dies on the way or two of them do the same work.
"""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from sqlalchemy import Connection

from gateway.alerts.evaluation import EVALUATIONS, gateway_rules
from gateway.alerts.facts import REQUESTS, Finding, Severity, WitnessState
from gateway.alerts.rule import Rule, load_rules
from gateway.domain.budgets import LEGAL_ZONE
from gateway.log.event_names import EventType
from gateway.log.events import Actor, Event
from gateway.log.journal import Draft
from gateway.persistence.alert_activity_queries import count_requests, forget_activity
from gateway.persistence.alert_entry_queries import OfficerTagger, with_officers
from gateway.persistence.alert_queries import (
    StoredAlert,
    add_alert,
    extend_alert,
    find_place,
    find_same_cause,
    next_reference,
    set_place,
)
from gateway.persistence.engine import read_transaction, write_transaction
from gateway.services.alert_material import Gathered, Gatherer
from gateway.services.alert_readings import MAX_NEW_ENTRIES, Readings
from gateway.services.context import Gateway
from gateway.services.index_subjects import list_index_keys
from gateway.services.witness_status import witness_status

ALERTS_CLIENT: Final = "alerts"
ACTIVITY_DAYS: Final = 92
"""So long requests by officer's tag are kept counted."""

MAX_ROUNDS: Final = 100
_COUNTING: Final = "requests-by-officer"


def raise_alerts(gateway: Gateway) -> None:
    """Evaluate every rule on what has come to the log since it was evaluated last."""
    tagger, readings = officer_tagger(gateway), Readings()
    _until_read(partial(_count_requests, gateway, tagger, readings))
    for rule in gateway_rules(load_rules()):
        _until_read(partial(_evaluate, gateway, tagger, readings, rule))


def officer_tagger(gateway: Gateway) -> OfficerTagger:
    """Return what makes an officer's tag under the key of the entry's year."""
    keys = {key.year: key for key in list_index_keys(gateway)}
    return lambda shard, agency, officer: keys[shard].officer(agency, officer) if shard in keys else None


def _witness_states(gateway: Gateway) -> tuple[WitnessState, ...]:
    """Return the witnesses that the policy in force counts; none before there is a policy."""
    status = witness_status(gateway)
    if status.policy_adopted_at is None:
        return ()
    return tuple(
        WitnessState(one.agency or one.name, status.policy_adopted_at, one.last_time_at)
        for one in status.witnesses
        if one.is_counted
    )


def _until_read(step: Callable[[], bool]) -> None:
    """Repeat a step while it says that there is more to read; what is left after so many waits for the next time."""
    for _ in range(MAX_ROUNDS):
        if not step():
            return


def _count_requests(gateway: Gateway, tagger: OfficerTagger, readings: Readings) -> bool:
    with read_transaction(gateway.engine) as connection:
        since = find_place(connection, _COUNTING)
        rows, last = readings.entries(connection, REQUESTS, since)
        rows = with_officers(connection, rows, tagger)
    if since == last:
        return False
    is_more = len(rows) == MAX_NEW_ENTRIES
    with write_transaction(gateway.engine) as connection:
        if find_place(connection, _COUNTING) != since:
            return False
        count_requests(connection, rows)
        forget_activity(connection, (gateway.now().astimezone(LEGAL_ZONE) - timedelta(days=ACTIVITY_DAYS)).date())
        set_place(connection, _COUNTING, rows[-1].place if is_more else last)
    return is_more


def _evaluate(gateway: Gateway, tagger: OfficerTagger, readings: Readings, rule: Rule) -> bool:
    witnesses = partial(_witness_states, gateway)
    with read_transaction(gateway.engine) as connection:
        gathered = Gatherer(connection, gateway.now(), tagger, witnesses, readings).gather(rule)
    findings = EVALUATIONS[rule.kind].find(rule, gathered.material)
    if findings or gathered.until != gathered.since:
        gateway.journal.write(partial(_store, gateway, rule, gathered, findings))
    return len(gathered.material.new) == MAX_NEW_ENTRIES


def _store(
    gateway: Gateway, rule: Rule, gathered: Gathered, findings: list[Finding], connection: Connection
) -> Draft[None]:
    if find_place(connection, rule.code) != gathered.since:
        return Draft(None, ())
    set_place(connection, rule.code, gathered.until)
    stored = [_store_finding(connection, rule, finding, gateway.now()) for finding in findings]
    return Draft(None, tuple(_alarm(gateway, alert) for alert in stored if alert is not None))


def _store_finding(connection: Connection, rule: Rule, finding: Finding, now: datetime) -> StoredAlert | None:
    """Store a finding; return the alert if it is a new one.

    A cause that was closed within the window is raised again only where it has become graver: who closed it has
    looked at the rest.
    """
    cause = hashlib.sha256("\x00".join((rule.code, *finding.cause)).encode()).digest()
    severity = finding.severity or rule.severity
    since_at = finding.last_at - timedelta(hours=rule.window.value)
    known = find_same_cause(connection, rule.code, cause, since_at)
    if known is not None and known.closed_at is None:
        extend_alert(connection, _extended(known, finding, severity), finding.entries)
        return None
    if known is not None and severity.rank <= known.severity.rank:
        return None
    reference = next_reference(connection, now.astimezone(LEGAL_ZONE).year)
    alert = _new_alert(reference, rule, finding, severity, cause, now)
    add_alert(connection, alert, finding.entries)
    return alert


def _new_alert(
    reference: str, rule: Rule, finding: Finding, severity: Severity, cause: bytes, now: datetime
) -> StoredAlert:
    return StoredAlert(
        id=reference,
        rule=rule.code,
        severity=severity,
        cause=cause,
        raised_at=now,
        first_at=finding.first_at,
        last_at=finding.last_at,
        count=finding.count,
        agencies=finding.agencies,
    )


def _extended(known: StoredAlert, finding: Finding, severity: Severity) -> StoredAlert:
    return replace(
        known,
        severity=max(known.severity, severity, key=lambda one: one.rank),
        last_at=max(known.last_at, finding.last_at),
        count=known.count + finding.count if finding.adds else max(known.count, finding.count),
        agencies=tuple(sorted({*known.agencies, *finding.agencies})),
    )


def _alarm(gateway: Gateway, alert: StoredAlert) -> Event:
    """Return the event: the rule's code and the reference, nothing else of what was found."""
    members = [agency for agency in alert.agencies if agency != gateway.id]
    return Event(
        type=EventType.LOG_ALARM,
        actor=Actor(org=gateway.id, client=ALERTS_CLIENT),
        peer=members[0] if len(members) == 1 else None,
        reason=alert.rule,
        correlation_id=alert.id,
        records=alert.count,
    )
