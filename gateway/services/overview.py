"""What happened lately, in counts. Every count comes with the filter of the search that finds exactly those entries."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from gateway.alerts.requests import is_emergency
from gateway.alerts.rule import RuleKind, load_rules
from gateway.domain.account import Account
from gateway.domain.budgets import LEGAL_ZONE
from gateway.domain.log_filter import LogFilter
from gateway.domain.roles import Permission
from gateway.log.event_names import EventType
from gateway.persistence.alert_queries import count_alerts
from gateway.persistence.alert_tables import alert
from gateway.persistence.engine import read_transaction
from gateway.persistence.report_counts import EntryCount, Period, count_entries_of
from gateway.services.close_alert import OPEN, agency_seen
from gateway.services.context import Gateway
from gateway.services.job_runs import show_job_runs
from schemas.purpose_catalogue import load_purposes

PERIODS: Final = (7, 30)
"""Days that one may choose from; today is the last of them."""

_COUNTED: Final = (
    EventType.MATCH_QUERY,
    EventType.FIELD_QUERY,
    EventType.FIELD_RELEASE,
    EventType.REVIEW_RESULT,
    EventType.REFUSAL,
)


@dataclass(frozen=True, slots=True)
class Figure:
    """A number, and the filter that finds the entries it counts; `key` is what a chart's bar stands for."""

    key: str
    entries: int
    filter: LogFilter


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits for the account; None where it is not its business."""

    alerts: int | None
    late_witnesses: int | None
    failed_jobs: int | None


@dataclass(frozen=True, slots=True)
class Overview:
    """The counts of a period. `emergencies` has one figure for each purpose that is approved afterwards only."""

    days: int
    period: Period
    agency: str | None
    volumes: tuple[Figure, ...]
    emergencies: tuple[Figure, ...]
    by_agency: tuple[Figure, ...]
    by_purpose: tuple[Figure, ...]
    by_hour: tuple[Figure, ...]
    refusals: tuple[Figure, ...]
    waiting: Waiting


def show_overview(gateway: Gateway, account: Account, days: int) -> Overview:
    """Return the counts of the last `days` days, as far as they concern the account's agency."""
    today = gateway.now().astimezone(LEGAL_ZONE).date()
    period = Period(today - timedelta(days=days - 1), today)
    agency = agency_seen(account)
    with read_transaction(gateway.engine) as connection:
        counts = count_entries_of(connection, _COUNTED, period, agency)
    base = LogFilter(from_on=period.from_on, to_on=period.to_on, agency=agency)
    asked = replace(base, type=EventType.MATCH_QUERY)
    refused = replace(base, type=EventType.REFUSAL)
    return Overview(
        days=days,
        period=period,
        agency=agency,
        volumes=_figures(counts, lambda one: one.type.value, lambda key: replace(base, type=EventType(key)), _COUNTED),
        emergencies=_figures(
            [one for one in counts if one.type is EventType.MATCH_QUERY and is_emergency(one.purpose)],
            lambda one: one.purpose,
            lambda key: replace(asked, purpose=key),
            [purpose for purpose in load_purposes() if is_emergency(purpose)],
        ),
        by_agency=_largest_first(
            _figures(_of(counts, asked), lambda one: one.actor, lambda key: replace(asked, actor=key))
        ),
        by_purpose=_largest_first(
            _figures(_of(counts, asked), lambda one: one.purpose, lambda key: replace(asked, purpose=key))
        ),
        by_hour=_figures(
            _of(counts, asked),
            lambda one: str(one.hour),
            lambda key: replace(asked, hour=int(key)),
            [str(hour) for hour in range(24)],
        ),
        refusals=_largest_first(
            _figures(_of(counts, refused), lambda one: one.reason, lambda key: replace(refused, reason=key))
        ),
        waiting=_waiting(gateway, account),
    )


def count_waiting_alerts(gateway: Gateway, account: Account) -> int:
    """Return how many open alerts wait for the account to close them."""
    if not account.may(Permission.CLOSE_ALERTS):
        return 0
    with read_transaction(gateway.engine) as connection:
        return count_alerts(connection, agency_seen(account), OPEN)


def _of(counts: list[EntryCount], asked: LogFilter) -> list[EntryCount]:
    return [one for one in counts if one.type is asked.type]


def _figures(
    counts: list[EntryCount],
    key_of: Callable[[EntryCount], str | None],
    filter_of: Callable[[str], LogFilter],
    keys: tuple[str, ...] | list[str] = (),
) -> tuple[Figure, ...]:
    """Return the sums by key: those of `keys` also where nothing was counted; entries without a key are left out."""
    sums: Counter[str] = Counter({str(key): 0 for key in keys})
    for one in counts:
        if (key := key_of(one)) is not None:
            sums[key] += one.entries
    return tuple(Figure(key, entries, filter_of(key)) for key, entries in sums.items())


def _largest_first(figures: tuple[Figure, ...]) -> tuple[Figure, ...]:
    return tuple(sorted(figures, key=lambda figure: (-figure.entries, figure.key)))


def _waiting(gateway: Gateway, account: Account) -> Waiting:
    sees_alerts, sees_jobs = account.may(Permission.SEE_ALERTS), account.may(Permission.SEE_JOBS)
    late = [rule.code for rule in load_rules().values() if rule.kind is RuleKind.LATE_WITNESS]
    with read_transaction(gateway.engine) as connection:
        agency = agency_seen(account)
        alerts = count_alerts(connection, agency, OPEN) if sees_alerts else None
        witnesses = count_alerts(connection, agency, OPEN, alert.c.rule.in_(late))
    failed = sum(run.error is not None for run in show_job_runs(gateway)) if sees_jobs else None
    return Waiting(alerts, witnesses if account.may(Permission.SEE_INTEGRITY) else None, failed)
