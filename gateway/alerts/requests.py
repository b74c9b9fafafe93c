"""Rules about what agencies ask: many misses, no case, emergencies, and purposes that an agency hardly ever uses."""

from datetime import date

from gateway.alerts.facts import REQUESTS, EntryRow, Finding, Material, RunCount, finding_of, group_rows
from gateway.alerts.rule import Rule
from gateway.log.event_names import EventType, PersonalField
from schemas.problem import ProblemCode
from schemas.purpose_catalogue import load_purposes


def find_low_hit_rates(rule: Rule, material: Material) -> list[Finding]:
    """Find agreements under which, in one day, many records were asked for and hardly any matched (enumeration).

    Counts are those of the runs: a run that is read twice counts once.
    """
    days: dict[tuple[str, date], list[RunCount]] = {}
    for run in material.runs:
        days.setdefault((run.agreement, run.day_on), []).append(run)
    found = []
    for (agreement, day_on), runs in days.items():
        asked, matched = sum(run.asked for run in runs), sum(run.matched for run in runs)
        rows = [row for row in material.new if (row.policy, row.day_on) == (agreement, day_on)]
        is_low = 100 * matched < rule.number("matched_below") * asked
        if rows and asked >= rule.number("asked_at_least") and is_low:
            found.append(finding_of(rows, agreement, day_on.isoformat(), count=asked - matched))
    return found


def find_missing_cases(_rule: Rule, material: Material) -> list[Finding]:
    """Find requests without a case number under purposes that want one, refused ones too."""
    rows = [row for row in material.new if _wants_case(row) and _lacks_case(row)]
    groups = group_rows(rows, "actor", "purpose", "day_on")
    return [finding_of(found, *cause) for cause, found in groups.items()]


def find_emergency_access(_rule: Rule, material: Material) -> list[Finding]:
    """Find requests that were made, or tried, as an emergency: a second person has to look at each afterwards."""
    rows = [
        row
        for row in material.new
        if PersonalField.EMERGENCY_REASON in row.personal or (row.type in REQUESTS and is_emergency(row.purpose))
    ]
    groups = group_rows(rows, "actor", "purpose", "day_on")
    return [finding_of(found, *cause) for cause, found in groups.items()]


def find_rare_purposes(rule: Rule, material: Material) -> list[Finding]:
    """Find uses of a purpose that has so far been a small part, or no part, of what the agency asks."""
    totals: dict[str, int] = {}
    for (agency, _), requests in material.usage.items():
        totals[agency] = totals.get(agency, 0) + requests
    found = []
    for (agency, purpose, day), rows in group_rows(material.new, "actor", "purpose", "day_on").items():
        total, used = totals.get(agency, 0), material.usage.get((agency, purpose), 0)
        if purpose and total >= rule.number("requests_at_least") and 100 * used < rule.number("share_below") * total:
            found.append(finding_of(rows, agency, purpose, day))
    return found


def is_emergency(purpose_id: str | None) -> bool:
    """Return whether this purpose is approved after the fact only."""
    purpose = load_purposes().get(purpose_id or "")
    return purpose is not None and purpose.approvals.emergency is not None


def _wants_case(row: EntryRow) -> bool:
    purpose = load_purposes().get(row.purpose or "")
    return purpose is not None and purpose.case_number_required


def _lacks_case(row: EntryRow) -> bool:
    if row.type is EventType.REFUSAL:
        return row.reason == ProblemCode.CASE_NUMBER_MISSING.value
    return row.type in REQUESTS and PersonalField.CASE_REF not in row.personal
