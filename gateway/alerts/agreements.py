"""Rules about agreements: answers to proposals that are overdue."""

from gateway.alerts.facts import Finding, Material, finding_of, group_rows
from gateway.alerts.rule import Rule


def find_overdue_reviews(_rule: Rule, material: Material) -> list[Finding]:
    """Find overdue answers, of a provider (the peer) and a day together."""
    return [finding_of(rows, *cause) for cause, rows in group_rows(material.new, "peer", "day_on").items()]
