"""Rows that rules are tried on: an agency's requests on a November day of the office's zone."""

from datetime import UTC, datetime, timedelta

from gateway.alerts.evaluation import EVALUATIONS
from gateway.alerts.facts import EntryRow, Finding, Material, OfficerHour, Place
from gateway.alerts.rule import load_rules
from gateway.log.event_names import EventType, PersonalField

NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)  # 12:00 in the office
ASKER, HOLDER = "civil_affairs.990101", "disabled_federation.990101"
OFFICER, OTHER, THIRD = b"\x01" * 32, b"\x02" * 32, b"\x03" * 32


def row(idx: int = 1, event_type: EventType = EventType.MATCH_QUERY, **changes: object) -> EntryRow:
    members: dict[str, object] = {
        "place": Place(2026, idx),
        "event_id": f"event-{idx}",
        "at": NOON + timedelta(minutes=idx),
        "type": event_type,
        "actor": ASKER,
        "peer": HOLDER,
        "purpose": "P01",
        "personal": frozenset({PersonalField.OFFICER, PersonalField.CASE_REF}),
    }
    return EntryRow(**(members | changes))  # type: ignore[arg-type]


def rows(count: int, **changes: object) -> tuple[EntryRow, ...]:
    return tuple(row(idx, **changes) for idx in range(1, count + 1))  # type: ignore[arg-type]


def hours(officer: bytes, requests: int, days: int = 1, hour: int = 12, before: int = 0) -> tuple[OfficerHour, ...]:
    """Requests of an officer at one hour, on the day of `NOON` or `before` days earlier, and on days before that."""
    last_on = NOON.date() - timedelta(days=before)
    return tuple(OfficerHour(ASKER, officer, last_on - timedelta(days=day), hour, requests) for day in range(days))


def evaluate(code: str, *new: EntryRow, **members: object) -> list[Finding]:
    """Return what the shipped rule finds."""
    rule = load_rules()[code]
    material = Material(**({"now": NOON, "new": new} | members))  # type: ignore[arg-type]
    return EVALUATIONS[rule.kind].find(rule, material)
