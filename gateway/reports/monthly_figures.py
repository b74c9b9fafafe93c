"""What a report about a period counts: volumes, refusals, overrides, orphans, attributes, hours. Pure sums."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, TypeVar

from gateway.alerts.requests import is_emergency
from gateway.alerts.rule import RuleKind, load_rules
from gateway.log.event_names import EventType
from gateway.persistence.report_counts import EntryCount

VOLUME_TYPES: Final = (
    EventType.EVALUATE_QUERY,
    EventType.MATCH_QUERY,
    EventType.FIELD_QUERY,
    EventType.FIELD_RELEASE,
    EventType.REFUSAL,
)
READING_TYPES: Final = (
    EventType.AUDIT_SEARCH,
    EventType.AUDIT_VIEW,
    EventType.AUDIT_EXPORT,
    EventType.AUTH_SUCCEED,
    EventType.AUTH_FAIL,
)
COUNTED_TYPES: Final = frozenset({*VOLUME_TYPES, *READING_TYPES, EventType.REVIEW_RESULT})
HOURS: Final = range(24)

K = TypeVar("K")


@dataclass(frozen=True, slots=True)
class Figures:
    """The counts of a period, of one agency or of all (None).

    Attributes:
        volumes: entries by purpose and type.
        refusals: entries by reason code, most first.
        emergencies: match requests under purposes that are approved afterwards only.
        reviews: reviewers' decisions that are in force.
        orphans: alerts about requests without an outcome.
        fields: releases that named an attribute, by purpose and attribute, most first.
        hours: match requests by hour of the office's day, 24 of them.
        asked: match requests by requesting agency and purpose.
        reading: what readers of the log did, by type.
        alerts: alerts raised, by rule and finding (empty for an open one).
    """

    from_on: date
    to_on: date
    agency: str | None
    volumes: Mapping[tuple[str, EventType], int]
    refusals: tuple[tuple[str, int], ...]
    emergencies: int
    reviews: int
    orphans: int
    fields: tuple[tuple[str, str, int], ...]
    hours: tuple[int, ...]
    asked: Mapping[tuple[str, str], int]
    reading: Mapping[EventType, int]
    alerts: Mapping[tuple[str, str], int]

    @property
    def purposes(self) -> tuple[str, ...]:
        """The purposes that occur, in order."""
        return tuple(sorted({purpose for purpose, _ in self.volumes if purpose}))


def sum_figures(
    days: tuple[date, date],
    agency: str | None,
    counts: Iterable[EntryCount],
    fields: Mapping[tuple[str, str], int],
    alerts: Mapping[tuple[str, str], int],
) -> Figures:
    """Return the figures that follow from counts of entries, of attributes and of alerts."""
    counted = list(counts)
    asked = [one for one in counted if one.type is EventType.MATCH_QUERY]
    refused = _sum((one.reason or "", one.entries) for one in counted if one.type is EventType.REFUSAL)
    hours = _sum((one.hour, one.entries) for one in asked)
    orphan = {rule.code for rule in load_rules().values() if rule.kind is RuleKind.ORPHAN_INTENT}
    return Figures(
        from_on=days[0],
        to_on=days[1],
        agency=agency,
        volumes=_sum(((one.purpose or "", one.type), one.entries) for one in counted if one.type in VOLUME_TYPES),
        refusals=tuple(refused.most_common()),
        emergencies=sum(one.entries for one in asked if is_emergency(one.purpose)),
        reviews=sum(one.entries for one in counted if one.type is EventType.REVIEW_RESULT),
        orphans=sum(count for (rule, _), count in alerts.items() if rule in orphan),
        fields=tuple((*key, count) for key, count in sorted(fields.items(), key=lambda item: (-item[1], item[0]))),
        hours=tuple(hours[hour] for hour in HOURS),
        asked=_sum(((one.actor or "", one.purpose or ""), one.entries) for one in asked),
        reading=_sum((one.type, one.entries) for one in counted if one.type in READING_TYPES),
        alerts=dict(alerts),
    )


def _sum(pairs: Iterable[tuple[K, int]]) -> Counter[K]:
    sums: Counter[K] = Counter()
    for key, count in pairs:
        sums[key] += count
    return sums
