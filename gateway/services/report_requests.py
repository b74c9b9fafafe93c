"""Reports: asked for by somebody or by the calendar, listed, and handed out with an entry in the log."""

from pathlib import Path

from sqlalchemy import Connection

from gateway.domain.account import Account
from gateway.domain.budgets import LEGAL_ZONE
from gateway.domain.report_kinds import ReportKind, ReportPeriod, may_have, month_before, parse_period
from gateway.log.events import EventType
from gateway.log.journal import Draft
from gateway.persistence.engine import read_transaction, write_transaction
from gateway.persistence.report_queries import (
    StoredReport,
    add_report,
    find_report,
    is_report_asked,
    list_reports,
    next_report_id,
)
from gateway.services.console_events import console_event
from gateway.services.context import Gateway
from gateway.services.make_report import digest_of_file, reports_folder


class ReportNotForAccountError(PermissionError):
    """The account may not have this report, or there is none."""


class ReportDamagedError(RuntimeError):
    """The file of a report is missing or is not the one that was made."""


def ask_report(gateway: Gateway, account: Account, kind: ReportKind, period: str, agency: str | None) -> str:
    """Note that an account wants a report; return its id. It is made in the background.

    Raises:
        ValueError: the period is none of this kind.
        ReportNotForAccountError: it is not for this account.
    """
    if not may_have(account, kind, agency):
        raise ReportNotForAccountError("本账号无权取得该报告 / this report is not for this account")
    parsed = parse_period(period, kind)
    with write_transaction(gateway.engine) as connection:
        return _ask(gateway, connection, kind, parsed, agency, account)


def ask_monthly_reports(gateway: Gateway) -> None:
    """Ask, once, for last month's reports: of each agency, of all together, and the statistics."""
    month = month_before(gateway.now().astimezone(LEGAL_ZONE).date())
    wanted: list[tuple[ReportKind, str | None]] = [(ReportKind.STATISTICS, None), (ReportKind.MONTHLY, None)]
    wanted += [(ReportKind.MONTHLY, agency) for agency in sorted(gateway.members.current().members)]
    with write_transaction(gateway.engine) as connection:
        for kind, agency in wanted:
            period = parse_period(month, kind)
            if not is_report_asked(connection, kind, period.from_on, agency):
                _ask(gateway, connection, kind, period, agency, None)


def list_reports_for(gateway: Gateway, account: Account) -> list[StoredReport]:
    """Return the reports that the account may have, newest first."""
    with read_transaction(gateway.engine) as connection:
        stored = list_reports(connection)
    return [one for one in stored if may_have(account, one.kind, one.agency)]


def hand_out_report(gateway: Gateway, account: Account, report_id: str) -> Path:
    """Return where a report's file is, after logging that it leaves.

    Raises:
        ReportNotForAccountError: there is no such file for this account.
        ReportDamagedError: the file is not the one that was made; nothing leaves.
        AuditUnavailableError: it could not be logged; nothing leaves.
    """
    with read_transaction(gateway.engine) as connection:
        stored = find_report(connection, report_id)
    if stored is None or stored.file is None or not may_have(account, stored.kind, stored.agency):
        raise ReportNotForAccountError("没有该报告 / there is no such report")
    path = reports_folder(gateway) / stored.file
    if not path.is_file():
        raise ReportDamagedError("报告文件不存在 / the report's file is missing")
    if digest_of_file(path) != stored.digest:
        raise ReportDamagedError("报告文件已被改动 / the report's file was changed")
    event = console_event(
        gateway,
        account,
        EventType.AUDIT_EXPORT,
        reason=stored.kind.value,
        content=stored.digest,
        correlation_id=stored.id,
    )
    gateway.journal.write(lambda _: Draft(None, (event,)))
    return path


def _ask(
    gateway: Gateway,
    connection: Connection,
    kind: ReportKind,
    period: ReportPeriod,
    agency: str | None,
    account: Account | None,
) -> str:
    now = gateway.now()
    asked = StoredReport(
        id=next_report_id(connection, now.astimezone(LEGAL_ZONE).year),
        kind=kind,
        from_on=period.from_on,
        to_on=period.to_on,
        agency=agency,
        asked_at=now,
        account=None if account is None else account.id,
        agency_of_account=None if account is None else account.agency,
    )
    add_report(connection, asked)
    return asked.id
