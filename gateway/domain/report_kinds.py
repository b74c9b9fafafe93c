"""Which reports there are, for which period each is made, and who may have one."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from gateway.domain.account import Account
from gateway.domain.roles import Permission, Role

_PERIOD: Final = re.compile(r"(20[0-9]{2})(?:-(0[1-9]|1[0-2]))?")


class ReportKind(StrEnum):
    """A kind of report; the value stands in the leaf of `report.make`."""

    MONTHLY = "monthly"
    STATISTICS = "statistics"
    YEARLY = "yearly"


@dataclass(frozen=True, slots=True)
class ReportPeriod:
    """A month or a year of the office's zone, both days included. `text` is `2026-11` or `2026`."""

    text: str
    from_on: date
    to_on: date


def parse_period(text: str, kind: ReportKind) -> ReportPeriod:
    """Return the period that `text` names: a year for the yearly report, else a month.

    Raises:
        ValueError: not in that form.
    """
    found = _PERIOD.fullmatch(text)
    if found is None or (found[2] is None) != (kind is ReportKind.YEARLY):
        raise ValueError("统计期间有误 / not a period of this report")
    year, month = int(found[1]), found[2]
    if month is None:
        return ReportPeriod(text, date(year, 1, 1), date(year, 12, 31))
    first_on = date(year, int(month), 1)
    return ReportPeriod(text, first_on, (first_on + timedelta(days=31)).replace(day=1) - timedelta(days=1))


def month_before(on: date) -> str:
    """Return the month before the one that a day belongs to: `2026-10` for any day of November 2026."""
    return f"{on.replace(day=1) - timedelta(days=1):%Y-%m}"


def may_have(account: Account, kind: ReportKind, agency: str | None) -> bool:
    """Return whether an account may have a report about an agency, or about all for None.

    A monthly report is for its agency and for those who see all; statistics, in which small numbers are withheld, for
    everybody who sees reports; the yearly pack, which holds the log, for oversight alone.
    """
    if not account.may(Permission.SEE_REPORTS):
        return False
    match kind:
        case ReportKind.STATISTICS:
            return True
        case ReportKind.YEARLY:
            return Role.OVERSIGHT_AUDITOR in account.roles
        case ReportKind.MONTHLY:
            sees_all = account.agency is None or Role.OVERSIGHT_AUDITOR in account.roles
            return sees_all or account.agency == agency
