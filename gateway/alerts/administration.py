"""Rules about those who administer and audit: large exports, lock-outs, a policy changed, used and changed back."""

from datetime import timedelta

from gateway.alerts.facts import EntryRow, Finding, Material, Severity, finding_of, group_rows
from gateway.alerts.rule import Rule
from gateway.log.event_names import EventType

LOCKED = "locked"
"""The reason in `auth.fail` when an account was locked for a while."""

_WITHDRAWN = frozenset({EventType.AGREEMENT_SUSPEND, EventType.AGREEMENT_REVOKE})


def find_large_exports(rule: Rule, material: Material) -> list[Finding]:
    """Find days on which one person exported many entries.

    The steps are those of the Criminal Law 253-1 with the interpretation of 2017 (half for officials): 25, 250, 2,500.
    """
    new = set(material.new)
    found = []
    for cause, rows in group_rows((*material.earlier, *material.new), "actor", "officer", "day_on").items():
        fresh = [row for row in rows if row in new and row.records]
        records = sum(row.records or 0 for row in rows)
        severity = _severity(rule, records)
        if fresh and severity is not None:
            found.append(finding_of(fresh, *cause, count=records, severity=severity))
    return found


def find_lockouts(rule: Rule, material: Material) -> list[Finding]:
    """Find days on which sign-ins were locked after wrong attempts; `earlier` are those of the same days."""
    new = set(material.new)
    found = []
    locked = [row for row in (*material.earlier, *material.new) if row.reason == LOCKED]
    for cause, rows in group_rows(locked, "actor", "day_on").items():
        fresh = [row for row in rows if row in new]
        if fresh and len(rows) >= rule.number("lockouts_at_least"):
            found.append(finding_of(fresh, *cause, count=len(rows)))
    return found


def find_changes_back(rule: Rule, material: Material) -> list[Finding]:
    """Find agreements that were activated, used and withdrawn, and witness policies that were changed and restored."""
    within = timedelta(days=rule.number("back_within"))
    rows = sorted((*material.earlier, *material.new), key=lambda row: row.place)
    return [*_short_agreements(rows, material, within), *_restored_policies(rows, material, within)]


def _short_agreements(rows: list[EntryRow], material: Material, within: timedelta) -> list[Finding]:
    activated = {row.policy: row for row in rows if row.type is EventType.AGREEMENT_ACTIVATE}
    found = []
    for end in material.new:
        begin = activated.get(end.policy)
        if end.type not in _WITHDRAWN or begin is None or end.policy is None or end.at - begin.at > within:
            continue
        uses = [use for use in material.uses.get(end.policy, ()) if begin.place < use.place < end.place]
        if uses:
            found.append(finding_of([begin, *uses, end], "agreement", end.policy, count=len(uses)))
    return found


def _restored_policies(rows: list[EntryRow], material: Material, within: timedelta) -> list[Finding]:
    changes = [row for row in rows if row.type is EventType.LOG_WITNESS and row.content is not None]
    new = set(material.new)
    found = []
    for position, change in enumerate(changes):
        before = [row for row in changes[: max(position - 1, 0)] if row.content == change.content]
        if change in new and before and changes[position - 1].content != change.content:
            between = changes[changes.index(before[-1]) + 1 : position]
            if change.at - between[0].at <= within:
                found.append(finding_of([*between, change], "witness", change.content or "", str(change.place)))
    return found


def _severity(rule: Rule, records: int) -> Severity | None:
    steps = ((step, rule.number(f"{step}_from")) for step in reversed(Severity))
    return next((step for step, least in steps if records >= least), None)
