"""Alerts on a real log: raised once, in one transaction with their event, wherever the work was interrupted."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from gateway.alerts.closing import Closing
from gateway.alerts.facts import Severity
from gateway.domain.account import Account
from gateway.domain.roles import Role
from gateway.log.event_names import EventType, PersonalField
from gateway.log.events import Actor, Event, PolicyRef
from gateway.log.leaf import parse_leaf
from gateway.persistence.agreement_tables import agreement
from gateway.persistence.alert_tables import officer_hour
from gateway.persistence.audit_tables import audit_leaf
from gateway.persistence.engine import read_transaction, write_transaction
from gateway.persistence.run_tables import match_run
from gateway.services.close_alert import (
    AlertClosedError,
    NotPermittedToCloseError,
    close_alert,
    count_seen_alerts,
    find_seen_alert,
    list_seen_alerts,
)
from gateway.services.context import Gateway
from gateway.services.index_subjects import current_index_key
from gateway.services.raise_alerts import raise_alerts
from schemas.formats import digest_of
from schemas.messages.match import Basis, RunSummary
from tests.audit_log import log_events, query_event
from tests.scenario.gateway_simulator import Clock, opened_gateway

POLICY = PolicyRef("01900000-0000-7000-8000-000000000001", digest_of(b"agreement"))
NIGHT = datetime(2026, 11, 20, 14, 0, tzinfo=UTC)  # 22:00 in the office
OVERSIGHT = Account("o.zhang", "张", frozenset({Role.OVERSIGHT_AUDITOR}))
PRIVACY = Account("p.li", "李", frozenset({Role.PRIVACY_OFFICER}))
AUDITOR = Account("a.wang", "王", frozenset({Role.AGENCY_AUDITOR}), "education.990101")
STRANGER = Account("a.zhao", "赵", frozenset({Role.AGENCY_AUDITOR}), "public_security.990101")


@pytest.fixture
def clock() -> Clock:
    return Clock(NIGHT - datetime.now(UTC))


@pytest.fixture
def gateway(tmp_path: Path, database_url: str, clock: Clock) -> Iterator[Gateway]:
    """Give a gateway whose log begins at night."""
    with opened_gateway(tmp_path / "gateway", clock, database_url) as opened:
        current_index_key(opened)
        yield opened


def _write(gateway: Gateway, *events: Event) -> None:
    gateway.journal.write(log_events(*events))


def _open(gateway: Gateway) -> dict[str, int]:
    return {one.rule: one.count for one in list_seen_alerts(gateway, OVERSIGHT, is_open=True, limit=100)}


def _events(gateway: Gateway, event_type: EventType) -> list[Event]:
    with read_transaction(gateway.engine) as connection:
        query = select(audit_leaf.c.entry).where(audit_leaf.c.type == event_type.value).order_by(audit_leaf.c.idx)
        return [parse_leaf(entry).event for entry in connection.scalars(query)]


def test_a_night_s_queries_are_one_alert_that_grows_and_one_alarm(gateway: Gateway) -> None:
    _write(gateway, query_event(), query_event())
    raise_alerts(gateway)
    raise_alerts(gateway)
    assert _open(gateway) == {"office-hours": 2}
    _write(gateway, query_event())
    raise_alerts(gateway)
    assert _open(gateway) == {"office-hours": 3}
    (alarm,) = _events(gateway, EventType.LOG_ALARM)
    (seen,) = list_seen_alerts(gateway, OVERSIGHT, is_open=True, limit=100)
    assert (alarm.reason, alarm.correlation_id, seen.id) == ("office-hours", "A-2026-000001", "A-2026-000001")
    found = find_seen_alert(gateway, OVERSIGHT, seen.id)
    assert found is not None
    assert len(found.entries) == 3


def test_another_officer_is_another_cause(gateway: Gateway) -> None:
    _write(gateway, query_event(), query_event(personal={PersonalField.OFFICER: "o-2", PersonalField.CASE_REF: "c"}))
    raise_alerts(gateway)
    assert count_seen_alerts(gateway, OVERSIGHT, is_open=True) == 2


def test_an_alert_and_its_alarm_hold_no_officer(gateway: Gateway) -> None:
    marked = {PersonalField.OFFICER: "officer-marked-77", PersonalField.CASE_REF: "case-marked-88"}
    _write(gateway, query_event(personal=marked))
    raise_alerts(gateway)
    with read_transaction(gateway.engine) as connection:
        for table in ("alert", "alert_agency", "alert_entry", "alert_place", "officer_hour"):
            rows = connection.exec_driver_sql(f"SELECT * FROM {table}").all()
            assert "marked" not in repr(rows)
        tags = list(connection.scalars(select(officer_hour.c.officer)))
    assert tags == [current_index_key(gateway).officer("education.990101", "officer-marked-77")]


def test_what_was_closed_is_not_raised_again_the_same_night(gateway: Gateway, clock: Clock) -> None:
    _write(gateway, query_event())
    raise_alerts(gateway)
    close_alert(gateway, PRIVACY, "A-2026-000001", Closing.JUSTIFIED, "值班安排属实 marked-note")
    (closed,) = _events(gateway, EventType.ALERT_CLOSE)
    assert (closed.reason, closed.correlation_id) == ("justified", "A-2026-000001")
    _write(gateway, query_event())
    raise_alerts(gateway)
    assert _open(gateway) == {}
    clock.ahead += timedelta(days=1)
    _write(gateway, query_event())
    raise_alerts(gateway)
    assert _open(gateway)["office-hours"] == 1


def test_a_graver_step_is_raised_though_the_lesser_one_was_closed(gateway: Gateway, clock: Clock) -> None:
    export = Event(type=EventType.AUDIT_EXPORT, actor=Actor("gateway.990100", "console"), records=30)
    _write(gateway, export)
    raise_alerts(gateway)
    close_alert(gateway, PRIVACY, "A-2026-000001", Closing.JUSTIFIED, "年度审计")
    _write(gateway, export)
    raise_alerts(gateway)
    assert _open(gateway) == {}
    _write(gateway, Event(type=EventType.AUDIT_EXPORT, actor=Actor("gateway.990100", "console"), records=200))
    raise_alerts(gateway)
    (seen,) = list_seen_alerts(gateway, OVERSIGHT, is_open=True, limit=9)
    assert (seen.count, seen.severity) == (260, Severity.WARNING)


def test_orphans_wait_for_their_time_and_are_found_once(gateway: Gateway, clock: Clock) -> None:
    clock.ahead += timedelta(hours=12)
    _write(gateway, query_event())
    raise_alerts(gateway)
    assert "orphan" not in _open(gateway)
    clock.ahead += timedelta(minutes=11)
    raise_alerts(gateway)
    raise_alerts(gateway)
    assert _open(gateway)["orphan"] == 1


def test_only_a_privacy_officer_closes_and_only_once(gateway: Gateway) -> None:
    _write(gateway, query_event())
    raise_alerts(gateway)
    with pytest.raises(NotPermittedToCloseError):
        close_alert(gateway, OVERSIGHT, "A-2026-000001", Closing.MISUSE, "x")
    with pytest.raises(ValueError, match="note"):
        close_alert(gateway, PRIVACY, "A-2026-000001", Closing.MISUSE, "  ")
    close_alert(gateway, PRIVACY, "A-2026-000001", Closing.MISUSE, "已移交")
    for reference in ("A-2026-000001", "A-2026-000002"):
        with pytest.raises(AlertClosedError):
            close_alert(gateway, PRIVACY, reference, Closing.MISUSE, "已移交")
    assert len(_events(gateway, EventType.ALERT_CLOSE)) == 1


def test_an_agency_s_auditor_sees_the_agency_s_alerts_alone(gateway: Gateway) -> None:
    _write(gateway, query_event())
    raise_alerts(gateway)
    assert count_seen_alerts(gateway, AUDITOR, is_open=True) == 1
    assert count_seen_alerts(gateway, STRANGER, is_open=True) == 0
    assert find_seen_alert(gateway, AUDITOR, "A-2026-000001") is not None
    assert find_seen_alert(gateway, STRANGER, "A-2026-000001") is None


def test_a_rule_reads_on_in_parts_and_from_its_place_after_a_restart(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("alert_readings", "alert_material", "raise_alerts"):
        monkeypatch.setattr(f"gateway.services.{module}.MAX_NEW_ENTRIES", 3)
    personal = {PersonalField.CASE_REF: "c"}
    _write(gateway, *(query_event(personal=personal | {PersonalField.OFFICER: f"o-{n}"}) for n in range(10)))
    monkeypatch.setattr("gateway.services.raise_alerts.MAX_ROUNDS", 2)
    raise_alerts(gateway)
    assert count_seen_alerts(gateway, OVERSIGHT, is_open=True) == 6
    raise_alerts(gateway)
    raise_alerts(gateway)
    assert count_seen_alerts(gateway, OVERSIGHT, is_open=True) == 10
    assert len(_events(gateway, EventType.LOG_ALARM)) == 10


def test_runs_that_hardly_match_raise_an_alert_from_their_counts_alone(gateway: Gateway) -> None:
    with write_transaction(gateway.engine) as connection:
        connection.execute(
            insert(agreement).values(
                digest="d", id=POLICY.id, requester="education.990101", provider="civil_affairs.990101",
                document=b"{}", requester_signature="s", state="active", valid_until=1,
            )
        )  # fmt: skip
        summary = RunSummary(
            basis=Basis.RULES, key_set="child/1", settled=0, matches=1, possible_matches=0, non_matches=59
        )
        connection.execute(
            insert(match_run).values(
                run_id="r", agreement="d", epoch=1, requester="education.990101", subject="child", state="judged",
                created_at=gateway.seconds(), expires_at=gateway.seconds() + 9, summary=summary.to_bytes(),
            )
        )  # fmt: skip
    raise_alerts(gateway)
    assert "enumeration" not in _open(gateway)
    _write(gateway, query_event(type=EventType.MATCH_RESULT, policy=POLICY, personal={}))
    raise_alerts(gateway)
    assert _open(gateway)["enumeration"] == 59
