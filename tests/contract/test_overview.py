"""The overview's numbers: each is exactly what the search finds that it leads to, for every reader."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path

import pytest

from gateway.domain.account import Account
from gateway.domain.roles import Role
from gateway.log.event_names import EventType
from gateway.log.events import Actor, Event
from gateway.persistence.engine import read_transaction
from gateway.persistence.search_queries import count_entries
from gateway.services.context import Gateway
from gateway.services.overview import Overview, show_overview
from gateway.services.search_log import search_of
from tests.audit_log import log_events, query_event
from tests.scenario.gateway_simulator import Clock, opened_gateway

OVERSIGHT = Account("o.zhang", "张", frozenset({Role.OVERSIGHT_AUDITOR}))
HOLDER = Account("a.sun", "孙", frozenset({Role.AGENCY_AUDITOR}), "civil_affairs.990101")
SYSTEM = Account("s.zhou", "周", frozenset({Role.SYSTEM_ADMINISTRATOR}))
MOMENTS = (  # evening before the period, its first and last minutes, an hour and a day that differ from UTC's
    datetime(2026, 11, 13, 15, 59, tzinfo=UTC),
    datetime(2026, 11, 13, 16, 0, tzinfo=UTC),
    datetime(2026, 11, 18, 23, 30, tzinfo=UTC),
    datetime(2026, 11, 20, 4, 0, tzinfo=UTC),
)


def _events() -> tuple[Event, ...]:
    refused = query_event(type=EventType.REFUSAL, decision="deny", reason="budget_exhausted", fields=(), records=None)
    stranger = query_event(actor=Actor("public_security.990101"), peer="disabled_federation.990101", purpose="P04")
    return query_event(), query_event(), stranger, refused, Event(type=EventType.REFUSAL, reason="envelope_missing")


@pytest.fixture
def gateway(tmp_path: Path, database_url: str) -> Iterator[Gateway]:
    clock = Clock(MOMENTS[0] - datetime.now(UTC))
    with opened_gateway(tmp_path / "gateway", clock, database_url) as opened:
        for moment in MOMENTS:
            clock.ahead = moment - datetime.now(UTC)
            opened.journal.write(log_events(*_events()))
        yield opened


def _found(gateway: Gateway, account: Account, overview: Overview) -> dict[str, tuple[int, int]]:
    figures = chain(
        overview.volumes, overview.emergencies, overview.by_agency, overview.by_purpose, overview.by_hour,
        overview.refusals,
    )  # fmt: skip
    with read_transaction(gateway.engine) as connection:
        return {
            str(figure.filter.parameters()): (
                figure.entries,
                count_entries(connection, search_of(account, figure.filter)),
            )
            for figure in figures
        }


@pytest.mark.parametrize("account", [OVERSIGHT, HOLDER], ids=["oversight", "agency"])
@pytest.mark.parametrize("days", [7, 30])
def test_each_number_is_what_its_search_finds(gateway: Gateway, account: Account, days: int) -> None:
    found = _found(gateway, account, show_overview(gateway, account, days))
    assert len(found) > 30
    assert {place: shown for place, (shown, _) in found.items()} == {place: seen for place, (_, seen) in found.items()}


def test_days_and_hours_are_the_office_s(gateway: Gateway) -> None:
    overview = show_overview(gateway, OVERSIGHT, 7)
    assert {figure.key: figure.entries for figure in overview.volumes if figure.entries} == {
        "match.query": 9,
        "refusal": 6,
    }
    assert {figure.key: figure.entries for figure in overview.by_hour if figure.entries} == {"0": 3, "7": 3, "12": 3}


def test_an_agency_sees_what_it_is_party_to_and_an_administrator_counts_alone(gateway: Gateway) -> None:
    own = show_overview(gateway, HOLDER, 7)
    assert {figure.key for figure in own.by_agency} == {"education.990101"}
    assert all(figure.filter.agency == "civil_affairs.990101" for figure in own.by_hour)
    seen = show_overview(gateway, SYSTEM, 7)
    assert (seen.waiting.alerts, seen.waiting.failed_jobs) == (None, 0)
    assert seen.volumes[0].entries == 9
