"""Writes the reference pages that follow from the code: `python -m docs.generate`."""

from collections.abc import Callable, Mapping
from pathlib import Path

from docs.generation.alert_rules import alert_rules_page
from docs.generation.attributes import attributes_page
from docs.generation.audit_events import audit_events_page
from docs.generation.capacity import capacity_sections
from docs.generation.commands import commands_page
from docs.generation.data_sets import data_sets_page
from docs.generation.limits import limits_page
from docs.generation.linkage_keys import linkage_keys_page
from docs.generation.marked_page import fill
from docs.generation.messages import messages_page
from docs.generation.problem_codes import problem_codes_page
from docs.generation.purposes import purposes_page
from docs.generation.rule_packs import rule_packs_page
from docs.generation.settings import settings_page
from docs.generation.workflows import workflows_page

REFERENCE = Path(__file__).with_name("reference")
CAPACITY = Path(__file__).with_name("explanation") / "capacity.md"

PAGES: Mapping[str, Callable[[], str]] = {
    "alert-rules.md": alert_rules_page,
    "attributes.md": attributes_page,
    "audit-events.md": audit_events_page,
    "commands.md": commands_page,
    "data-sets.md": data_sets_page,
    "limits.md": limits_page,
    "linkage-keys.md": linkage_keys_page,
    "messages.md": messages_page,
    "problem-codes.md": problem_codes_page,
    "purposes.md": purposes_page,
    "rule-packs.md": rule_packs_page,
    "settings.md": settings_page,
    "workflows.md": workflows_page,
}
"""File name below `reference/` → what makes its text, the same at every run."""


def main() -> None:
    """Write every page, and the tables of the page on capacity."""
    for name, make in PAGES.items():
        (REFERENCE / name).write_text(make(), encoding="utf-8")
    CAPACITY.write_text(fill(CAPACITY.read_text(encoding="utf-8"), capacity_sections()), encoding="utf-8")


if __name__ == "__main__":
    main()
