"""Reports on a real log: what they count, who may have them, and that a file is the one whose digest was logged."""

import io
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import docx
import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from gateway.domain.account import Account
from gateway.domain.report_kinds import ReportKind, month_before, parse_period
from gateway.domain.roles import Role
from gateway.log.event_names import EventType
from gateway.log.events import Actor, Event
from gateway.log.leaf import parse_leaf
from gateway.persistence.audit_tables import audit_leaf
from gateway.persistence.engine import read_transaction
from gateway.persistence.report_queries import ReportState
from gateway.services.context import Gateway
from gateway.services.make_report import digest_of_file, make_waiting_reports, reports_folder
from gateway.services.report_requests import (
    ReportDamagedError,
    ReportNotForAccountError,
    ask_monthly_reports,
    ask_report,
    hand_out_report,
    list_reports_for,
)
from tests.audit_log import log_events, query_event
from tests.scenario.gateway_simulator import Clock, opened_gateway

NOW = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
OVERSIGHT = Account("o.zhang", "张", frozenset({Role.OVERSIGHT_AUDITOR}))
AUDITOR = Account("a.wang", "王", frozenset({Role.AGENCY_AUDITOR}), "education.990101")
STRANGER = Account("a.zhao", "赵", frozenset({Role.AGENCY_AUDITOR}), "public_security.990101")
SYSTEM = Account("s.zhou", "周", frozenset({Role.SYSTEM_ADMINISTRATOR}))


@pytest.fixture
def gateway(tmp_path: Path, database_url: str) -> Iterator[Gateway]:
    with opened_gateway(tmp_path / "gateway", Clock(NOW - datetime.now(UTC)), database_url) as opened:
        release = query_event(type=EventType.FIELD_RELEASE, ref=None, personal={})
        refused = query_event(
            type=EventType.REFUSAL, decision="deny", reason="budget_exhausted", fields=(), records=None
        )
        stranger = query_event(actor=Actor("public_security.990101"), peer="disabled_federation.990101", purpose="P04")
        opened.journal.write(log_events(*[query_event()] * 12, *[stranger] * 3, release, refused))
        yield opened


def _events(gateway: Gateway, event_type: EventType) -> list[Event]:
    with read_transaction(gateway.engine) as connection:
        query = select(audit_leaf.c.entry).where(audit_leaf.c.type == event_type.value).order_by(audit_leaf.c.idx)
        return [parse_leaf(entry).event for entry in connection.scalars(query)]


def _make(gateway: Gateway, account: Account, kind: ReportKind, period: str, agency: str | None = None) -> Path:
    report_id = ask_report(gateway, account, kind, period, agency)
    make_waiting_reports(gateway)
    return hand_out_report(gateway, account, report_id)


def test_a_monthly_report_counts_what_concerns_its_agency(gateway: Gateway) -> None:
    path = _make(gateway, AUDITOR, ReportKind.MONTHLY, "2026-11", "education.990101")
    workbook = load_workbook(path)
    sheets = {sheet.title.split()[-1]: sheet for sheet in workbook.worksheets}
    volumes = [[cell.value for cell in row] for row in sheets["volumes"].iter_rows(min_row=5)]
    assert [row[1:6] for row in volumes if str(row[0]).startswith("P")] == [[0, 12, 0, 1, 1]]
    assert sheets["refusals"]["B5"].value == 1
    assert sheets["attributes"]["B5"].value == 1
    assert sheets["hours"]["B17"].value == 12  # 12:00 in the office
    assert all(sheet._charts for sheet in workbook.worksheets)


def test_a_file_s_digest_is_logged_when_it_is_made_and_when_it_leaves(gateway: Gateway) -> None:
    path = _make(gateway, OVERSIGHT, ReportKind.MONTHLY, "2026-11")
    digest = digest_of_file(path)
    assert [(one.reason, one.content) for one in _events(gateway, EventType.REPORT_MAKE)] == [("monthly", digest)]
    assert [(one.reason, one.content) for one in _events(gateway, EventType.AUDIT_EXPORT)] == [("monthly", digest)]


def test_a_changed_or_missing_file_never_leaves(gateway: Gateway) -> None:
    path = _make(gateway, OVERSIGHT, ReportKind.STATISTICS, "2026-11")
    (report,) = list_reports_for(gateway, OVERSIGHT)
    path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(ReportDamagedError):
        hand_out_report(gateway, OVERSIGHT, report.id)
    path.unlink()
    with pytest.raises(ReportDamagedError):
        hand_out_report(gateway, OVERSIGHT, report.id)
    assert len(_events(gateway, EventType.AUDIT_EXPORT)) == 1


def test_statistics_withhold_the_small_numbers(gateway: Gateway) -> None:
    path = _make(gateway, STRANGER, ReportKind.STATISTICS, "2026-11")
    rows = [[cell.value for cell in row] for row in load_workbook(path).worksheets[0].iter_rows(min_row=5)]
    assert 3 not in {value for row in rows for value in row}
    assert "—" in rows[1]


def test_the_yearly_pack_holds_the_document_and_the_log(gateway: Gateway) -> None:
    path = _make(gateway, OVERSIGHT, ReportKind.YEARLY, "2026")
    with zipfile.ZipFile(path) as archive:
        assert archive.namelist() == ["evidence-2026.docx", "log-2026.zip"]
        document = docx.Document(io.BytesIO(archive.read("evidence-2026.docx")))
        log = archive.read("log-2026.zip")
    text = "\n".join(paragraph.text for paragraph in document.paragraphs)
    cells = {cell.text for table in document.tables for row in table.rows for cell in row.cells}
    assert "未成年人网络保护条例" in "".join(cells)
    assert "P01 疑似辍学分诊" in "".join(cells)
    assert "log-2026.zip" in text
    assert log.startswith(b"PK")
    assert [one.records is None for one in _events(gateway, EventType.AUDIT_EXPORT)] == [False, True]


@pytest.mark.parametrize(
    ("account", "kind", "agency"),
    [
        (AUDITOR, ReportKind.MONTHLY, None),
        (AUDITOR, ReportKind.MONTHLY, "public_security.990101"),
        (AUDITOR, ReportKind.YEARLY, None),
        (SYSTEM, ReportKind.STATISTICS, None),
    ],
    ids=["all agencies", "another agency", "the log", "no auditor"],
)
def test_a_report_that_is_not_for_an_account_is_neither_asked_nor_handed_out(
    gateway: Gateway, account: Account, kind: ReportKind, agency: str | None
) -> None:
    period = "2026" if kind is ReportKind.YEARLY else "2026-11"
    with pytest.raises(ReportNotForAccountError):
        ask_report(gateway, account, kind, period, agency)
    report_id = ask_report(gateway, OVERSIGHT, kind, period, agency)
    make_waiting_reports(gateway)
    with pytest.raises(ReportNotForAccountError):
        hand_out_report(gateway, account, report_id)
    assert report_id not in {report.id for report in list_reports_for(gateway, account)}


def test_the_calendar_asks_for_last_month_once(gateway: Gateway) -> None:
    ask_monthly_reports(gateway)
    ask_monthly_reports(gateway)
    asked = list_reports_for(gateway, OVERSIGHT)
    assert {(one.kind, one.agency) for one in asked} == {(ReportKind.STATISTICS, None), (ReportKind.MONTHLY, None)}
    assert len(asked) == 2
    make_waiting_reports(gateway)
    assert {one.state for one in list_reports_for(gateway, OVERSIGHT)} == {ReportState.READY}
    assert all(one.personal == {} for one in _events(gateway, EventType.REPORT_MAKE))


def test_a_report_that_can_t_be_made_is_marked_and_waits_no_longer(gateway: Gateway) -> None:
    ask_report(gateway, OVERSIGHT, ReportKind.YEARLY, "2020", None)
    with pytest.raises(Exception):  # noqa: B017, PT011 - whatever the log says of a year that it has not
        make_waiting_reports(gateway)
    (report,) = list_reports_for(gateway, OVERSIGHT)
    assert report.state is ReportState.FAILED
    make_waiting_reports(gateway)
    assert not list(reports_folder(gateway).glob("*.part"))


def test_periods_are_months_or_years() -> None:
    november = parse_period("2026-11", ReportKind.MONTHLY)
    assert (november.from_on.isoformat(), november.to_on.isoformat()) == ("2026-11-01", "2026-11-30")
    assert parse_period("2028-02", ReportKind.STATISTICS).to_on.day == 29
    assert parse_period("2026", ReportKind.YEARLY).to_on.isoformat() == "2026-12-31"
    assert month_before(parse_period("2026-01", ReportKind.MONTHLY).from_on) == "2025-12"
    for text, kind in (("2026", ReportKind.MONTHLY), ("2026-11", ReportKind.YEARLY), ("2026-13", ReportKind.MONTHLY)):
        with pytest.raises(ValueError, match="period"):
            parse_period(text, kind)
