"""Rules about items that pass between offices: deadlines that ran out."""

from gateway.alerts.facts import Finding, Material, finding_of, group_rows
from gateway.alerts.rule import Rule


def find_overdue_items(_rule: Rule, material: Material) -> list[Finding]:
    """Find escalations, of an office (the peer) and a day together: one office may be late with many items."""
    return [finding_of(rows, *cause) for cause, rows in group_rows(material.new, "peer", "day_on").items()]
