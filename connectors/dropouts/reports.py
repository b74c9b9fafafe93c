"""The regular reports that an office owes (“四个一”): which one, for which period, until when, and its numbers."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from connectors.console.account import Account
from connectors.console.actions import Action
from connectors.console.context import Console
from connectors.console.record import record_in
from connectors.console.roles import Permission
from connectors.dropouts.dropout_lines import list_dropouts
from connectors.dropouts.flag_steps import WORKFLOW
from connectors.dropouts.report_counts import CountedItem, ReportCounts, count_for
from connectors.education import AGENCY_TYPE
from connectors.holidays import calendar_for
from connectors.items.courses import course_of
from connectors.state.database import reading, writing
from connectors.state.dropout_reports import WHOLE_COUNTY, SentReport, find_sent_report, keep_sent_report
from connectors.state.items import find_item
from schemas.dropouts.reasons import ReasonGroup, group_of
from schemas.dropouts.reporting_duties import (
    Level,
    Period,
    ReportingDuty,
    due_on,
    load_reporting_duties,
    period_before,
    period_of,
)
from schemas.regions import RegionLevel, subtree_prefix
from schemas.workflows.load import load_workflows
from schemas.working_days import CountedDay

SOON_DAYS: Final = 5
"""So many days before its day a report is told to be due soon."""

_LEVELS: Final = {RegionLevel.PROVINCE: Level.PROVINCE, RegionLevel.PREFECTURE: Level.CITY}


@dataclass(frozen=True, slots=True)
class OwedReport:
    """A report about one period: until when, and the note that it was sent, if it was."""

    duty: ReportingDuty
    period: Period
    due: CountedDay
    sent: SentReport | None
    is_over: bool
    is_overdue: bool


def duty_of(console: Console, account: Account) -> ReportingDuty:
    """Return the duty of who is asked: a school's for its user, else that of the agency's own level."""
    level = Level.SCHOOL if account.school is not None else _level_of(console.connector.settings.region)
    return next(duty for duty in load_reporting_duties() if duty.level is level)


def list_owed(console: Console, account: Account) -> tuple[OwedReport, OwedReport]:
    """Return the report about the period that ended last, and the one about the period under way."""
    duty, today = duty_of(console, account), console.connector.today()
    now = period_of(duty, today)
    return _owed(console, account, duty, period_before(duty, now)), _owed(console, account, duty, now)


def count_due_reports(console: Console, account: Account) -> int:
    """Return how many reports are overdue or due within `SOON_DAYS`, for who keeps the dropout ledgers; else none."""
    if console.connector.settings.agency_type != AGENCY_TYPE or not account.may(Permission.SEE_DROPOUTS):
        return 0
    soon = console.connector.today() + timedelta(days=SOON_DAYS)
    return sum(owed.sent is None and owed.due.on <= soon for owed in list_owed(console, account))


def count_report(console: Console, account: Account, period: Period) -> ReportCounts:
    """Return the numbers of a report, of the pupils whom the account may see."""
    return count_for(period, load_workflows()[WORKFLOW], _items(console, account))


def note_sent(console: Console, account: Account, owed: OwedReport, reference: str) -> None:
    """Note that a report was sent, under the reference of the paper."""
    now = console.seconds()
    sent = SentReport(owed.duty.id, owed.period.first_on, account.id, reference, now)
    with writing(console.connector.state) as connection:
        keep_sent_report(connection, _school_of(account), sent)
        detail = f"{owed.duty.id},first_on={owed.period.first_on.isoformat()}"
        record_in(connection, now, account.id, Action.DROPOUT_REPORT_SENT, None, detail)


def _owed(console: Console, account: Account, duty: ReportingDuty, period: Period) -> OwedReport:
    due, today = due_on(duty, period, calendar_for(console.connector)), console.connector.today()
    sent = find_sent_report(console.connector.state, duty.id, period.first_on, _school_of(account))
    return OwedReport(duty, period, due, sent, today > period.last_on, sent is None and today > due.on)


def _items(console: Console, account: Account) -> Iterator[CountedItem]:
    for line in list_dropouts(console, account):
        with reading(console.connector.state) as connection:
            kept = find_item(connection, line.row.item)
        if kept is not None:
            reason = None if line.entry is None else line.entry.reason
            group = ReasonGroup.UNKNOWN if reason is None else group_of(reason)
            yield CountedItem(line.school, group, course_of(console.connector, kept).history)


def _school_of(account: Account) -> str:
    return account.school or WHOLE_COUNTY


def _level_of(region: str) -> Level:
    """Return the level of an agency's region; one below the county counts as the county's."""
    return _LEVELS.get(RegionLevel(len(subtree_prefix(region))), Level.COUNTY)
