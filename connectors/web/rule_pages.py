"""The rules of the office's region, for everybody with deadlines: limits of absence, regular reports, working days."""

from datetime import date
from functools import partial
from typing import Final

from flask import Blueprint, render_template

from connectors.console.context import Console
from connectors.console.roles import Permission
from connectors.dropouts.reports import duty_of
from connectors.education import AGENCY_TYPE
from connectors.holidays import calendar_for
from connectors.web.item_wordings import BASIS_WORDS
from connectors.web.signed_in import PREFIX, requires_sign_in, signed_in
from hosting.web.language import Text, choose
from hosting.web.listing import Column
from schemas.dropouts.absence_limit import AbsenceLimit, limit_of, load_absence_limits
from schemas.dropouts.reporting_duties import Level, ReportingDuty, load_reporting_duties

LIMIT_COLUMNS: Final = (
    Column(Text("地区", "Region")),
    Column(Text("无故连续缺勤多久列为疑似辍学", "Absence without leave that makes a suspected dropout")),
    Column(Text("依据", "Rests on")),
)
DUTY_COLUMNS: Final = (
    Column(Text("报告", "Report")),
    Column(Text("谁报送", "By")),
    Column(Text("统计期间从几月开始", "Periods begin in")),
    Column(Text("报送期限", "Due")),
    Column(Text("期限的依据", "The day rests on")),
)
HOLIDAY_COLUMNS: Final = (
    Column(Text("节日", "Holiday")),
    Column(Text("放假", "Days off")),
)
LEVEL_WORDS: Final = {
    Level.SCHOOL: Text("学校", "School"),
    Level.COUNTY: Text("县级教育部门", "County's education bureau"),
    Level.CITY: Text("市级教育部门", "City's education bureau"),
    Level.PROVINCE: Text("省级教育部门", "Province's education department"),
}


def rule_pages(console: Console) -> Blueprint:
    """Return the blueprint."""
    blueprint = Blueprint("rules", __name__, url_prefix=f"{PREFIX}/rules")
    blueprint.add_url_rule("", "show", partial(_show, console))
    return requires_sign_in(blueprint, console, Permission.SEE_OVERVIEW)


def _show(console: Console) -> str:
    settings, today = console.connector.settings, console.connector.today()
    own_limit = limit_of(settings.region)
    return render_template(
        "rule/rules.html",
        region=settings.region,
        keeps_schools=settings.agency_type == AGENCY_TYPE,
        limits=[(one, _say_limit(one), one == own_limit) for _, one in sorted(load_absence_limits().items())],
        duties=[(one, _say_due(one)) for one in load_reporting_duties()],
        own_duty=duty_of(console, signed_in().account),
        years=[(year, calendar_for(console.connector).notices.get(year)) for year in (today.year, today.year + 1)],
        say_span=_say_span,
        bases=BASIS_WORDS,
        levels=LEVEL_WORDS,
        limit_columns=LIMIT_COLUMNS,
        duty_columns=DUTY_COLUMNS,
        holiday_columns=HOLIDAY_COLUMNS,
    )


def _say_limit(limit: AbsenceLimit) -> str:
    if limit.school_days is None:
        return choose(
            Text(
                f"当月有缺勤的，每月 {limit.listed_by_day} 日前列入",
                f"any absence, listed by day {limit.listed_by_day} of the month",
            )
        )
    return choose(Text(f"{limit.school_days} 个教学日", f"{limit.school_days} school days"))


def _say_due(duty: ReportingDuty) -> str:
    days = duty.working_days_after
    if not days:
        return choose(Text("期末当日", "on the period's last day"))
    return choose(Text(f"期末后 {days} 个工作日内", f"within {days} working days after the period"))


def _say_span(first_on: date, last_on: date) -> str:
    """Return "2月15日至23日" or "15 Feb to 23 Feb"; of one day, that day."""
    first, last = (Text(f"{on.month}月{on.day}日", f"{on.day} {on:%b}") for on in (first_on, last_on))
    if first_on == last_on:
        return choose(first)
    last_zh = last.zh if first_on.month != last_on.month else f"{last_on.day}日"
    return choose(Text(f"{first.zh}至{last_zh}", f"{first.en} to {last.en}"))
